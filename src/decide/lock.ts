import type { Term } from '../command/command.ts';

/** Who holds or waits: a person in a pull request. Neither alone is an owner. */
export interface LockOwner {
  readonly number: number;
  readonly login: string;
}

/** A place in the queue. */
export interface LockWait {
  readonly owner: LockOwner;
  readonly reason: string | null;
  /** How long the lease is to last once it begins, or until when. */
  readonly term: Term;
  /** ISO 8601: when the place was taken. */
  readonly since: string;
}

/** A lease. It is over at `expiresAt` whether or not anybody has written so. */
export interface LockHold {
  readonly owner: LockOwner;
  readonly reason: string | null;
  readonly since: string;
  readonly expiresAt: string;
  /** The number with which its owner acts; greater than that of every lease before it. */
  readonly fence: number;
}

/** Who may act on one environment for one model, and who waits for it, in order. */
export interface LockState {
  readonly holder: LockHold | null;
  readonly queue: readonly LockWait[];
  /** The fence of the newest lease that there ever was; 0 when there was none. */
  readonly lastFence: number;
}

/** The lock of one environment for one model, as it was read. */
export interface LockRecord {
  readonly repositoryId: number;
  readonly model: string;
  readonly environment: string;
  /** How often it was written; 0 when it never was. What is written must be decided on the newest version. */
  readonly version: number;
  readonly state: LockState;
}

/** What an event changed for one owner. */
export type LockNews =
  | { readonly kind: 'acquired'; readonly owner: LockOwner; readonly hold: LockHold }
  | { readonly kind: 'renewed'; readonly owner: LockOwner; readonly hold: LockHold }
  /** `place` counts from 1. */
  | { readonly kind: 'waiting'; readonly owner: LockOwner; readonly place: number }
  | { readonly kind: 'released'; readonly owner: LockOwner }
  | { readonly kind: 'expired'; readonly owner: LockOwner }
  | { readonly kind: 'left'; readonly owner: LockOwner }
  /** The instant until which the lock was wanted passed in the queue. */
  | { readonly kind: 'outwaited'; readonly owner: LockOwner };

/** A lock after an event, and what the event changed for whom, in order. */
export interface LockStep {
  readonly state: LockState;
  readonly news: readonly LockNews[];
}

/** A lock that nobody ever asked for. */
export const freeLock: LockState = { holder: null, queue: [], lastFence: 0 };

/** Whether the lease with this fence may act now. An outdated or unknown fence, or one whose lease is over, may not. */
export function mayAct({ holder }: LockState, fence: number, now: string): boolean {
  return holder !== null && holder.fence === fence && Date.parse(now) < Date.parse(holder.expiresAt);
}

/** Time has passed: a lease that is over ends, and the first in the queue who still wants it has the next one. */
export function settled(state: LockState, now: string): LockStep {
  const { holder } = state;
  if (holder === null) return granted(state, now);
  if (isBefore(now, holder.expiresAt)) return { state, news: [] };
  return after([{ kind: 'expired', owner: holder.owner }], granted({ ...state, holder: null }, now));
}

/** Somebody wants the lock: it is theirs at once, or they get a place; who has it or a place already keeps it. */
export function asked(state: LockState, wish: Omit<LockWait, 'since'>, now: string): LockStep {
  const before = settled(state, now);
  const { holder, queue } = before.state;
  const { owner } = wish;
  if (!isBefore(now, endOf(wish.term, now))) return { ...before, news: [...before.news, { kind: 'outwaited', owner }] };
  if (holder !== null && isSameOwner(holder.owner, owner)) {
    const hold: LockHold = { ...holder, reason: wish.reason ?? holder.reason, expiresAt: endOf(wish.term, now) };
    return { state: { ...before.state, holder: hold }, news: [...before.news, { kind: 'renewed', owner, hold }] };
  }
  const at = queue.findIndex((place) => isSameOwner(place.owner, owner));
  const known = queue[at];
  const place: LockWait = { ...wish, reason: wish.reason ?? known?.reason ?? null, since: known?.since ?? now };
  const waiting = known === undefined ? [...queue, place] : queue.with(at, place);
  const queued = { ...before.state, queue: waiting };
  // Whoever could have it before has it by now, so that a free lock is free for this wish.
  if (holder === null) return after(before.news, granted(queued, now));
  const news: LockNews = { kind: 'waiting', owner, place: known === undefined ? waiting.length : at + 1 };
  return { state: queued, news: [...before.news, news] };
}

/** An owner gives the lock, or the place in the queue, back. Without either only time passes. */
export function released(state: LockState, owner: LockOwner, now: string): LockStep {
  return without(state, (other) => isSameOwner(other, owner), now);
}

/** A pull request was closed or merged: whoever held or waited in it holds and waits no longer. */
export function closed(state: LockState, number: number, now: string): LockStep {
  return without(state, (other) => other.number === number, now);
}

/** Whether both are the same person in the same pull request. GitHub does not tell logins apart by case. */
export function isSameOwner(a: LockOwner, b: LockOwner): boolean {
  return a.number === b.number && a.login.toLowerCase() === b.login.toLowerCase();
}

function without(state: LockState, goes: (owner: LockOwner) => boolean, now: string): LockStep {
  const before = settled({ ...state, queue: state.queue.filter(({ owner }) => !goes(owner)) }, now);
  const left = state.queue.filter(({ owner }) => goes(owner)).map(({ owner }): LockNews => ({ kind: 'left', owner }));
  const { holder } = before.state;
  if (holder === null || !goes(holder.owner)) return after(left, before);
  const freed = granted({ ...before.state, holder: null }, now);
  return after([...left, ...before.news, { kind: 'released', owner: holder.owner }], freed);
}

/** A free lock goes to the first in the queue; the places of those who wanted it until an earlier instant fall away. */
function granted(state: LockState, now: string): LockStep {
  if (state.holder !== null) return { state, news: [] };
  const news: LockNews[] = [];
  for (const [at, { owner, reason, term }] of state.queue.entries()) {
    const expiresAt = endOf(term, now);
    if (!isBefore(now, expiresAt)) {
      news.push({ kind: 'outwaited', owner });
      continue;
    }
    const fence = state.lastFence + 1;
    const hold: LockHold = { owner, reason, since: now, expiresAt, fence };
    news.push({ kind: 'acquired', owner, hold });
    return { state: { holder: hold, queue: state.queue.slice(at + 1), lastFence: fence }, news };
  }
  return { state: { ...state, queue: [] }, news };
}

/** When a term that begins now is over (ISO 8601). */
export function endOf(term: Term, now: string): string {
  return 'until' in term ? term.until : new Date(Date.parse(now) + term.minutes * 60_000).toISOString();
}

function isBefore(a: string, b: string): boolean {
  return Date.parse(a) < Date.parse(b);
}

function after(news: readonly LockNews[], step: LockStep): LockStep {
  return { state: step.state, news: [...news, ...step.news] };
}
