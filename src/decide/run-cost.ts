import type { Spending } from '../policy/budget-limit.ts';
import type { LedgerEntry } from '../store/ledger-record.ts';
import { type Left, spendingOf } from './budget.ts';

/** What a model's part of a run takes: what is known of it, and nothing else. */
export interface RunCost {
  /** The labels of the machine that trains, or that evaluates where nothing is trained. */
  readonly labels: readonly string[];
  /** `limit`: the time limits of the jobs, because none of the kind has ended here yet. */
  readonly basis: LedgerEntry['basis'];
  readonly estimate: Spending;
  /** Null until all its jobs have ended. */
  readonly actual: Spending | null;
  /** What of it the training took, in seconds; null while it goes on and where nothing was trained. */
  readonly trainingSeconds: number | null;
  /** Null when no job of it has a price. */
  readonly currency: string | null;
  /** What is left of the limit of which least is left; null without limits. */
  readonly left: (Left & { readonly currency: string }) | null;
}

/** What these entries, all of one model and one run, come to; null of none. */
export function runCost(entries: readonly LedgerEntry[], left: Left | null): RunCost | null {
  const main = entries.find(({ kind }) => kind === 'train') ?? entries[0];
  if (main === undefined) return null;
  const isSettled = entries.every(({ settled }) => settled !== null);
  const trainings = entries.filter(({ kind }) => kind === 'train');
  const reserved = entries.map((entry) => ({ ...entry, settled: null }));
  return {
    labels: main.labels,
    basis: entries.some(({ basis }) => basis === 'limit') ? 'limit' : 'past',
    estimate: spendingOf(reserved),
    actual: isSettled ? spendingOf(entries) : null,
    trainingSeconds: isSettled && trainings.length > 0 ? spendingOf(trainings).seconds : null,
    currency: entries.some(({ microsPerHour }) => microsPerHour !== null) ? main.currency : null,
    left: left === null ? null : { ...left, currency: main.currency },
  };
}
