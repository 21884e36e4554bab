import { z } from 'zod';

/** How the error of a policy is shared among the candidates that one holdout judges. */
export const spendings = ['none', 'bonferroni', 'pocock', 'obrien-fleming'] as const;
/** The name of such a rule. */
export type Spending = (typeof spendings)[number];

/** How often this holdout has judged a candidate of this model. The same candidate judged again is no new look. */
export const HoldoutUse = z.strictObject({
  /** The number of this candidate among all that the holdout judged, from 1 on. */
  look: z.number().int().positive(),
  /** How many the policy plans for; null when it plans for no number. */
  planned: z.number().int().positive().nullable(),
  spend: z.enum(spendings),
  /** The two-sided error that this look may spend; every interval of the report is at the confidence of 1 less it. */
  alpha: z.number().min(0).max(1),
  /** True when all planned looks are used up: no interval decides any more. */
  isExhausted: z.boolean(),
  /** What a person should know of it; null when there is nothing. */
  warning: z.string().max(500).nullable(),
});
export type HoldoutUse = z.infer<typeof HoldoutUse>;
