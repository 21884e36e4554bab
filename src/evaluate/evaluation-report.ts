import { z } from 'zod';
import { Measurement } from '../verdict.ts';
import { ChurnReport } from './comparison/churn-report.ts';
import { SlicesGateReport, sliceParts } from './comparison/slice-report.ts';
import { Difference } from './difference.ts';
import { ExplanationReport } from './explanation/explanation-report.ts';
import { FairnessReport } from './fairness/fairness-report.ts';
import { HoldoutUse } from './holdout/holdout-use.ts';
import { metricNames, tasks } from './metric-name.ts';
import { ServingReport } from './serving/serving-report.ts';
import { TaskReport } from './task-report.ts';

/** A model as bytes: what was evaluated. The digest covers every file of a folder, in path order. */
export const ModelIdentity = z.strictObject({
  format: z.enum(['onnx', 'tfjs-layers', 'tfjs-graph', 'predictions', 'command']),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  bytes: z.number().int().nonnegative(),
});
export type ModelIdentity = z.infer<typeof ModelIdentity>;

/** One metric of both models on the same rows. */
export const MetricComparison = z.strictObject({
  candidate: Measurement,
  champion: Measurement,
  /** Null when there is no champion, or too few rows for an interval. Of model bytes it has no width. */
  difference: Difference.nullable(),
  /** The rows that this metric was computed on. */
  rows: z.number().int().nonnegative(),
});
/** A parsed metric comparison. */
export type MetricComparison = z.infer<typeof MetricComparison>;

const Metrics = z.partialRecord(z.enum(metricNames), MetricComparison);

/** Candidate and champion on the same holdout rows. */
export const EvaluationReport = z.strictObject({
  task: z.enum(tasks),
  target: z.string().max(200),
  rows: z.number().int().nonnegative(),
  holdoutDigest: z.string().max(80),
  candidate: ModelIdentity,
  champion: ModelIdentity.nullable(),
  metrics: Metrics,
  /** A slice without metrics has too few rows to be measured; it is named so that nobody takes it for fine. */
  slices: z
    .array(
      z.strictObject({
        column: z.string().max(200),
        value: z.string().max(200),
        rows: z.number().int(),
        metrics: Metrics,
        ...sliceParts,
      }),
    )
    .max(700),
  /** Absent when the policy has no `slices-gate`. */
  slicesGate: SlicesGateReport.optional(),
  /** Null without a champion. */
  churn: ChurnReport.nullable(),
  /** The column whose rows move together in every interval; absent when rows are on their own. */
  cluster: z.strictObject({ column: z.string().max(200), clusters: z.number().int().nonnegative() }).optional(),
  /** Absent when nobody counted. */
  holdout: HoldoutUse.optional(),
  /** Absent when nothing asks for the cost of serving. */
  serving: ServingReport.optional(),
  /** Absent when the policy names no protected columns. */
  fairness: FairnessReport.optional(),
  /** Absent when the policy does not ask for it. */
  explanation: ExplanationReport.optional(),
  /** Per class, calibration, threshold, forecast and ranking: absent when the task has none of them. */
  details: TaskReport.optional(),
});
export type EvaluationReport = z.infer<typeof EvaluationReport>;
