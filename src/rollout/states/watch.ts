import { askedAt, isDue, later, nextStretch, type Stretch } from './grid.ts';
import type { Progress } from './progress.ts';

/** What watching a candidate asks for now. */
export type Watching =
  /** Measures an interval, keeps it as evidence and judges. */
  | { readonly kind: 'seal'; readonly interval: number; readonly stretch: Stretch }
  /** Sees whether the platform still serves what it was set to. */
  | { readonly kind: 'look' }
  | { readonly kind: 'wait'; readonly until: string };

/** Watches a service whose traffic is as it should be. A candidate with traffic is judged in every state. */
export function watch(
  progress: Progress,
  { now, lookedAt }: { readonly now: string; readonly lookedAt: string | null },
): Watching {
  const { record, sealed, counted, settled, weightSince, pending } = progress;
  const seconds = record.policy['interval-seconds'];
  const dues: string[] = [later(now, longestSleep)];
  if (record.weight > 0) {
    const stretch = nextStretch({ since: weightSince, sealed: sealed?.end ?? null, counted, seconds, now });
    const due = askedAt(stretch, seconds);
    // What a stretch in which the weight was being changed would say nobody can tell.
    const isMixed = pending !== null && Date.parse(stretch.to) > Date.parse(pending.since);
    if (!isMixed && isDue(due, now)) return { kind: 'seal', interval: (sealed?.interval ?? -1) + 1, stretch };
    dues.push(due);
  }
  if (settled !== null) {
    const due = lookedAt === null ? now : later(lookedAt, Math.min(15, Math.max(1, seconds)) * 1000);
    const isFromFuture = lookedAt !== null && Date.parse(lookedAt) > Date.parse(now);
    if (isFromFuture || isDue(due, now)) return { kind: 'look' };
    dues.push(due);
  }
  return { kind: 'wait', until: dues.reduce((a, b) => (Date.parse(a) < Date.parse(b) ? a : b)) };
}

/** How long a rollout is left alone at most: what has no time of its own (a freeze that ends) is seen after that. */
const longestSleep = 15_000;
