import type { Effect, StateChange } from '../effect.ts';
import type { Budget } from '../facts/budget-facts.ts';
import type { LedgerEntry } from '../store/ledger-record.ts';
import { type Left, type Overrun, reservationFor, tightest } from './budget.ts';
import { type RequestedRun, requestRuns } from './request-run.ts';
import { withinBudget } from './within-budget.ts';

/** The runs that are asked for, what is set aside for them, and which orders a limit does not allow. */
export interface AskedRuns {
  readonly requested: readonly RequestedRun[];
  readonly reserved: readonly LedgerEntry[];
  /** By model. */
  readonly over: ReadonlyMap<string, Overrun>;
  /** What is left of the limit of which least is left; null without limits. */
  readonly left: Left | null;
  /** Once what is asked for is set aside: what else is asked for in the same plan has to hold with it. */
  readonly budget: Budget;
  readonly changes: readonly StateChange[];
  readonly effects: readonly Effect[];
}

/** Asks for runs that do these orders, as far as the budget goes; what is set aside is recorded with the dispatch. */
export function askForRuns(options: Parameters<typeof requestRuns>[0]): AskedRuns {
  const { budget } = options.range;
  const { orders, over, budget: after } = withinBudget(options.orders, { ...options, budget });
  const requested = requestRuns({ ...options, orders });
  const reserved = requested.map(({ run, dispatch }) =>
    reservationFor(dispatch.plan, { claim: run.claim, budget, now: options.now }),
  );
  const limits = budget.approvedBy === null ? budget.spent.map(({ limit }) => limit) : [];
  return {
    requested,
    reserved: reserved.flat(),
    over,
    left: tightest(after),
    budget: after,
    changes: [
      ...requested.map(({ run }): StateChange => ({ kind: 'save-run', run })),
      ...reserved.map((entries): StateChange => ({ kind: 'reserve', entries, limits })),
    ],
    effects: requested.map(({ dispatch }) => dispatch),
  };
}
