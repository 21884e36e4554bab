import { rocAuc } from '../../statistics/delong.ts';
import { momentsOf } from '../../statistics/moments.ts';
import { type Measurement, measured } from '../../verdict.ts';
import { type MetricName, metricDefinitions } from '../metric-name.ts';
import { averagePrecision } from './average-precision.ts';
import { calibrationError } from './calibration-error.ts';
import { type CountMetric, classCounts, countMetric, countMetrics } from './confusion.ts';
import { linearMetric } from './linear.ts';
import { medianError, rootMeanSquare, rSquared } from './regression-error.ts';
import { type LossMetric, lossMetrics, rowLoss } from './row-loss.ts';
import { rowsOf, type Scores } from './scores.ts';
import { undefinedReason } from './undefined-reason.ts';

/** The metrics that are computed from the scores of rows; the others are measured on the model itself. */
export type ScoreMetric = Exclude<MetricName, 'latency-p50' | 'latency-p95' | 'model-bytes'>;

/**
 * The value of a metric for one model's scores. A metric that these rows or this model cannot give is missing (the model
 * does not say enough) or failed (it is not defined on these rows), never a number.
 */
export function metricValue(metric: ScoreMetric, scores: Scores): Measurement {
  const missing = missingReason(metric, scores);
  if (missing !== null) return { kind: 'missing', reason: missing };
  if (rowsOf(scores) === 0) return { kind: 'failed', reason: 'no rows' };
  const linear = linearMetric(metric, scores);
  if (linear?.kind === 'linear') return measured(linear.value);
  if (linear !== null) return { kind: linear.kind === 'missing' ? 'missing' : 'failed', reason: linear.reason };
  const undefinedBecause = undefinedReason(metric, scores);
  if (undefinedBecause !== null) return { kind: 'failed', reason: undefinedBecause };
  return measured(rawValue(metric, scores));
}

/** Whether a metric depends on class counts alone. */
export function isCountMetric(metric: MetricName): metric is CountMetric {
  return (countMetrics as readonly MetricName[]).includes(metric);
}

/** Whether a metric is a mean of row losses. */
export function isLossMetric(metric: MetricName): metric is LossMetric {
  return (lossMetrics as readonly MetricName[]).includes(metric);
}

/** What a calibration error looks at: binary, the positive class; else the predicted class and whether it is right. */
export function calibrationOf(scores: Scores): { readonly confidence: Float64Array; readonly hits: Uint8Array } | null {
  if (scores.kind === 'binary') {
    return scores.probability && { confidence: scores.probability, hits: scores.truth };
  }
  if (scores.kind !== 'multiclass' || scores.probabilities === null) return null;
  const { truth, predicted } = scores;
  const hits = Uint8Array.from(truth, (kind, row) => (kind === predicted[row] ? 1 : 0));
  return { confidence: scores.probabilities.ofPredicted, hits };
}

/** Whether the truth of each row is among the k most probable classes; null where that is not kept. */
export function topHits(scores: Scores): Uint8Array | null {
  const ranks = scores.kind === 'multiclass' ? scores.probabilities?.rankOfTruth : undefined;
  if (ranks === undefined || scores.kind !== 'multiclass') return null;
  const { topK = 5 } = scores;
  return Uint8Array.from(ranks, (rank) => (rank < topK ? 1 : 0));
}

function rawValue(metric: ScoreMetric, scores: Scores): number {
  if (isLossMetric(metric)) return momentsOf(scores.truth.length, rowLoss(metric, scores)).mean;
  if (scores.kind === 'regression') {
    if (metric === 'rmse') return rootMeanSquare(scores);
    if (metric === 'median-ae') return medianError(scores);
    return metric === 'r2' ? rSquared(scores) : Number.NaN;
  }
  if (scores.kind !== 'binary' && scores.kind !== 'multiclass') return Number.NaN;
  if (isCountMetric(metric)) return countMetric(metric, classCounts(scores));
  if (metric === 'ece') {
    const calibration = calibrationOf(scores);
    return calibration === null ? Number.NaN : calibrationError(calibration.confidence, calibration.hits);
  }
  if (metric === 'top-k-accuracy') {
    const hits = topHits(scores);
    return hits === null ? Number.NaN : momentsOf(hits.length, (row) => hits[row] ?? 0).mean;
  }
  if (scores.kind !== 'binary' || scores.probability === null) return Number.NaN;
  if (metric === 'roc-auc') return rocAuc(scores.truth, scores.probability)?.value ?? Number.NaN;
  return metric === 'pr-auc' ? averagePrecision(scores.truth, scores.probability) : Number.NaN;
}

function missingReason(metric: ScoreMetric, scores: Scores): string | null {
  if (!metricDefinitions[metric].tasks.includes(scores.kind)) return `it is not defined for task ${scores.kind}`;
  if (isCountMetric(metric) || (scores.kind !== 'binary' && scores.kind !== 'multiclass')) return null;
  if (metric === 'expected-cost') {
    const isGiven = scores.kind === 'binary' && scores.costs !== undefined;
    return isGiven ? null : 'the policy names no costs; add `threshold: { costs: … }`';
  }
  const probabilities = scores.kind === 'binary' ? scores.probability : scores.probabilities;
  return probabilities === null ? 'the model gives labels without probabilities' : null;
}
