import { AppError, messageOf } from '../../error.ts';
import type { MetricSource } from '../../ports/metric-source.ts';
import type { EvidenceToKeep, Lease, RolloutLog, Surroundings } from '../../ports/rollout-log.ts';
import type { Observed, ServingPlatform } from '../../ports/serving.ts';
import { Interval } from '../evidence.ts';
import type { Decided } from '../states/event.ts';
import { askedAt, firstStretch, isDue, later, type Stretch, sealedAt } from '../states/grid.ts';
import { judged } from '../states/judged.ts';
import { heldState, place } from '../states/moves.ts';
import type { PendingWrite, Progress } from '../states/progress.ts';
import { looked, readBack, refused, validated } from '../states/seen.ts';
import type { Watching } from '../states/watch.ts';
import { append, type Done } from './append.ts';
import { readHistory } from './history.ts';
import { inTime } from './in-time.ts';
import { completed, measureWindow } from './measure.ts';
import type { Verdicts } from './verdicts.ts';

/** A durable step, or one outside, that was just taken: between any two of them the process may die. */
export type Act =
  | { readonly kind: 'kept'; readonly event: Decided['kind'] }
  | { readonly kind: 'applying' }
  | { readonly kind: 'applied' }
  | { readonly kind: 'measured' };

/** All that an act may use. */
export interface Reached {
  readonly progress: Progress;
  readonly surroundings: Surroundings;
  readonly lease: Lease;
  readonly log: RolloutLog;
  readonly verdicts: Verdicts;
  readonly now: () => string;
  /** Throws AppError when there is no connection. */
  readonly platform: () => ServingPlatform;
  readonly source: (connection: string) => MetricSource;
  readonly told: (act: Act) => void;
  /** The platform was looked at just now. */
  readonly looked: () => void;
}

/** A platform that says nothing for so long is taken to be away. */
const platformMilliseconds = 10_000;

/** Asks the platform what it can do and what it serves, and the sources for the history, before anything is set. */
export async function validateAct(reached: Reached): Promise<Done> {
  const { progress, surroundings, now } = reached;
  let decided: Decided;
  let evidence: readonly EvidenceToKeep[] = [];
  try {
    const platform = reached.platform();
    const capability = await inTime('ask what the platform can do', platformMilliseconds, () => platform.probe());
    if (capability.problems.length > 0) throw new AppError('unavailable', capability.problems.join('. '));
    const observed = await observe(platform);
    const found = { capability, observed, served: surroundings.served };
    const known = validated(progress, { ...found, history: { wanted: 0, had: 0 } }, { now: now() });
    // Whose numbers the history is follows from what really serves there.
    const champion = known.kind === 'validated' ? known.champion : null;
    const isWatched = known.state?.kind === 'preparing' && champion !== null && progress.record.atOnce !== true;
    if (!isWatched) decided = known;
    else {
      const record = { ...progress.record, previous: champion };
      // While somebody else asks the sources for us time goes on, and the same stretches must be asked for all the while.
      const at = record.policy.executor === 'runner' ? record.changedAt : now();
      const history = await readHistory(record, { openSource: reached.source, now: at });
      if (history.awaited !== null) throw new AppError('under-way', history.awaited);
      if (history.failed !== null) throw new AppError('unavailable', history.failed);
      reached.told({ kind: 'measured' });
      decided = validated(progress, { ...found, history }, { now: now() });
      evidence = history.intervals.map((interval) => ({
        interval: interval.interval,
        line: lineOf(interval),
        sealed: true,
      }));
    }
  } catch (error) {
    if (isOvertaken(error) || isUnderWay(error)) throw error;
    decided = refused(progress, [messageOf(error)], now());
  }
  return { kind: 'done', progress: await append(reached, decided, evidence) };
}

/** Sets the platform to what was intended, and looks whether it is so. */
export async function readBackAct(
  reached: Reached,
  { traffic, purpose }: PendingWrite,
  raise: (above: number) => Promise<Lease>,
): Promise<Done> {
  const { progress, now } = reached;
  let observed: Observed;
  try {
    const platform = reached.platform();
    reached.told({ kind: 'applying' });
    await inTime('set the traffic', platformMilliseconds, () => platform.apply(traffic));
    reached.told({ kind: 'applied' });
    observed = await observe(platform);
    reached.looked();
  } catch (error) {
    if (isUnderWay(error)) throw error;
    if (error instanceof AppError && error.code === 'fenced') return await shutOut(reached, { purpose, raise, error });
    const next = await append(reached, refused(progress, [messageOf(error)], now()));
    // What was asked may still come about later: with a higher fence what is set after it stands.
    return { kind: 'done', progress: next, lease: await raise(traffic.fence) };
  }
  return { kind: 'done', progress: await append(reached, readBack(progress, observed, { now: now() })) };
}

/**
 * The platform has seen a higher fence than ours. When another process of ours took the lease, raising it throws and we
 * stop. Else it comes from elsewhere: traffic goes back all the same, and everything else waits for a person.
 */
