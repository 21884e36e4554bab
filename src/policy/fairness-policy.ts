import { z } from 'zod';
import { fairnessMetrics } from '../evaluate/fairness/fairness-metric.ts';

const column = z.string().min(1).max(200);
const share = z.number().min(0).max(1);

/** A bound on how unequally groups may be treated. The interval decides, as it does for metrics. */
export const FairnessGate = z
  .strictObject({
    'at-most': share
      .optional()
      .describe('The rates of the groups may lie apart by at most this much. For every measure but four-fifths.'),
    'at-least': share
      .optional()
      .describe('The smallest rate must be at least this share of the largest. For four-fifths only.'),
    'not-worse-by': share
      .optional()
      .describe('The candidate may treat the groups more unequally than the champion by at most this much.'),
  })
  .refine((gate) => Object.keys(gate).length > 0, {
    message: 'a bound (`at-most`, `at-least`, `not-worse-by`); add one, e.g. `at-most: 0.1`',
  });
export type FairnessGate = z.infer<typeof FairnessGate>;

/** Which groups a classifier must treat alike, and how nearly. */
export const FairnessPolicy = z.strictObject({
  protected: z
    .array(column)
    .min(1)
    .max(10)
    .describe(
      'Holdout columns whose values are the groups, e.g. sex. A model reads them too unless `features` leaves them out.',
    ),
  intersections: z
    .array(z.array(column).length(2))
    .max(10)
    .default([])
    .describe('Pairs of protected columns whose combined values are groups as well, e.g. `[[sex, region]]`.'),
  'positive-label': z
    .union([z.string(), z.number(), z.boolean()])
    .optional()
    .describe(
      'The class whose prediction counts as being selected. Default for task binary: the positive label of the model; needed for task multiclass.',
    ),
  'min-rows': z
    .number()
    .int()
    .min(2)
    .max(1_000_000)
    .default(100)
    .describe('A group of fewer rows is shown as not assessed.'),
  'min-cases': z
    .number()
    .int()
    .min(2)
    .max(1_000_000)
    .default(20)
    .describe(
      'The rows that each rate of a group needs: positive rows for the true positive rate, negative ones for the false positive rate, selected ones for the predictive value.',
    ),
  gates: z
    .partialRecord(z.enum(fairnessMetrics), FairnessGate)
    .default({})
    .describe('What is bounded, for every protected column and intersection. The other measures are shown only.'),
});
export type FairnessPolicy = z.infer<typeof FairnessPolicy>;
