import { z } from 'zod';
import { Measurement } from '../verdict.ts';
import { Difference } from './difference.ts';

const count = z.number().int().nonnegative();
const share = z.number().min(0).max(1);

/** A number of both models on the same rows, with the interval of their difference. */
const Compared = z.strictObject({
  candidate: Measurement,
  champion: Measurement,
  difference: Difference.nullable(),
});

/** Precision, recall and F1 of one class or label, the most frequent first. */
export const ClassReport = z.strictObject({
  label: z.string().max(200),
  /** Rows whose truth it is. */
  rows: count,
  precision: Compared,
  recall: Compared,
  f1: Compared,
});
export type ClassReport = z.infer<typeof ClassReport>;

/** One bin of a reliability diagram: what was foretold, and what came true. */
const ReliabilityBin = z.strictObject({
  rows: count,
  /** The mean probability of the bin. */
  confidence: share,
  /** The share of its rows that came true, with the 95 % interval of Wilson. */
  observed: share,
  low: share,
  high: share,
});

/** The reliability diagram of both models: bins of equal mass, ascending. A model without probabilities has null. */
export const ReliabilityReport = z.strictObject({
  /** What the probability is of: the positive class, or the predicted one whichever it is. */
  of: z.enum(['positive', 'predicted']),
  candidate: z.array(ReliabilityBin).max(15).nullable(),
  champion: z.array(ReliabilityBin).max(15).nullable(),
});
export type ReliabilityReport = z.infer<typeof ReliabilityReport>;

/** The threshold of one model. */
const ModelThreshold = z.strictObject({
  /** On all rows: what to deploy. */
  value: z.number(),
  /** The two that rows were judged with, each chosen on the other half; null for a fixed number. */
  halves: z.tuple([z.number(), z.number()]).nullable(),
  /** False when no threshold reaches what was asked for, so that the nearest was taken. */
  isReached: z.boolean(),
});

/** From which probability on a row was called positive, and how that was chosen. */
export const ThresholdReport = z.strictObject({
  rule: z.enum(['fixed', 'at-precision', 'at-recall', 'costs']),
  /** The precision or recall asked for, or the fixed threshold; null for costs. */
  bound: z.number().nullable(),
  costs: z.strictObject({ falsePositive: z.number(), falseNegative: z.number() }).nullable(),
  candidate: ModelThreshold,
  champion: ModelThreshold.nullable(),
});
export type ThresholdReport = z.infer<typeof ThresholdReport>;

/** The mean absolute error of both models at one step ahead. */
const StepReport = z.strictObject({ step: z.number(), rows: count, mae: Compared });

/** The shape of a forecast: how many series and times, and errors by step where the policy names a horizon. */
export const ForecastReport = z.strictObject({
  series: count,
  times: count,
  /** Series whose history gives MASE no scale: too short, or constant. */
  withoutScale: count,
  steps: z.array(StepReport).max(100),
});
export type ForecastReport = z.infer<typeof ForecastReport>;

/** The shape of a ranking. */
export const RankingReport = z.strictObject({
  queries: count,
  /** Queries without a relevant row: no order of them is better than another, so they count for nothing. */
  withoutRelevant: count,
  cutoff: count,
});
export type RankingReport = z.infer<typeof RankingReport>;

/** What an evaluation says beyond its metrics; each part only where the task has it. */
export const TaskReport = z.strictObject({
  classes: z.array(ClassReport).max(100).optional(),
  /** Classes beyond those listed. */
  classesLeftOut: count.optional(),
  reliability: ReliabilityReport.optional(),
  threshold: ThresholdReport.optional(),
  forecast: ForecastReport.optional(),
  ranking: RankingReport.optional(),
  /** Where the models ran, when it is not simply the processor. */
  notes: z.array(z.string().max(500)).max(10).optional(),
});
export type TaskReport = z.infer<typeof TaskReport>;