async function shutOut(
  reached: Reached,
  options: {
    readonly purpose: PendingWrite['purpose'];
    readonly raise: (above: number) => Promise<Lease>;
    readonly error: AppError;
  },
): Promise<Done> {
  const { progress, now } = reached;
  const observed = await observe(reached.platform());
  const lease = await options.raise(Math.max(observed.fence ?? 0, reached.lease.fence));
  const isWanted =
    options.purpose === 'rollback' || (options.purpose === 'restore' && progress.record.state.kind !== 'held');
  const decided: Decided = isWanted
    ? refused(progress, [options.error.message], now())
    : {
        kind: 'changed',
        observed,
        difference: options.error.message,
        state: heldState(progress, 'changed-by-hand', now()),
      };
  return { kind: 'done', lease, progress: await append({ ...reached, lease }, decided) };
}

/** Looks whether the service is still as it was set. */
export async function lookAct(reached: Reached): Promise<Done> {
  const { progress, now } = reached;
  let observed: Observed;
  try {
    const platform = reached.platform();
    observed = await observe(platform);
    // What is changing just now is no change by hand: only what is seen twice counts.
    if (looked(progress, observed, { now: now() }) !== null) {
      await new Promise((resolve) => setTimeout(resolve, secondLookMilliseconds));
      observed = await observe(platform);
    }
  } catch {
    // A platform that is away for a look is asked again at the next; its traffic is as it was.
    reached.looked();
    return { kind: 'done', progress };
  }
  reached.looked();
  const decided = looked(progress, observed, { now: now() });
  return { kind: 'done', progress: decided === null ? progress : await append(reached, decided) };
}

const secondLookMilliseconds = 250;

/** Measures an interval, and seals it with what it says once all is measured or it is too late for more. */
export async function sealAct(
  reached: Reached,
  { interval: number, stretch }: Extract<Watching, { readonly kind: 'seal' }>,
): Promise<Done> {
  const { progress, log, now, verdicts } = reached;
  const { record } = progress;
  const isPlaced = record.state.kind === 'step' || record.state.kind === 'held';
  const measured = await measureWindow(
    record,
    {
      interval: number,
      stretch,
      weight: weightOf(progress),
      ...(isPlaced ? place(progress) : {}),
      arms: ['champion', 'candidate'],
    },
    reached.source,
  );
  if (measured.awaited !== null) {
    await askAhead(reached, stretch);
    throw new AppError('under-way', measured.awaited);
  }
  reached.told({ kind: 'measured' });
  const earlier = await log.readUnsealed(record.id, number);
  const kept = earlier === null ? null : Interval.parse(JSON.parse(earlier));
  const interval = kept?.end === stretch.to ? completed(measured.interval, kept) : measured.interval;
  const line = lineOf(interval);
  const seconds = record.policy['interval-seconds'];
  if (hasFailed(interval) && !isDue(sealedAt(stretch, seconds), now())) {
    await log.keepUnsealed(record.id, { interval: number, line });
    return { kind: 'later', until: later(now(), Math.min(5000, seconds * 250)) };
  }
  const judgement = await verdicts.withLine(record, line);
  const sealed = { interval: number, from: stretch.from, end: stretch.to, isCounted: isCounted(interval), judgement };
  const decided = judged(progress, { now: now() }, sealed);
  return { kind: 'done', progress: await append(reached, decided, [{ interval: number, line, sealed: true }]) };
}

/** Whoever asks the sources for us is told of all windows that can be asked by now, so that one journey answers them. */
async function askAhead({ progress, now, source }: Reached, { to }: Stretch): Promise<void> {
  const { record } = progress;
  const seconds = record.policy['interval-seconds'];
  let next = firstStretch(to, seconds);
  for (let asked = 1; asked < mostAhead && isDue(askedAt(next, seconds), now()); asked += 1) {
    await measureWindow(record, { interval: 0, stretch: next, weight: 0, arms: ['champion', 'candidate'] }, source);
    next = firstStretch(next.to, seconds);
  }
}

const mostAhead = 30;

/** What it was set to; after a change by hand what it was seen to be. */
function weightOf({ record, settled }: Progress): number {
  const set = settled?.traffic.weight ?? 0;
  return Math.abs(set - record.weight) <= 0.01 ? set : record.weight;
}

function isCounted({ metrics }: Interval): boolean {
  return Object.values(metrics).some((arms) =>
    [arms.champion, arms.candidate].some((arm) => arm !== undefined && !('missing' in arm)),
  );
}

function hasFailed({ metrics }: Interval): boolean {
  return Object.values(metrics).some((arms) =>
    [arms.champion, arms.candidate].some((arm) => arm !== undefined && 'missing' in arm && arm.missing === 'failed'),
  );
}

function lineOf(interval: Interval): string {
  return JSON.stringify(interval);
}

function observe(platform: ServingPlatform): Promise<Observed> {
  return inTime('see what the platform serves', platformMilliseconds, () => platform.observe());
}

/** Somebody else does it for us: nothing is written down before the answer is there. */
export function isUnderWay(error: unknown): boolean {
  return error instanceof AppError && error.code === 'under-way';
}

function isOvertaken(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'conflict' || error.code === 'fenced');
}
