import { AppError } from '../../error.ts';
import type { Capability, Observed, Traffic } from '../../ports/serving.ts';
import type { RolloutOrder, RolloutRecord } from '../rollout-record.ts';
import type { Permission, Purpose, RolloutEvent } from './event.ts';
import { type Stretch, withStretch } from './grid.ts';

/** A write to the platform that was never yet seen to have come true. */
export interface PendingWrite {
  readonly purpose: Purpose;
  readonly traffic: Traffic;
  readonly permission: Permission | null;
  /** ISO 8601: when it was first intended, and when it was last tried. */
  readonly since: string;
  readonly triedAt: string | null;
  readonly tries: number;
  /** Why it is not true yet. */
  readonly difference: string | null;
}

/** All that is known of a rollout: what its events add up to. */
export interface Progress {
  readonly record: RolloutRecord;
  readonly capability: Omit<Capability, 'problems'> | null;
  readonly history: { readonly wanted: number; readonly had: number } | null;
  readonly pending: PendingWrite | null;
  /** What the platform was last seen to serve by our will; it is to stay so. Null before anything was set. */
  readonly settled: {
    readonly purpose: Purpose;
    readonly traffic: Traffic;
    readonly permission: Permission | null;
  } | null;
  /** What the platform was last seen to serve. */
  readonly seen: Observed | null;
  /** ISO 8601: since when the candidate gets the weight that it gets. */
  readonly weightSince: string;
  /** Orders that nothing has answered yet, oldest first. */
  readonly orders: readonly { readonly sequence: number; readonly order: RolloutOrder; readonly by: string }[];
  /** Whether the order `go` was given. */
  readonly mayGo: boolean;
  /** The newest sealed interval from 0 on. */
  readonly sealed: { readonly interval: number; readonly end: string } | null;
  /** The wall time of which something was counted already: nothing of it may be counted again. */
  readonly counted: readonly Stretch[];
  /** The first interval of the present attempt at the present step. */
  readonly attemptFrom: { readonly step: number; readonly attempt: number; readonly interval: number } | null;
  /** How often in a row the platform refused before anything was intended, and when it last did. */
  readonly refusals: {
    readonly count: number;
    readonly since: string;
    readonly at: string;
    readonly reason: string;
  } | null;
  /** When traffic had to go back: the instant of the verdict or of the order. */
  readonly backSince: string | null;
  /** False once nothing is left to be done. A rollout that failed is tried on until it is undone. */
  readonly isOpen: boolean;
}

/** What a log of events adds up to; null for an empty one. */
export function progressOf(events: readonly RolloutEvent[]): Progress | null {
  return events.reduce<Progress | null>(progressAfter, null);
}

/** A rollout after one more event, which must be the next. AppError when it is not. */
export function progressAfter(before: Progress | null, event: RolloutEvent): Progress {
  if (event.kind === 'requested') return begun(event.rollout, event);
  if (before === null || event.sequence !== before.record.sequence + 1) {
    const found = before === null ? 'none before it' : `number ${before.record.sequence}`;
    throw new AppError('conflict', `expected the event before number ${event.sequence}, found ${found}; read again`);
  }
  const { record } = before;
  const state = event.state ?? record.state;
  const answered =
    event.answers === undefined ? before.orders : before.orders.filter((o) => o.sequence !== event.answers);
  const isUndoing = state.kind === 'rolling-back' && record.state.kind !== 'rolling-back';
  const next: Progress = {
    ...before,
    orders: answered,
    record: {
      ...record,
      state,
      sequence: event.sequence,
      changedAt: event.at,
      fence: event.fence ?? record.fence,
    },
    backSince: isUndoing ? event.at : before.backSince,
    // A write that was on its way when traffic had to go back is never tried again.
    pending: isUndoing ? null : before.pending,
  };
  return closed(withHappening(next, event, before));
}

function begun(record: RolloutRecord, { at }: RolloutEvent): Progress {
  return {
    record,
    capability: null,
    history: null,
    pending: null,
    settled: null,
    seen: null,
    weightSince: at,
    orders: [],
    mayGo: false,
    sealed: null,
    counted: [],
    attemptFrom: null,
    refusals: null,
    backSince: null,
    isOpen: true,
  };
}

