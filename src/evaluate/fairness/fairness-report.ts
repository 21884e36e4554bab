import { z } from 'zod';
import { Difference } from '../difference.ts';
import { fairnessMetrics, groupRates } from './fairness-metric.ts';

/** The most groups of one attribute that are told apart; the rows of the others are counted together. */
export const mostGroups = 50;

/** A rate of one group and its interval (Wilson), of so many rows. */
export const Rate = z.strictObject({ value: z.number(), low: z.number(), high: z.number(), of: z.number().int() });
export type Rate = z.infer<typeof Rate>;

const Rates = z.partialRecord(z.enum(groupRates), Rate);

/**
 * How far the groups lie apart for one model. `raw` is the measure as it is defined. Chance drives groups apart, so it
 * errs towards inequality, the more so the smaller the groups are: `value` is `raw` less what the bootstrap shows of that,
 * and the interval is about it.
 */
export const Disparity = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('value'),
    value: z.number(),
    raw: z.number(),
    low: z.number(),
    high: z.number(),
  }),
  z.strictObject({ kind: z.literal('missing'), reason: z.string().max(500) }),
  z.strictObject({ kind: z.literal('failed'), reason: z.string().max(500) }),
]);
export type Disparity = z.infer<typeof Disparity>;

/** One measure over the groups that could be assessed, the same groups for both models. */
export const FairnessComparison = z.strictObject({
  candidate: Disparity,
  champion: Disparity,
  /** Candidate − champion; null without a champion or an interval. */
  difference: Difference.nullable(),
  /** Groups that were compared, and groups that were too small to be. */
  assessed: z.number().int().nonnegative(),
  notAssessed: z.number().int().nonnegative(),
  /** The rows of the groups that were compared. */
  rows: z.number().int().nonnegative(),
});
export type FairnessComparison = z.infer<typeof FairnessComparison>;

/** The groups of one protected column, or of a pair of them. */
export const FairnessAttribute = z.strictObject({
  columns: z.array(z.string().max(200)).min(1).max(2),
  groups: z
    .array(
      z.strictObject({
        /** One value for each column. */
        values: z.array(z.string().max(200)).min(1).max(2),
        rows: z.number().int().nonnegative(),
        /** A rate that is not there was not assessed, because too few rows have part in it. */
        candidate: Rates,
        champion: Rates.nullable(),
      }),
    )
    .max(mostGroups),
  /** Rows of values beyond those, which are not assessed. */
  otherRows: z.number().int().nonnegative(),
  metrics: z.partialRecord(z.enum(fairnessMetrics), FairnessComparison),
});
export type FairnessAttribute = z.infer<typeof FairnessAttribute>;

/** How candidate and champion treat groups of people, on the same holdout rows. */
export const FairnessReport = z.strictObject({
  /** The class whose prediction counts as being selected. */
  positive: z.string().max(200),
  minRows: z.number().int(),
  minCases: z.number().int(),
  confidence: z.number(),
  attributes: z.array(FairnessAttribute).max(20),
});
export type FairnessReport = z.infer<typeof FairnessReport>;
