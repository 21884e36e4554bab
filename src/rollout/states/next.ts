import type { Surroundings } from '../../ports/rollout-log.ts';
import type { RollbackCause, RolloutState } from '../rollout-record.ts';
import { stepsOf } from '../rollout-steps.ts';
import type { Decided } from './event.ts';
import { elapsed, isDue, later } from './grid.ts';
import { afterStep } from './judged.ts';
import { backState, enterStep, finish, goOn, type Moment, promote, restore, writeBack } from './moves.ts';
import { obey } from './obey.ts';
import type { PendingWrite, Progress } from './progress.ts';
import { blockOf, makesWay, waitReason } from './surroundings.ts';
import { shared } from './traffic.ts';
import { type Watching, watch } from './watch.ts';

/** What the engine is to do next about a rollout; one thing, after which all is decided anew. */
export type Todo =
  | { readonly kind: 'append'; readonly decided: Decided }
  /** Asks the platform what it can do and what it serves, and the sources for the history. */
  | { readonly kind: 'validate' }
  /** Sets the platform to the pending traffic and looks. */
  | { readonly kind: 'write'; readonly write: PendingWrite }
  | Watching
  | { readonly kind: 'wait'; readonly until: string }
  /** Somebody with a higher fence has written: our lease is gone. */
  | { readonly kind: 'stop' }
  /** Nothing is left to be done, for ever. */
  | { readonly kind: 'rest' };

/** What a decision is made on beside the log. */
export interface Facts extends Moment {
  readonly surroundings: Surroundings;
  /** ISO 8601: when the platform was last looked at by this process; null when never. */
  readonly lookedAt: string | null;
}

/** What is to be done next. Pure: the same log and facts give the same answer. */
export function nextTodo(progress: Progress, facts: Facts): Todo {
  if (!progress.isOpen) return { kind: 'rest' };
  // Else we would carry out what another writer intends, with its fence.
  if (Math.max(progress.record.fence, progress.pending?.traffic.fence ?? 0) > facts.fence) return { kind: 'stop' };
  const order = obey(progress, { ...facts, block: blockOf(progress.record, facts.surroundings, facts.now) });
  if (order !== null) return append(order);
  const { newer } = facts.surroundings;
  if (newer !== null && makesWay(progress, newer)) {
    return append({ kind: 'moved', state: backState(progress, supersededBy(newer), facts.now) });
  }
  const taken = takenOver(progress, facts);
  if (taken !== null) return append(taken);
  const { state } = progress.record;
  const isTimed = state.kind === 'shadowing' || state.kind === 'baking';
  // The clock was set back: what lasts for a time begins again, and does not last for the jump as well.
  if (isTimed && elapsed(facts.now, state.since) > 60_000) {
    return append({ kind: 'moved', state: { ...state, since: facts.now } });
  }
  return inState(progress, facts);
}

function inState(progress: Progress, facts: Facts): Todo {
  const { record, pending } = progress;
  const { state } = record;
  const { now } = facts;
  switch (state.kind) {
    case 'requested':
    case 'waiting':
      return begin(progress, facts);
    case 'validating':
      return validate(progress, facts);
    case 'preparing':
      return pending === null ? prepared(progress, facts) : write(progress, pending, facts);
    case 'shadowing':
      if (pending !== null) return write(progress, pending, facts);
      if (elapsed(state.since, now) < (record.policy.shadow?.minutes ?? 0) * 60_000) return watch(progress, facts);
      return firstStep(progress, facts);
    case 'step':
      return pending === null ? observed(progress, state, facts) : write(progress, pending, facts);
    case 'promoting':
      return pending === null ? append(finish(progress, facts, null)) : write(progress, pending, facts);
    case 'baking':
      if (pending !== null) return write(progress, pending, facts);
      if (elapsed(state.since, now) < record.policy['bake-minutes'] * 60_000) return watch(progress, facts);
      return append(finish(progress, facts, progress.settled?.permission ?? null));
    case 'held':
      return pending === null ? held(progress, facts) : write(progress, pending, facts);
    case 'rolling-back':
      return pending === null ? append(writeBack(progress, facts)) : write(progress, pending, facts);
    case 'failed':
      return pending === null ? { kind: 'rest' } : write(progress, pending, facts);
    case 'succeeded':
    case 'rolled-back':
    case 'superseded':
      return { kind: 'rest' };
    default:
      return state satisfies never;
  }
}