function withHappening(next: Progress, event: RolloutEvent, before: Progress): Progress {
  switch (event.kind) {
    case 'requested':
    case 'moved':
      return next;
    case 'given-up':
      return { ...next, pending: null };
    case 'ordered': {
      if (event.order.kind === 'go') return { ...next, mayGo: true };
      const { sequence, order, by } = event;
      return { ...next, orders: [...next.orders, { sequence, order, by }] };
    }
    case 'validated': {
      const { capability, history, observed } = event;
      const record = { ...next.record, previous: event.champion };
      return { ...next, record, capability, history, seen: observed, refusals: null };
    }
    case 'intended': {
      const { purpose, traffic, permission, at } = event;
      // What is only written with a higher fence is tried on as before.
      const isSame = next.pending?.purpose === purpose && next.pending.traffic.weight === traffic.weight;
      const fresh = { since: at, triedAt: null, tries: 0, difference: null };
      const pending = { ...(isSame ? next.pending : fresh), purpose, traffic, permission } as const;
      return { ...next, pending };
    }
    case 'observed':
      return withObservation(next, event);
    case 'refused': {
      const { pending } = next;
      if (pending !== null) return { ...next, pending: tried(pending, event.at, event.reason) };
      const count = (next.refusals?.count ?? 0) + 1;
      const since = next.refusals?.since ?? event.at;
      return { ...next, refusals: { count, since, at: event.at, reason: event.reason } };
    }
    case 'changed':
      return { ...seeing(next, event), pending: null };
    case 'judged': {
      const record = { ...next.record, judgement: event.judgement };
      const { interval, from, end, isCounted } = event;
      const counted = isCounted ? withStretch(before.counted, { from, to: end }) : before.counted;
      return { ...next, record, sealed: { interval, end }, counted, attemptFrom: attemptAt(before, interval) };
    }
    default:
      return event satisfies never;
  }
}

/** Evidence belongs to the step and attempt in which it was sealed, whatever is decided on it. */
function attemptAt({ record, attemptFrom }: Progress, interval: number): Progress['attemptFrom'] {
  const { state } = record;
  if (state.kind !== 'step' && state.kind !== 'held') return null;
  const { step, attempt } = state;
  if (attemptFrom?.step === step && attemptFrom.attempt === attempt) return attemptFrom;
  return { step, attempt, interval };
}

function withObservation(next: Progress, event: Extract<RolloutEvent, { readonly kind: 'observed' }>): Progress {
  const { pending } = next;
  const seen = seeing(next, event);
  if (pending === null) return seen;
  if (event.difference !== null) return { ...seen, pending: tried(pending, event.at, event.difference) };
  const { purpose, traffic, permission } = pending;
  // What is only set again is still there for what it was first set for.
  const now =
    purpose === 'restore' && next.settled !== null ? { ...next.settled, traffic } : { purpose, traffic, permission };
  const settled = { ...seen, pending: null, settled: now };
  if (purpose !== 'rollback' || next.backSince === null) return settled;
  const zeroAfterMs = Math.max(0, Date.parse(event.at) - Date.parse(next.backSince));
  return { ...settled, record: { ...settled.record, zeroAfterMs } };
}

function seeing(next: Progress, { observed, at }: { readonly observed: Observed; readonly at: string }): Progress {
  const isSame = next.seen !== null && observed.weight === next.record.weight;
  return {
    ...next,
    seen: observed,
    weightSince: isSame ? next.weightSince : at,
    record: { ...next.record, weight: observed.weight },
  };
}

function tried(pending: PendingWrite, at: string, difference: string): PendingWrite {
  return { ...pending, triedAt: at, tries: pending.tries + 1, difference };
}

/** At an end nothing is open but a rollback that failed, which is tried until it is seen to be true. */
function closed(progress: Progress): Progress {
  const { state } = progress.record;
  switch (state.kind) {
    case 'succeeded':
    case 'rolled-back':
    case 'superseded':
      return { ...progress, isOpen: false, pending: null, orders: [] };
    case 'failed':
      return progress.pending?.purpose === 'rollback' ? progress : { ...progress, isOpen: false, orders: [] };
    default:
      return progress;
  }
}
