import type { Effect, Judgement, StepJudgement } from '../judgement.ts';
import type { RollbackCause, RolloutState } from '../rollout-record.ts';
import { stepsOf } from '../rollout-steps.ts';
import type { Decided, Happening, Permission } from './event.ts';
import { backState, heldState, type Moment, place } from './moves.ts';
import type { Progress } from './progress.ts';

/** What is written down when an interval was sealed: harm takes the traffic back in the same instant, whatever else goes on. */
export function judged(
  progress: Progress,
  { now }: Pick<Moment, 'now'>,
  sealed: Omit<Extract<Happening, { readonly kind: 'judged' }>, 'kind'>,
): Decided {
  const found = { kind: 'judged', ...sealed } as const;
  const { judgement } = sealed;
  const { kind } = progress.record.state;
  const isLate = ['rolling-back', 'succeeded', 'rolled-back', 'superseded', 'failed'].includes(kind);
  if (judgement.verdict !== 'fail' || isLate) return found;
  const cause: RollbackCause = { kind: 'harm', sentence: harmSentence(judgement), by: null };
  return { ...found, state: backState(progress, cause, now) };
}

/** What the verdict on the present step and attempt leads to. */
export type AfterStep =
  | { readonly kind: 'open' }
  | { readonly kind: 'passed'; readonly permission: Permission }
  | { readonly kind: 'doubtful'; readonly state: RolloutState };

/** Reads the verdict on the present step. No other step's and no other attempt's counts. */
export function afterStep(progress: Progress, { now }: Pick<Moment, 'now'>): AfterStep {
  const { step, attempt } = place(progress);
  const { judgement } = progress.record;
  const found = judgement?.steps.find((known) => known.step === step && known.attempt === attempt);
  if (found === undefined) return { kind: 'open' };
  if (found.verdict === 'pass' && found.decidedAt !== null) {
    return { kind: 'passed', permission: { kind: 'verdict', step, attempt, interval: found.decidedAt } };
  }
  const doubt = doubtOf(found);
  if (doubt === null && !isOver(progress, { step, attempt })) return { kind: 'open' };
  return { kind: 'doubtful', state: doubtful(progress, { reason: doubt ?? 'inconclusive', found, now }) };
}

/** The step was watched for as long as it may take. Only evidence counts, so that no clock ends a step. */
function isOver(
  { record, sealed, attemptFrom }: Progress,
  at: { readonly step: number; readonly attempt: number },
): boolean {
  if (sealed === null || attemptFrom === null || attemptFrom.step !== at.step || attemptFrom.attempt !== at.attempt)
    return false;
  const intervals = sealed.interval - attemptFrom.interval + 1;
  const most = stepsOf(record.policy)[at.step]?.['maximum-minutes'] ?? 0;
  return (intervals * record.policy['interval-seconds']) / 60 >= most;
}

type Doubt = 'inconclusive' | 'no-traffic' | 'source-down' | 'sample-ratio';

/** Findings that more of the same evidence would not change. */
function doubtOf({ reason }: StepJudgement): Doubt | null {
  switch (reason) {
    case 'no-traffic':
    case 'no-series':
      return 'no-traffic';
    case 'source-down':
    case 'sample-ratio':
      return reason;
    case 'no-history':
      return 'inconclusive';
    default:
      return null;
  }
}

function doubtful(
  progress: Progress,
  { reason, found, now }: { readonly reason: Doubt; readonly found: StepJudgement; readonly now: string },
): RolloutState {
  const rule = reason === 'sample-ratio' ? 'hold' : progress.record.policy.when[reason];
  // A split that is not as it was set says nothing about the model: it never rolls back by itself.
  if (reason === 'sample-ratio' || rule === 'hold') return heldState(progress, reason, now);
  const sentence = `step ${found.step + 1} ended without a decision after ${found.exposure} requests (${found.reason})`;
  return backState(progress, { kind: reason, sentence, by: null }, now);
}

function harmSentence({ metrics }: Judgement): string {
  const crossed = Object.entries(metrics).filter(([, { harm }]) => harm.crossedAt !== null);
  const told = crossed.map(
    ([name, { harm, effect }]) => `${name} shows harm${effectWords(effect)}; e = ${shown(harm.e)}`,
  );
  return told.length === 0 ? 'the evidence shows harm' : told.join('. ');
}

function effectWords(effect: Effect | null): string {
  if (effect === null || effect.estimate === null) return '';
  const { scale, estimate, low, high } = effect;
  const bounds = low === null || high === null ? '' : ` (${shown(low)} to ${shown(high)})`;
  return scale === 'times'
    ? `, ${shown(estimate)} times the champion’s${bounds}`
    : `, ${shown(estimate)} more than the champion’s${bounds}`;
}

function shown(value: number): string {
  return Number(value.toPrecision(3)).toString();
}