function begin(progress: Progress, facts: Facts): Todo {
  const { record } = progress;
  const { surroundings, now } = facts;
  if (surroundings.rejected !== null && record.restored !== true && record.atOnce !== true) {
    const reason = `expected a digest that did no harm, found ${record.release.digest}: ${surroundings.rejected}`;
    return append({ kind: 'moved', state: { kind: 'failed', reason, at: now } });
  }
  const reason = waitReason(progress, surroundings, now);
  if (reason === null) {
    const isServed = record.policy.serving !== undefined;
    return append({ kind: 'moved', state: isServed ? { kind: 'validating' } : { kind: 'succeeded', at: now } });
  }
  if (record.state.kind === 'waiting' && record.state.reason === reason) return waitFor(5000, now);
  return append({ kind: 'moved', state: { kind: 'waiting', reason } });
}

function validate({ refusals }: Progress, { now }: Facts): Todo {
  if (refusals === null) return { kind: 'validate' };
  const dueAt = later(refusals.at, Math.min(30_000, 500 * 2 ** Math.min(refusals.count, 10)));
  return isDue(dueAt, now) || elapsed(now, refusals.at) > 60_000
    ? { kind: 'validate' }
    : { kind: 'wait', until: dueAt };
}

function prepared(progress: Progress, facts: Facts): Todo {
  const { record, settled } = progress;
  if (record.previous === null || record.atOnce === true) return append(finish(progress, facts, { kind: 'valid' }));
  if (settled?.purpose !== 'prepare') {
    const traffic = shared(record, facts.fence, {});
    return append({ kind: 'intended', purpose: 'prepare', traffic, permission: null });
  }
  const { shadow } = record.policy;
  if (shadow === undefined) return firstStep(progress, facts);
  const state: RolloutState = { kind: 'shadowing', since: facts.now };
  const traffic = shared(record, facts.fence, { shadow: shadow.percent });
  return append({ kind: 'intended', purpose: 'shadow', traffic, permission: null, state });
}

function firstStep(progress: Progress, facts: Facts): Todo {
  const { record } = progress;
  if (blockOf(record, facts.surroundings, facts.now) !== null) return watch(progress, facts);
  const weight = stepsOf(record.policy)[0]?.weight;
  const permission = { kind: 'valid' } as const;
  if (weight === undefined) return append(promote(progress, facts, permission));
  return append(enterStep(progress, facts, { step: 0, permission, weight }));
}

/** A step whose weight is as it was set: what its verdict allows, or more evidence. */
function observed(progress: Progress, state: Extract<RolloutState, { readonly kind: 'step' }>, facts: Facts): Todo {
  const { record } = progress;
  const { now } = facts;
  // It was paused or held while its write was under way, and that has come true since.
  if (state.phase === 'applying' || state.phase === 'settling') {
    return append({ kind: 'moved', state: { ...state, phase: 'observing', since: now } });
  }
  const verdict = afterStep(progress, facts);
  if (verdict.kind === 'open') return watch(progress, facts);
  if (verdict.kind !== 'passed') return append({ kind: 'moved', state: verdict.state });
  const isPaused = state.phase === 'paused';
  const waitsForPerson = stepsOf(record.policy)[state.step]?.pause === true;
  const block = waitsForPerson ? null : blockOf(record, facts.surroundings, now);
  if (!waitsForPerson && block === null) return append(goOn(progress, facts, verdict.permission));
  if (isPaused && (state.reason ?? null) === block) return watch(progress, facts);
  const { step, attempt } = state;
  const reason = block === null ? {} : { reason: block };
  return append({ kind: 'moved', state: { kind: 'step', phase: 'paused', step, attempt, since: now, ...reason } });
}

