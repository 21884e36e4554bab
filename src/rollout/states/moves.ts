import type { RollbackCause, RolloutState } from '../rollout-record.ts';
import { type PlannedStep, stepsOf } from '../rollout-steps.ts';
import type { Decided, Permission } from './event.ts';
import type { Progress } from './progress.ts';
import { championOnly, promoted, shared } from './traffic.ts';

/** The present instant (ISO 8601) and the fence of our lease: what every decision is made with. */
export interface Moment {
  readonly now: string;
  readonly fence: number;
}

/** Where a rollout is among its steps; the first attempt at the first one before any was begun. */
export function place({ record }: Progress): { readonly step: number; readonly attempt: number } {
  const { state } = record;
  if (state.kind === 'step' || state.kind === 'held') return { step: state.step, attempt: state.attempt };
  if (state.kind === 'promoting' || state.kind === 'baking')
    return { step: stepsOf(record.policy).length - 1, attempt: 1 };
  return { step: 0, attempt: 1 };
}

/** Gives the candidate the weight of a step, because of a verdict on the one before or because a person said so. */
export function enterStep(
  progress: Progress,
  { now, fence }: Moment,
  { step, permission, weight }: { readonly step: number; readonly permission: Permission; readonly weight: number },
): Decided {
  const { record } = progress;
  const attempt = newAttempt(progress, { step, attempt: 0 });
  const state: RolloutState = { kind: 'step', phase: 'applying', step, attempt, since: now };
  return { kind: 'intended', purpose: 'step', traffic: shared(record, fence, { weight }), permission, state };
}

/** What follows a step that was passed: the next one that gives more, or all traffic. */
export function goOn(progress: Progress, moment: Moment, permission: Permission): Decided {
  const { record } = progress;
  const steps = stepsOf(record.policy);
  const has = progress.settled?.traffic.weight ?? 0;
  const from = isAmongSteps(progress) ? place(progress).step : -1;
  const at = steps.findIndex(({ weight }, index) => index > from && weight > has);
  const step: PlannedStep | undefined = steps[at];
  if (step !== undefined) return enterStep(progress, moment, { step: at, permission, weight: step.weight });
  return promote(progress, moment, permission);
}

/** Whether the weight of a step was ever set. What was held before that, as while it was mirrored to, has no step to end yet. */
function isAmongSteps({ record, settled, pending }: Progress): boolean {
  if (record.state.kind !== 'held') return record.state.kind === 'step';
  return pending?.purpose === 'step' || (settled !== null && !['prepare', 'shadow'].includes(settled.purpose));
}

/** The number of an attempt at a step of which there is no evidence yet, and after the one that is given. */
export function newAttempt(
  { record }: Progress,
  { step, attempt }: { readonly step: number; readonly attempt: number },
): number {
  const known = record.judgement?.steps.filter((found) => found.step === step) ?? [];
  return 1 + Math.max(attempt, ...known.map((found) => found.attempt));
}

/** All traffic to the candidate: to be watched there for a while, or for good where that cannot be. */
export function promote(progress: Progress, moment: Moment, permission: Permission): Decided {
  const { record, capability } = progress;
  const isWatched = record.policy['bake-minutes'] > 0 && (capability?.mostWeight ?? 0) >= 100;
  if (!isWatched || record.previous === null || record.atOnce === true) return finish(progress, moment, permission);
  const traffic = shared(record, moment.fence, { weight: 100 });
  return { kind: 'intended', purpose: 'promote', traffic, permission, state: { kind: 'promoting' } };
}

/** Makes the candidate the champion. */
export function finish({ record }: Progress, { fence }: Moment, permission: Permission | null): Decided {
  const traffic = promoted(record, fence);
  return { kind: 'intended', purpose: 'finish', traffic, permission, state: { kind: 'promoting' } };
}

/** Sets what stood last again. Whoever took over thereby shuts the one before out, and what was changed by hand goes back. */
export function restore({ settled }: Progress, { fence }: Moment): Decided | null {
  if (settled === null) return null;
  return { kind: 'intended', purpose: 'restore', traffic: { ...settled.traffic, fence }, permission: null };
}

/** Takes all traffic from the candidate. */
export function writeBack({ record }: Progress, { fence }: Moment): Decided {
  return { kind: 'intended', purpose: 'rollback', traffic: championOnly(record, fence), permission: null };
}

/** The state in which traffic goes back; the end at once where none was ever moved. */
export function backState(progress: Progress, cause: RollbackCause, now: string): RolloutState {
  const isTouched = progress.settled !== null || progress.pending !== null;
  return isTouched ? { kind: 'rolling-back', cause, since: now } : undoneState(cause, now);
}

/** How a rollout ends whose traffic is back. */
export function undoneState(cause: RollbackCause, now: string): RolloutState {
  if (cause.kind === 'superseded') return { kind: 'superseded', by: cause.by ?? '', at: now };
  return { kind: 'rolled-back', cause, at: now };
}

/** Traffic stays until a person decides. */
export function heldState(
  progress: Progress,
  reason: Extract<RolloutState, { readonly kind: 'held' }>['reason'],
  now: string,
): RolloutState {
  return { kind: 'held', reason, ...place(progress), since: now };
}
