import type { Budget } from '../facts/budget-facts.ts';
import { afterSpending, type Overrun, overrun, reservationFor, spendingOf } from './budget.ts';
import { jobsOf, type Order, type RunPlace } from './request-run.ts';

/** Which orders may be asked for, and which would exceed a limit. */
export interface Budgeted {
  readonly orders: readonly Order[];
  /** By model. */
  readonly over: ReadonlyMap<string, Overrun>;
  /** The budget once what is asked for is set aside. */
  readonly budget: Budget;
}

/** Takes orders in turn as long as the limits hold; all of them where somebody approved it. */
export function withinBudget(
  orders: readonly Order[],
  place: RunPlace & { readonly budget: Budget; readonly now: string },
): Budgeted {
  const kept: Order[] = [];
  const over = new Map<string, Overrun>();
  let { budget } = place;
  for (const order of orders) {
    const entries = reservationFor(jobsOf(order, place), { claim: '', budget, now: place.now });
    const wanted = spendingOf(entries);
    const broken = budget.approvedBy === null ? overrun({ entries, wanted }, budget, place.now) : null;
    if (broken !== null) {
      over.set(order.facts.model, broken);
      continue;
    }
    kept.push(order);
    budget = afterSpending(budget, wanted);
  }
  return { orders: kept, over, budget };
}
