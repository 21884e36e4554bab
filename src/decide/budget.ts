import type { Budget } from '../facts/budget-facts.ts';
import { type BudgetLimit, isOver, type Spending, windowEnd } from '../policy/budget-limit.ts';
import type { BudgetPolicy } from '../policy/budget-policy.ts';
import type { EvaluateJob, TrainJob } from '../run-plan.ts';
import type { LedgerEntry, PastJobs } from '../store/ledger-record.ts';

/** What so many seconds cost, rounded up to a whole millionth; nothing where there is no price. */
export function costOf(seconds: number, microsPerHour: number | null): number {
  if (microsPerHour === null) return 0;
  // A week at a high price is more than a double counts exactly.
  return Number((BigInt(seconds) * BigInt(microsPerHour) + 3599n) / 3600n);
}

/** Jobs as a plan has them. */
export interface Jobs {
  readonly train: readonly TrainJob[];
  readonly evaluate: readonly EvaluateJob[];
}

/** What is set aside for the jobs of a run before it is asked for. */
export function reservationFor(
  jobs: Jobs,
  of: { readonly claim: string; readonly budget: Budget; readonly now: string },
): readonly LedgerEntry[] {
  const { claim, budget, now } = of;
  const entry = (kind: LedgerEntry['kind'], job: TrainJob | EvaluateJob): LedgerEntry => {
    const { seconds, basis } = estimateOf({ kind, job }, budget.past);
    const microsPerHour = priceOf(job.runner, budget.policy);
    return {
      claim,
      attempt: 1,
      job: `${kind} (${job.model})`,
      model: job.model,
      kind,
      ...budget.spender,
      labels: job.runner,
      microsPerHour,
      reserved: { seconds, micros: costOf(seconds, microsPerHour) },
      basis,
      reservedAt: now,
      settled: null,
      succeeded: null,
    };
  };
  return [...jobs.train.map((job) => entry('train', job)), ...jobs.evaluate.map((job) => entry('evaluate', job))];
}

/** The dearest of a job's labels, in millionths an hour; null when none has a price. */
function priceOf(labels: readonly string[], policy: BudgetPolicy | undefined): number | null {
  const prices = policy?.['price-per-hour'] ?? {};
  const known = labels.flatMap((label) => (Object.hasOwn(prices, label) ? [prices[label] ?? 0] : []));
  return known.length === 0 ? null : Math.round(Math.max(...known) * 1_000_000);
}

function estimateOf(
  { kind, job }: { readonly kind: LedgerEntry['kind']; readonly job: TrainJob | EvaluateJob },
  past: readonly PastJobs[],
): Pick<LedgerEntry, 'basis'> & { readonly seconds: number } {
  const own = past.find((one) => one.kind === kind && one.model === job.model && isSameList(one.labels, job.runner));
  const middle = medianSeconds(own?.seconds ?? []);
  return middle === null ? { seconds: job.timeoutMinutes * 60, basis: 'limit' } : { seconds: middle, basis: 'past' };
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, at) => item === other[at]);
}

/** The median, of an even number the mean of the middle two rounded up; null of none. */
export function medianSeconds(seconds: readonly number[]): number | null {
  const sorted = seconds.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  return upper === undefined || lower === undefined ? null : Math.ceil((upper + lower) / 2);
}

/** What entries come to: what was settled, else what is reserved. */
export function spendingOf(entries: readonly LedgerEntry[]): Spending {
  const spent = entries.map(({ settled, reserved }) => settled ?? reserved);
  return {
    seconds: spent.reduce((sum, { seconds }) => sum + seconds, 0),
    micros: spent.reduce((sum, { micros }) => sum + micros, 0),
  };
}

/** A limit that a run would exceed. */
export interface Overrun {
  readonly limit: BudgetLimit;
  readonly spent: Spending;
  readonly wanted: Spending;
  readonly basis: LedgerEntry['basis'];
  readonly currency: string;
  /** Who wants to spend it. */
  readonly person: string;
  /** ISO 8601: when the window begins anew and the run fits; null when it never does by itself. */
  readonly freesAt: string | null;
}

/** The limit that stands longest in the way of spending this much more; null when all hold. */
export function overrun(
  { entries, wanted }: { readonly entries: readonly LedgerEntry[]; readonly wanted: Spending },
  budget: Budget,
  now: string,
): Overrun | null {
  const basis = entries.some((entry) => entry.basis === 'limit') ? 'limit' : 'past';
  const { currency, person } = budget.spender;
  const broken = budget.spent.flatMap(({ limit, spent }): readonly Overrun[] => {
    if (!isOver(limit, { spent, wanted })) return [];
    const isEver = !isOver(limit, { spent: { seconds: 0, micros: 0 }, wanted });
    return [{ limit, spent, wanted, basis, currency, person, freesAt: isEver ? windowEnd(limit.window, now) : null }];
  });
  const never = broken.find(({ freesAt }) => freesAt === null);
  return never ?? broken.toSorted((a, b) => ((a.freesAt ?? '') < (b.freesAt ?? '') ? 1 : -1))[0] ?? null;
}

/** The budget after this much more was spent. */
export function afterSpending(budget: Budget, more: Spending): Budget {
  const spent = budget.spent.map((one) => ({
    ...one,
    spent: { seconds: one.spent.seconds + more.seconds, micros: one.spent.micros + more.micros },
  }));
  return { ...budget, spent };
}

/** What is left of the limit of which the smallest share is left; null without limits. */
export function tightest(budget: Budget): Left | null {
  const lefts = budget.spent.map(({ limit, spent }): Left & { readonly share: number } => {
    const seconds = limit.seconds === null ? null : Math.max(0, limit.seconds - spent.seconds);
    const micros = limit.micros === null ? null : Math.max(0, limit.micros - spent.micros);
    const share = Math.min(shareOf(seconds, limit.seconds), shareOf(micros, limit.micros));
    const { person } = budget.spender;
    return { per: limit.per, window: limit.window, person, seconds, micros, share };
  });
  const first = lefts.toSorted((a, b) => a.share - b.share)[0];
  if (first === undefined) return null;
  const { share: _, ...left } = first;
  return left;
}

/** What is left of a limit; null where it has no bound of this kind. */
export interface Left {
  readonly per: BudgetLimit['per'];
  readonly window: BudgetLimit['window'];
  /** Whose it is where the limit is a person's. */
  readonly person: string;
  readonly seconds: number | null;
  readonly micros: number | null;
}

function shareOf(left: number | null, limit: number | null): number {
  if (left === null || limit === null) return Number.POSITIVE_INFINITY;
  return limit === 0 ? 0 : left / limit;
}
