import { z } from 'zod';

/** What is estimated of a classifier without labels, by the name that `--json` uses. For several classes they are means over the classes. */
export const estimatedMetrics = ['roc-auc', 'accuracy', 'f1', 'precision', 'recall', 'specificity'] as const;
/** The name of one of them. */
export type EstimatedMetric = (typeof estimatedMetrics)[number];

/** What a metric of unlabelled rows is expected to be; `low … high` is what three sampling errors allow. */
export const Estimate = z.strictObject({
  value: z.number(),
  samplingError: z.number().nonnegative(),
  low: z.number(),
  high: z.number(),
});
export type Estimate = z.infer<typeof Estimate>;

/** One metric: how it was on the labelled reference, what it is expected to be now, and by chunk of the rows for a chart. */
export const MetricEstimate = z.strictObject({
  /** Measured with the labels of the reference. */
  reference: z.number(),
  estimate: Estimate,
  /** Mean ± 3 standard deviations of the metric over chunks of the reference: beyond is an alert. */
  threshold: z.strictObject({ low: z.number(), high: z.number() }),
  /** Chunks of the current rows in order; null where there is no number. */
  chunks: z.array(Estimate.extend({ alert: z.boolean() }).nullable()).max(366),
  /** `moved`: the estimate of all current rows lies beyond the threshold, or those of two chunks do. */
  verdict: z.enum(['steady', 'moved', 'not-assessed']),
});
export type MetricEstimate = z.infer<typeof MetricEstimate>;

/** How a classifier is expected to do on current rows without labels (confidence-based performance estimation). */
export const PerformanceEstimate = z.strictObject({
  task: z.enum(['binary', 'multiclass']),
  target: z.string().max(200),
  /** The column of predicted classes; null where a score of 0.5 decides. */
  prediction: z.string().max(200).nullable(),
  /** One column for task binary, else one for each class. */
  scores: z.array(z.strictObject({ class: z.string().max(200), column: z.string().max(200) })).max(100),
  /** Classes whose scores were calibrated first, since they were off by more than chance. */
  calibrated: z.array(z.string().max(200)).max(100),
  rows: z.strictObject({
    reference: z.number().int().nonnegative(),
    current: z.number().int().nonnegative(),
    /** Rows of either side without a score, prediction or (reference) label. */
    passedOver: z.number().int().nonnegative(),
  }),
  metrics: z.partialRecord(z.enum(estimatedMetrics), MetricEstimate),
  verdict: z.enum(['steady', 'moved', 'not-assessed']),
});
export type PerformanceEstimate = z.infer<typeof PerformanceEstimate>;
