import type { BudgetPolicy, budgetScopes, budgetWindows } from './budget-policy.ts';

/** Runner time and money: whole seconds, and whole millionths of a currency. */
export interface Spending {
  readonly seconds: number;
  readonly micros: number;
}

/** A bound of the policy, exact. A null is no bound. */
export interface BudgetLimit {
  readonly per: (typeof budgetScopes)[number];
  readonly window: (typeof budgetWindows)[number];
  readonly seconds: number | null;
  readonly micros: number | null;
}

/** The bounds of a policy in whole seconds and millionths. */
export function limitsOf(policy: BudgetPolicy | undefined): readonly BudgetLimit[] {
  return (policy?.limits ?? []).map(({ per, window, hours, cost }) => ({
    per,
    window,
    seconds: hours === undefined ? null : Math.round(hours * 3600),
    micros: cost === undefined ? null : Math.round(cost * 1_000_000),
  }));
}

/** Whether a limit does not let this much more be spent. */
export function isOver(
  limit: BudgetLimit,
  { spent, wanted }: { readonly spent: Spending; readonly wanted: Spending },
): boolean {
  return (
    (limit.seconds !== null && spent.seconds + wanted.seconds > limit.seconds) ||
    (limit.micros !== null && spent.micros + wanted.micros > limit.micros)
  );
}

/** When the window of an instant began (a date, UTC); null for `total`. */
export function windowStart(window: BudgetLimit['window'], now: string): string | null {
  const day = new Date(now).toISOString().slice(0, 10);
  if (window === 'total') return null;
  return window === 'day' ? day : `${day.slice(0, 7)}-01`;
}

/** When the window of an instant ends (ISO 8601); null for `total`. */
export function windowEnd(window: BudgetLimit['window'], now: string): string | null {
  const at = new Date(now);
  if (window === 'total') return null;
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  const end = window === 'day' ? Date.UTC(year, month, day + 1) : Date.UTC(year, month + 1, 1);
  return new Date(end).toISOString();
}
