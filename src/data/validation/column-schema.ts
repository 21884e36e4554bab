import { z } from 'zod';
import { Duration } from './duration.ts';
import { secondsOfTime } from './time-text.ts';

const Bound = z.union([
  z.number(),
  z
    .string()
    .max(40)
    .refine((text) => secondsOfTime(text) !== null, { message: 'a number or a time such as 2026-01-31' }),
]);

const share = z.number().min(0).max(1);

/** Files or globs of other data, relative to the root of the repository. */
export const DataPaths = z
  .union([z.string().min(1).max(500), z.array(z.string().min(1).max(500)).min(1).max(100)])
  .transform((value) => (typeof value === 'string' ? [value] : value));

const isOrdered = (range: { readonly min?: number | undefined; readonly max?: number | undefined }) =>
  range.min === undefined || range.max === undefined || range.min <= range.max;

const notEmpty = (range: object) => Object.keys(range).length > 0;

/** A range of numbers of which at least one end is given. */
export const NumberRange = z
  .strictObject({
    min: z.number().optional().describe('The smallest number allowed.'),
    max: z.number().optional().describe('The largest number allowed.'),
  })
  .refine(notEmpty, { message: '`min`, `max` or both' })
  .refine(isOrdered, { message: 'a min that is at most the max' });
export type NumberRange = z.infer<typeof NumberRange>;

/** What a distribution should be, and how far the data may be from it: a bound that needs no reference data. */
export const ExpectedDistribution = z
  .strictObject({
    shares: z
      .record(z.string().max(200), share)
      .optional()
      .describe('Of texts: the share of each value among those present. What is left to 1 is any other value.'),
    edges: z
      .array(z.number())
      .min(1)
      .max(200)
      .optional()
      .describe('Of numbers: the ascending upper ends of the bins, each included; a last bin holds what is above.'),
    bins: z.array(share).min(2).max(201).optional().describe('The share of each bin: one more than `edges`.'),
    'max-l-infinity': share
      .optional()
      .describe('The largest difference that any one share may have (the L-infinity distance).'),
    'max-jensen-shannon': share.optional().describe('The largest Jensen–Shannon distance (base 2).'),
  })
  .refine((one) => (one.shares !== undefined) !== (one.edges !== undefined && one.bins !== undefined), {
    message: 'either `shares`, or `edges` and `bins`',
  })
  .refine((one) => one['max-l-infinity'] !== undefined || one['max-jensen-shannon'] !== undefined, {
    message: 'a bound (`max-l-infinity`, `max-jensen-shannon`)',
  })
  .refine((one) => one.edges === undefined || one.bins?.length === one.edges.length + 1, {
    message: 'one share more in `bins` than there are `edges`',
    path: ['bins'],
  })
  .refine((one) => one.edges?.every((edge, at, all) => at === 0 || edge > (all[at - 1] ?? edge)) ?? true, {
    message: 'ascending numbers',
    path: ['edges'],
  })
  .refine((one) => total(one.shares) <= 1 + 1e-6, { message: 'shares of at most 1 together', path: ['shares'] })
  .refine((one) => one.bins === undefined || Math.abs(total(one.bins) - 1) <= 1e-3, {
    message: 'shares of 1 together',
    path: ['bins'],
  });
export type ExpectedDistribution = z.infer<typeof ExpectedDistribution>;

function total(shares: object | undefined): number {
  return Object.values(shares ?? {}).reduce<number>((sum, one) => sum + Number(one), 0);
}

/** The checks of a column that a schema can soften by name. */
const columnCheckNames = [
  'type',
  'required',
  'nullable',
  'max-null-share',
  'min',
  'max',
  'above',
  'below',
  'finite',
  'min-length',
  'max-length',
  'pattern',
  'one-of',
  'none-of',
  'unique',
  'distinct',
  'max-age',
  'max-ahead',
  'mean',
  'standard-deviation',
  'quantiles',
  'distribution',
  'references',
] as const;

const values = z
  .array(z.union([z.string(), z.number(), z.boolean()]))
  .min(1)
  .max(1000);
const whole = z.number().int().nonnegative();

/** The rules of a column that a plain value holds. */
const ruleShape = {
  type: z
    .enum(['number', 'integer', 'boolean', 'text', 'timestamp'])
    .optional()
    .describe('What every value must read as.'),
  required: z.boolean().default(true).describe('Whether the column must be there.'),
  nullable: z.boolean().default(true).describe('Whether values may be missing.'),
  'max-null-share': share.optional().describe('The largest share of rows whose value may be missing.'),
  min: Bound.optional().describe('The smallest number, or the earliest time as ISO 8601 text (UTC unless it says).'),
  max: Bound.optional().describe('The largest number, or the latest time as ISO 8601 text (UTC unless it says).'),
  above: z.number().optional().describe('Every number must be larger than this.'),
  below: z.number().optional().describe('Every number must be smaller than this.'),
  finite: z.boolean().default(false).describe('Whether NaN and infinite numbers are refused.'),
  'min-length': whole.optional().describe('The fewest characters of a text.'),
  'max-length': whole.optional().describe('The most characters of a text.'),
  pattern: z.string().min(1).max(500).optional().describe('A regular expression (RE2) that the whole text must match.'),
  'one-of': values.optional().describe('The only values allowed.'),
  'none-of': values.optional().describe('Values that are not allowed, e.g. -999 or "unknown".'),
  unique: z.boolean().default(false).describe('Whether no value may occur twice.'),
  distinct: NumberRange.optional().describe('How many different values there may be.'),
  'max-age': Duration.optional().describe('The newest time may not be older than this, e.g. 7d (s, m, h, d, w).'),
  'max-ahead': Duration.optional().describe('No time may be further in the future than this, e.g. 1h.'),
  mean: NumberRange.optional().describe('The range of the mean of the finite numbers.'),
  'standard-deviation': NumberRange.optional().describe('The range of their standard deviation (divisor n).'),
  quantiles: z
    .record(z.string().regex(/^(0?\.\d{1,6}|0|1)$/, 'a share from 0 to 1 such as "0.95"'), NumberRange)
    .optional()
    .describe('The range of quantiles, by their share in quotes, e.g. `"0.95": { max: 120 }`.'),
  distribution: ExpectedDistribution.optional().describe('How the values are spread.'),
  references: z
    .strictObject({
      files: DataPaths.describe('Files or globs of the other data.'),
      column: z.string().min(1).max(200).describe('Its column that must hold every value of this one.'),
    })
    .optional()
    .describe('Every value must occur in a column of other data.'),
};

/** What one column must look like. A rule that is not written does not hold. */
export const ColumnSchema = z
  .strictObject({
    ...ruleShape,
    'tolerated-share': share
      .default(0)
      .describe('The share of rows that may break a rule about single values before it counts as broken.'),
    warn: z
      .array(z.enum(columnCheckNames))
      .default([])
      .describe('The rules of this column that only warn when they are broken.'),
  })
  .refine((column) => typeof column.min !== 'string' || column.type === 'timestamp', {
    message: 'a number, or text beside `type: timestamp`',
    path: ['min'],
  })
  .refine((column) => typeof column.max !== 'string' || column.type === 'timestamp', {
    message: 'a number, or text beside `type: timestamp`',
    path: ['max'],
  });
export type ColumnSchema = z.infer<typeof ColumnSchema>;
