import { z } from 'zod';

const column = z.string().min(1).max(200);

/** What a ranking needs beside its target: which rows compete with each other. */
export const RankingPolicy = z.strictObject({
  query: column.describe('The column that says which rows belong to one query. Every query counts the same.'),
  cutoff: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(10)
    .describe('The k of NDCG@k, recall@k and precision@k: how many rows of each query people see.'),
  gain: z
    .enum(['linear', 'exponential'])
    .default('linear')
    .describe(
      'What a relevance of r is worth in NDCG: r, or 2^r − 1. The other metrics count a row above 0 as relevant.',
    ),
});
export type RankingPolicy = z.infer<typeof RankingPolicy>;

/** What a forecast needs beside its target: series, time, and what the model says of its own uncertainty. */
export const ForecastPolicy = z.strictObject({
  series: column.optional().describe('The column that names a series. Without it all rows are one series.'),
  time: column.describe('The column of the time that a row is a forecast for: numbers, dates or timestamps.'),
  horizon: column
    .optional()
    .describe(
      'The column that says how many steps ahead a row is forecast. With it a holdout may hold the same time once for each origin (rolling evaluation), and errors are shown by step.',
    ),
  season: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(1)
    .describe('Rows in a season: MASE compares with the naive forecast of one season before.'),
  history: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe('Rows before the holdout, from which MASE takes its scale. Default: `data.train`.'),
  quantiles: z
    .array(z.number().gt(0).lt(1))
    .min(1)
    .max(99)
    .optional()
    .describe(
      'The quantiles that the model gives for each row, in the order of its outputs, e.g. `[0.1, 0.5, 0.9]`. The middle one is the forecast, the outer two are the interval.',
    ),
});
export type ForecastPolicy = z.infer<typeof ForecastPolicy>;

/** Where the labels of a row are when it may have several. */
export const MultilabelPolicy = z.strictObject({
  columns: z
    .array(column)
    .min(2)
    .max(1000)
    .optional()
    .describe(
      'One column of 0 and 1 for each label, in the order of the model’s outputs. Without it the target holds the labels of a row as text.',
    ),
  separator: z
    .string()
    .min(1)
    .max(10)
    .default('|')
    .describe('What stands between the labels in the text of the target.'),
});
export type MultilabelPolicy = z.infer<typeof MultilabelPolicy>;

/** From which probability on a row is called positive. */
export const ThresholdPolicy = z.union([
  z.number().gt(0).lt(1),
  z.strictObject({
    'at-precision': z
      .number()
      .gt(0)
      .lte(1)
      .describe('The lowest threshold at which at least this share of the called rows is positive.'),
  }),
  z.strictObject({
    'at-recall': z
      .number()
      .gt(0)
      .lte(1)
      .describe('The highest threshold at which at least this share of the positive rows is called.'),
  }),
  z.strictObject({
    costs: z
      .strictObject({
        'false-positive': z.number().nonnegative().describe('What it costs to call a negative row positive.'),
        'false-negative': z.number().nonnegative().describe('What it costs to miss a positive row.'),
      })
      .describe('The threshold at which the mistakes cost least.'),
  }),
]);
export type ThresholdPolicy = z.infer<typeof ThresholdPolicy>;

/** The numbers that some metrics are defined with. */
export const MetricOptions = z.strictObject({
  'top-k': z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(5)
    .describe('For top-k-accuracy: the truth must be among the k most probable classes.'),
  quantile: z.number().gt(0).lt(1).default(0.5).describe('For pinball of a regression: the quantile it predicts.'),
  'tweedie-power': z
    .number()
    .refine((power) => power <= 0 || power >= 1, { message: 'at most 0 or at least 1; no distribution lies between' })
    .default(1.5)
    .describe('For tweedie-deviance: 0 normal, 1 Poisson, between 1 and 2 compound, 2 gamma, 3 inverse Gaussian.'),
});
export type MetricOptions = z.infer<typeof MetricOptions>;

/** What one model's policy says of its task beyond target and features. */
export const taskKeys = {
  ranking: RankingPolicy.optional().describe('For task ranking: which rows belong to one query.'),
  forecast: ForecastPolicy.optional().describe('For task forecasting: series, time and quantiles.'),
  multilabel: MultilabelPolicy.optional().describe('For task multilabel: where the labels of a row are.'),
  text: column
    .optional()
    .describe(
      'For task text-classification: the column of text that the model reads, unless `features` names columns.',
    ),
  threshold: ThresholdPolicy.optional().describe(
    'For task binary: from which probability on a row is positive. A rule is applied by halves: each half of the rows is judged with the threshold chosen on the other half. Default: the labels of the model, or above 0.5.',
  ),
  'metric-options': MetricOptions.optional().describe('The numbers that some metrics are defined with.'),
} as const;