/** More than was allowed is taken back at once, whoever gave it; less is left to the one who took it. */
function held(progress: Progress, facts: Facts): Todo {
  const { record, settled, seen } = progress;
  const isHand = record.state.kind === 'held' && record.state.reason === 'changed-by-hand';
  const isMore = settled !== null && (seen?.weight ?? 0) > settled.traffic.weight + 0.01;
  const back = isHand && isMore ? restore(progress, facts) : null;
  return back === null ? watch(progress, facts) : append(back);
}

/** What is late by the clock was tried at least so often, with pauses of at most a quarter of a minute. */
const leastTries = 10;

/** Tries a write when its time has come; in between the candidate is watched where it gets traffic. */
function write(progress: Progress, pending: PendingWrite, facts: Facts): Todo {
  const { now } = facts;
  const { state } = progress.record;
  const limit = pending.purpose === 'prepare' ? 1_800_000 : 600_000;
  // A clock that was set forward is no reason: so long a time has had so many tries.
  const isTried = pending.tries >= leastTries;
  const isLate = isTried && pending.difference !== null && elapsed(pending.since, now) > limit;
  const sentence = `it did not come true in ${limit / 60_000} minutes: ${pending.difference}`;
  if (isLate && state.kind === 'rolling-back') {
    return append({
      kind: 'moved',
      state: { kind: 'failed', reason: `traffic could not be seen to be back; ${sentence}`, at: now },
    });
  }
  if (isLate && state.kind !== 'failed') {
    const cause: RollbackCause = { kind: 'invalid', sentence, by: null };
    return append({ kind: 'moved', state: backState(progress, cause, now) });
  }
  const dueAt = pending.triedAt === null ? now : later(pending.triedAt, patience(pending, state.kind === 'failed'));
  // One that seems to have been tried in the future was tried before the clock was set back.
  const isFromFuture = pending.triedAt !== null && Date.parse(pending.triedAt) > Date.parse(now);
  if (isFromFuture || isDue(dueAt, now)) return { kind: 'write', write: pending };
  if (pending.purpose === 'rollback' || progress.record.weight === 0) return { kind: 'wait', until: dueAt };
  const watching = watch(progress, facts);
  if (watching.kind !== 'wait' || !isDue(dueAt, watching.until))
    return watching.kind === 'look' ? { kind: 'wait', until: dueAt } : watching;
  return { kind: 'wait', until: dueAt };
}

function patience({ tries, purpose }: PendingWrite, isGivenUp: boolean): number {
  const isUrgent = purpose === 'rollback' && tries < 20;
  const most = isGivenUp ? 60_000 : isUrgent ? 3000 : 15_000;
  return Math.min(most, 125 * 2 ** Math.min(tries, 12));
}

/** Whoever takes a service over sets again what stands, with the new fence, so that the one before can write no more. */
function takenOver(progress: Progress, facts: Facts): Decided | null {
  const { pending, settled } = progress;
  if (pending !== null) {
    if (pending.traffic.fence >= facts.fence) return null;
    const { purpose, permission } = pending;
    return { kind: 'intended', purpose, permission, traffic: { ...pending.traffic, fence: facts.fence } };
  }
  const { state } = progress.record;
  // What somebody else set stays until a person decides.
  const isLeft = state.kind === 'rolling-back' || (state.kind === 'held' && state.reason === 'changed-by-hand');
  if (isLeft || settled === null || settled.traffic.fence >= facts.fence) return null;
  return restore(progress, facts);
}

function supersededBy(newer: NonNullable<Surroundings['newer']>): RollbackCause {
  return { kind: 'superseded', sentence: `${newer.release.version} was merged`, by: newer.id };
}

function append(decided: Decided): Todo {
  return { kind: 'append', decided };
}

function waitFor(milliseconds: number, now: string): Todo {
  return { kind: 'wait', until: later(now, milliseconds) };
}
