import { frozen } from '../../decide/freeze.ts';
import { mayAct } from '../../decide/lock.ts';
import type { Surroundings } from '../../ports/rollout-log.ts';
import type { RolloutRecord } from '../rollout-record.ts';
import type { Progress } from './progress.ts';

/** Why a candidate may be given no more traffic now; null when it may. Going back is never kept from anybody. */
export function blockOf(
  { environment, model, number, atOnce }: RolloutRecord,
  { locks, freezes }: Pick<Surroundings, 'locks' | 'freezes'>,
  now: string,
): string | null {
  if (atOnce === true) return null;
  const freeze = frozen(environment, freezes, now);
  if (freeze !== null)
    return `${freeze.by} froze ${freeze.target === 'all' ? 'everything' : environment} until ${freeze.until}`;
  const lock = locks.find((known) => known.environment === environment && known.model === model);
  const holder = lock?.state.holder ?? null;
  if (lock === undefined || holder === null || !mayAct(lock.state, holder.fence, now)) return null;
  if (holder.owner.number === number) return null;
  return `#${holder.owner.number} holds ${environment} for ${model} until ${holder.expiresAt}`;
}

/** Whether a newer release takes the place of this rollout now: one that is proven is let come to its end, unless people want back at once. */
export function makesWay({ record }: Progress, newer: Surroundings['newer']): boolean {
  if (newer === null) return false;
  const { kind } = record.state;
  if (['rolling-back', 'succeeded', 'rolled-back', 'superseded', 'failed'].includes(kind)) return false;
  return newer.atOnce === true || (kind !== 'promoting' && kind !== 'baking');
}

/** Why a rollout cannot begin yet; null when it can. */
export function waitReason(progress: Progress, surroundings: Surroundings, now: string): string | null {
  const { record, mayGo } = progress;
  const { earlier } = surroundings;
  if (earlier !== null)
    return `the rollout of ${earlier.release.version} to ${record.environment} comes to its end first`;
  if (record.needsGo === true && !mayGo) return `the reviewers of ${record.environment} have not let it begin yet`;
  return blockOf(record, surroundings, now);
}
