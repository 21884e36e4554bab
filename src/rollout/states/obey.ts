import type { RolloutOrder, RolloutRecord, RolloutState } from '../rollout-record.ts';
import { isEnded } from '../rollout-record.ts';
import { stepsOf } from '../rollout-steps.ts';
import type { Decided, Permission } from './event.ts';
import { backState, finish, goOn, heldState, type Moment, newAttempt, place, promote, restore } from './moves.ts';
import type { Progress } from './progress.ts';
import { shared } from './traffic.ts';

/** Why an order can change nothing in this state; null when it can. To be asked before it is written down. */
export function refusalOf(
  order: RolloutOrder,
  { state, policy, needsGo }: Pick<RolloutRecord, 'state' | 'policy' | 'needsGo'>,
): string | null {
  const { kind } = state;
  const found = stateWords(state);
  if (kind === 'failed' && order.kind === 'abort') return null;
  if (isEnded(state)) return `expected a rollout under way, found that it ${found}`;
  switch (order.kind) {
    case 'abort':
      return kind === 'rolling-back' ? 'expected traffic at the candidate, found that it is going back already' : null;
    case 'go':
      return needsGo === true && (kind === 'requested' || kind === 'waiting')
        ? null
        : `expected a rollout that waits for reviewers, found that it ${found}`;
    case 'pause':
      return ['shadowing', 'step', 'baking'].includes(kind)
        ? null
        : `expected a rollout that goes on by itself, found that it ${found}`;
    case 'resume':
      return kind === 'held' || (kind === 'step' && state.phase === 'paused')
        ? null
        : `expected a rollout that is held or paused, found that it ${found}`;
    case 'advance':
      return ['shadowing', 'step', 'held', 'baking'].includes(kind)
        ? null
        : `expected a step that can be ended, found that the rollout ${found}`;
    case 'promote':
      return ['preparing', 'shadowing', 'step', 'held', 'baking'].includes(kind)
        ? null
        : `expected a candidate that is loaded, found that the rollout ${found}`;
    case 'weight':
      if (policy.serving === undefined) return 'expected a serving platform, found none in the policy';
      if (!(order.weight >= 0 && order.weight <= 100)) return `expected 0 to 100 percent, found ${order.weight}`;
      return ['shadowing', 'step', 'held'].includes(kind)
        ? null
        : `expected a candidate that traffic can be given to, found that the rollout ${found}`;
    default:
      return order satisfies never;
  }
}

/** What is done about the oldest order that nothing answers yet; null when there is none. */
export function obey(progress: Progress, moment: Moment & { readonly block: string | null }): Decided | null {
  const [oldest] = progress.orders;
  if (oldest === undefined) return null;
  const { order, sequence } = oldest;
  const isKept = moment.block !== null && isMore(order, progress.record);
  if (isKept || refusalOf(order, progress.record) !== null) return { kind: 'moved', answers: sequence };
  return { ...answer(progress, moment, oldest), answers: sequence };
}

/** Whether an order may give the candidate more than it has. A step that is paused was passed: to resume it is to go on. */
function isMore(order: RolloutOrder, { state, weight }: RolloutRecord): boolean {
  if (order.kind === 'weight') return order.weight > weight;
  return order.kind === 'advance' || order.kind === 'promote' || (order.kind === 'resume' && state.kind === 'step');
}

function answer(progress: Progress, moment: Moment, { order, sequence }: Progress['orders'][number]): Decided {
  const { record, settled } = progress;
  const { now, fence } = moment;
  const permission: Permission = { kind: 'order', order: sequence };
  switch (order.kind) {
    case 'abort':
      if (record.state.kind === 'failed') return { kind: 'given-up' };
      return { kind: 'moved', state: backState(progress, order.cause, now) };
    case 'pause':
      return { kind: 'moved', state: heldState(progress, 'manual', now) };
    case 'resume':
      return resumed(progress, moment, permission);
    case 'advance':
      if (isUnprepared(progress)) return resumed(progress, moment, permission);
      return record.state.kind === 'baking' || settled?.purpose === 'promote'
        ? finish(progress, moment, permission)
        : goOn(progress, moment, permission);
    case 'promote':
      return settled?.purpose === 'promote'
        ? finish(progress, moment, permission)
        : promote(progress, moment, permission);
    case 'weight': {
      if (!canSet(progress, order.weight)) return { kind: 'moved' };
      const at = place(progress);
      const step = Math.max(at.step, stepOfWeight(record, order.weight));
      const attempt = newAttempt(progress, { step, attempt: at.attempt });
      const state: RolloutState = { kind: 'held', reason: 'manual', step, attempt, since: now };
      const traffic = shared(record, fence, { weight: order.weight });
      return { kind: 'intended', purpose: 'step', traffic, permission, state };
    }
    // Taken up where it is written down: it opens the way and moves nothing.
    case 'go':
      return { kind: 'moved' };
    default:
      return order satisfies never;
  }
}

/** A weight that the platform cannot be set to would never be seen to come true, and so take all traffic back. */
function canSet({ capability }: Progress, weight: number): boolean {
  if (capability === null || weight > capability.mostWeight) return false;
  return capability.weights !== 'whole-percents' || Number.isInteger(weight);
}

/** The last step that gives no more than this weight: what it needs is not spared by who set the weight. */
function stepOfWeight(record: RolloutRecord, weight: number): number {
  return Math.max(
    0,
    stepsOf(record.policy).findLastIndex((step) => step.weight <= weight),
  );
}

/** Held before anything was set, because the service serves what nobody expected. */
function isUnprepared({ settled }: Progress): boolean {
  return settled === null;
}

/** What was found is a person's decision by now; whatever is judged from here on is a new attempt. */
function resumed(progress: Progress, moment: Moment, permission: Permission): Decided {
  const { record, settled } = progress;
  const { state } = record;
  if (state.kind !== 'held') return goOn(progress, moment, permission);
  if (settled === null) return { kind: 'moved', state: { kind: 'preparing' } };
  const next = resumedState(progress, moment.now);
  const set = state.reason === 'changed-by-hand' ? restore(progress, moment) : null;
  return { ...(set ?? { kind: 'moved' }), state: next };
}

function resumedState(progress: Progress, now: string): RolloutState {
  const { settled, pending } = progress;
  if (settled?.purpose === 'shadow') return { kind: 'shadowing', since: now };
  if (settled?.purpose === 'promote') return { kind: 'baking', since: now };
  if (settled?.purpose === 'prepare') return { kind: 'preparing' };
  const at = place(progress);
  const phase = pending === null ? 'observing' : 'applying';
  return { kind: 'step', phase, step: at.step, attempt: newAttempt(progress, at), since: now };
}

function stateWords(state: RolloutState): string {
  switch (state.kind) {
    case 'step':
      return state.phase === 'paused' ? `is paused after step ${state.step + 1}` : `is in step ${state.step + 1}`;
    case 'held':
      return `is held (${state.reason})`;
    case 'succeeded':
      return 'has succeeded';
    case 'rolled-back':
      return 'was rolled back';
    case 'superseded':
      return 'made way for a newer release';
    case 'failed':
      return 'failed';
    default:
      return `is ${state.kind.replace('-', ' ')}`;
  }
}
