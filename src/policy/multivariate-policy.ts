import { z } from 'zod';

/** What several columns together are held against. */
export const MultivariatePolicy = z.strictObject({
  rows: z
    .number()
    .int()
    .min(200)
    .max(200_000)
    .default(10_000)
    .describe('The most rows of each side that are looked at, drawn by their content.'),
  auc: z
    .number()
    .gt(0.5)
    .lt(1)
    .default(0.55)
    .describe(
      'How well a classifier may tell old from new rows: the lower confidence bound of its ROC AUC must reach this for the data to count as moved.',
    ),
});
export type MultivariatePolicy = z.infer<typeof MultivariatePolicy>;
