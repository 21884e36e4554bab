import { z } from 'zod';
import { MultivariatePolicy } from './multivariate-policy.ts';

const column = z.string().min(1).max(200);
const probability = z.number().gt(0).lt(1);

/** The statistics whose interval can decide whether a column moved; each is 0 where nothing differs. */
const decidingStatistics = ['jensen-shannon', 'psi', 'kolmogorov-smirnov', 'wasserstein-normed'] as const;
/** One of them. */
export type DecidingStatistic = (typeof decidingStatistics)[number];

/** What holds for one column instead of what holds for all. */
export const ColumnDriftPolicy = z.strictObject({
  alpha: probability.optional().describe('The q-value up to which this column’s difference is certain.'),
  effect: z
    .number()
    .gt(0)
    .optional()
    .describe('The smallest difference of this column that matters, in the unit of its statistic.'),
  statistic: z
    .enum(decidingStatistics)
    .optional()
    .describe('The statistic whose lower confidence bound must reach `effect`. Default: jensen-shannon.'),
});
export type ColumnDriftPolicy = z.infer<typeof ColumnDriftPolicy>;

/** Which rows hang together, so that they tell less than as many independent ones. */
export const BlockPolicy = z.strictObject({
  column: column.describe('Rows of one value belong together, e.g. a user or a session, or a time.'),
  size: z
    .enum(['value', 'day', 'week'])
    .default('value')
    .describe('For a column of times: rows of one day or week (UTC, weeks from Monday) belong together.'),
});
export type BlockPolicy = z.infer<typeof BlockPolicy>;

/** Windows of the current rows that are each held against the reference. */
export const WindowPolicy = z
  .strictObject({
    time: column.optional().describe('The column of times by which rows fall into days or weeks.'),
    size: z
      .union([z.enum(['day', 'week']), z.number().int().min(100).max(1_000_000_000)])
      .describe('`day`, `week`, or a number of rows in their order.'),
  })
  .refine(({ time, size }) => typeof size === 'number' || time !== undefined, {
    message: 'the column of times beside `size: day` or `week`; add `time: COLUMN`, or count windows in rows',
  });
export type WindowPolicy = z.infer<typeof WindowPolicy>;

/** When data counts as moved, and what that does to the verdict. */
export const DriftPolicy = z
  .strictObject({
    rule: z.enum(['warn', 'fail', 'ignore']).default('warn').describe('What moved columns do to the verdict.'),
    alpha: probability.default(0.01).describe('The false discovery rate over all columns (Benjamini–Hochberg).'),
    effect: probability
      .default(0.05)
      .describe(
        'The smallest Jensen–Shannon distance (base 2) that matters; its lower confidence bound must reach it.',
      ),
    ignore: z.array(column).max(1000).default([]).describe('Columns that are expected to move, e.g. a date.'),
    critical: z
      .array(column)
      .max(1000)
      .default([])
      .describe('Columns that fail the data once they move or are missing, whatever `rule` says.'),
    columns: z
      .record(column, ColumnDriftPolicy)
      .default({})
      .describe('What holds for single columns instead of `alpha` and `effect`, by name.'),
    block: BlockPolicy.optional().describe(
      'Which rows belong together. Without it every row counts as drawn on its own, which makes grouped rows look surer than they are.',
    ),
    multivariate: MultivariatePolicy.optional().describe(
      'Holds all columns together against those of before, and texts and embeddings each on its own. Without it only single columns are judged. `{}` takes the defaults.',
    ),
    windows: WindowPolicy.optional().describe('Shows the drift of the current rows over time, window by window.'),
  })
  .refine(({ ignore, critical }) => !critical.some((name) => ignore.includes(name)), {
    message: 'no column both in `ignore` and in `critical`; keep it in one of them',
  });
export type DriftPolicy = z.infer<typeof DriftPolicy>;
