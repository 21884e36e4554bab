import type { BudgetPolicy } from './budget-policy.ts';
import { quoted } from './quoted.ts';

type Limit = BudgetPolicy['limits'][number];

/** What an edit of the budget would change, one sentence each; what lets more be spent says `(loosened)`. */
export function budgetChanges(before: BudgetPolicy | undefined, after: BudgetPolicy | undefined): readonly string[] {
  return [
    ...limitChanges(before?.limits ?? [], after?.limits ?? []),
    ...priceChanges(before?.['price-per-hour'] ?? {}, after?.['price-per-hour'] ?? {}),
    ...currencyChanges(before, after),
  ];
}

function limitChanges(before: readonly Limit[], after: readonly Limit[]): readonly string[] {
  const names = [...new Set([...before, ...after].map(nameOf))];
  return names.flatMap((name) => {
    const [old, now] = [before, after].map((limits) => tightest(limits.filter((limit) => nameOf(limit) === name)));
    return (['hours', 'cost'] as const).flatMap((bound) => {
      const [from, to] = [old?.[bound], now?.[bound]];
      if (from === to) return [];
      if (from === undefined) return [`limits the ${bound} per ${name} to ${to}.`];
      if (to === undefined) return [`no longer limits the ${bound} per ${name}, which were ${from} (loosened).`];
      return [`changes the limit of ${bound} per ${name} from ${from} to ${to}${to > from ? ' (loosened)' : ''}.`];
    });
  });
}

function nameOf({ per, window }: Limit): string {
  return `${per} ${window === 'total' ? 'in total' : `and ${window}`}`;
}

/** Of several limits of one kind all must hold: the smallest bounds decide. */
function tightest(limits: readonly Limit[]): { readonly hours: number | undefined; readonly cost: number | undefined } {
  const least = (bounds: readonly (number | undefined)[]) => {
    const known = bounds.filter((bound) => bound !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  };
  return { hours: least(limits.map(({ hours }) => hours)), cost: least(limits.map(({ cost }) => cost)) };
}

/** A lower price lets more run under the same limit of cost. */
function priceChanges(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): readonly string[] {
  const labels = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return labels.flatMap((label) => {
    const [from, to] = [before[label], after[label]];
    if (from === to) return [];
    const what = `the price of an hour on ${quoted(label)}`;
    if (from === undefined) return [`sets ${what} to ${to}.`];
    if (to === undefined) return [`removes ${what}, which was ${from} (loosened).`];
    return [`changes ${what} from ${from} to ${to}${to < from ? ' (loosened)' : ''}.`];
  });
}

/** What was spent in another currency is not added up with it. */
function currencyChanges(before: BudgetPolicy | undefined, after: BudgetPolicy | undefined): readonly string[] {
  if (before === undefined || after === undefined || before.currency === after.currency) return [];
  return [
    `changes the currency of the budget from ${before.currency} to ${after.currency}: what was spent until then does not count any more (loosened).`,
  ];
}
