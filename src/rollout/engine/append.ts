import type { EvidenceToKeep, Lease } from '../../ports/rollout-log.ts';
import type { Decided } from '../states/event.ts';
import type { Progress } from '../states/progress.ts';
import type { Reached } from './acts.ts';

/** What became of one act: the log after it, perhaps with a new lease, or nothing before an instant. */
export type Done =
  | { readonly kind: 'done'; readonly progress: Progress; readonly lease?: Lease }
  | { readonly kind: 'later'; readonly until: string };

/** Adds an event under our lease. */
export async function append(
  { log, progress, lease, told }: Pick<Reached, 'log' | 'progress' | 'lease' | 'told'>,
  decided: Decided,
  evidence: readonly EvidenceToKeep[] = [],
): Promise<Progress> {
  const next = await log.append(progress, decided, { lease, evidence });
  told({ kind: 'kept', event: decided.kind });
  return next;
}
