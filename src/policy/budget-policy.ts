import { z } from 'zod';

/** Whose spending a limit bounds. */
export const budgetScopes = ['pull-request', 'person', 'repository', 'organisation'] as const;

/** Over which time: windows begin at midnight UTC; `total` never begins anew. */
export const budgetWindows = ['day', 'month', 'total'] as const;

/** Amounts are kept in millionths, so that sums are exact; beyond this they would not be. */
const amount = z.number().nonnegative().max(1_000_000_000);

/** One bound on what is spent. */
export const BudgetLimitPolicy = z
  .strictObject({
    per: z
      .enum(budgetScopes)
      .describe(
        'Whose runs are added up: those of one pull request, those that one person caused in this repository, all of this repository, or all of its owner’s repositories.',
      ),
    window: z.enum(budgetWindows).describe('Over a day or a month (UTC), or in total.'),
    hours: amount.optional().describe('At most so many hours of runners.'),
    cost: amount.optional().describe('At most so much money, by `price-per-hour`.'),
  })
  .refine((limit) => limit.hours !== undefined || limit.cost !== undefined, {
    message: 'a bound (`hours`, `cost`); add one, e.g. `hours: 20`',
  });

/** What runs may cost, and what an hour of a runner does. */
export const BudgetPolicy = z
  .strictObject({
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'a currency of three capital letters, e.g. USD')
      .default('USD')
      .describe('The currency of all amounts (ISO 4217). Amounts in other currencies are never added to it.'),
    'price-per-hour': z
      .record(z.string().min(1).max(100), amount.max(100_000))
      .default({})
      .describe(
        'What an hour of a runner costs, by its label. Of several labels of a job the dearest counts; without a price a job costs hours and no money.',
      ),
    limits: z
      .array(BudgetLimitPolicy)
      .max(20)
      .default([])
      .describe('Bounds that all must hold before a run is started; `/approve-budget` lets one commit exceed them.'),
  })
  .refine(
    (budget) =>
      Object.keys(budget['price-per-hour']).length > 0 || budget.limits.every(({ cost }) => cost === undefined),
    { message: 'a price for every `cost`; add `price-per-hour`, or bound `hours` instead' },
  );
export type BudgetPolicy = z.infer<typeof BudgetPolicy>;
