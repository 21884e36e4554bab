import type { Spending } from '../policy/budget-limit.ts';

/** What one job of one attempt of a run was to take, and what it took. */
export interface LedgerEntry {
  readonly claim: string;
  readonly attempt: number;
  /** The job's name in the workflow, e.g. `train (late)`. */
  readonly job: string;
  readonly model: string;
  readonly kind: 'train' | 'evaluate';
  readonly repositoryId: number;
  readonly owner: string;
  /** Null for a push to the default branch. */
  readonly pullRequest: number | null;
  /** Who caused it, as a login in lower case. */
  readonly person: string;
  readonly labels: readonly string[];
  readonly currency: string;
  /** Null when no label of it has a price: it then costs hours and no money. The price of the reservation stays. */
  readonly microsPerHour: number | null;
  readonly reserved: Spending;
  /** What the reservation was taken from: earlier jobs of this kind, or the job's time limit where there are none. */
  readonly basis: 'past' | 'limit';
  /** ISO 8601. The UTC day of it is the day that the entry counts for, whenever it ends. */
  readonly reservedAt: string;
  /** Null until the job has ended. */
  readonly settled: Spending | null;
  /** Whether the job succeeded; null until it has ended. */
  readonly succeeded: boolean | null;
}

/** Whose spending is asked for, and in which currency. */
export interface Spender {
  readonly repositoryId: number;
  readonly owner: string;
  readonly pullRequest: number | null;
  readonly person: string;
  readonly currency: string;
}

/** How long jobs of one kind took that succeeded, newest first. */
export interface PastJobs {
  readonly model: string;
  readonly kind: LedgerEntry['kind'];
  readonly labels: readonly string[];
  readonly seconds: readonly number[];
}
