import { rocAuc } from '../../statistics/delong.ts';
import { momentsOf } from '../../statistics/moments.ts';
import { type Measurement, measured } from '../../verdict.ts';
import { type MetricName, metricDefinitions } from '../metric-name.ts';
import { averagePrecision } from './average-precision.ts';
import { calibrationError } from './calibration-error.ts';
import { type CountMetric, classCounts, countMetric, countMetrics } from './confusion.ts';
import { rootMeanSquare, rSquared } from './regression-error.ts';
import { type LossMetric, lossMetrics, rowLoss } from './row-loss.ts';
import type { Scores } from './scores.ts';

/** The metrics that are computed from the scores of rows; the others are measured on the model itself. */
export type ScoreMetric = Exclude<MetricName, 'latency-p50' | 'latency-p95' | 'model-bytes'>;

/**
 * The value of a metric for one model's scores. A metric that these rows or this model cannot give is missing (the model
 * does not say enough) or failed (it is not defined on these rows), never a number.
 */
export function metricValue(metric: ScoreMetric, scores: Scores): Measurement {
  const missing = missingReason(metric, scores);
  if (missing !== null) return { kind: 'missing', reason: missing };
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
  if (scores.kind === 'regression' || scores.probabilities === null) return null;
  const { truth, predicted } = scores;
  const hits = Uint8Array.from(truth, (kind, row) => (kind === predicted[row] ? 1 : 0));
  return { confidence: scores.probabilities.ofPredicted, hits };
}

function rawValue(metric: ScoreMetric, scores: Scores): number {
  if (isLossMetric(metric)) return momentsOf(scores.truth.length, rowLoss(metric, scores)).mean;
  if (scores.kind === 'regression') {
    if (metric === 'rmse') return rootMeanSquare(scores);
    return metric === 'r2' ? rSquared(scores) : Number.NaN;
  }
  if (isCountMetric(metric)) return countMetric(metric, classCounts(scores));
  if (metric === 'ece') {
    const calibration = calibrationOf(scores);
    return calibration === null ? Number.NaN : calibrationError(calibration.confidence, calibration.hits);
  }
  if (scores.kind !== 'binary' || scores.probability === null) return Number.NaN;
  if (metric === 'roc-auc') return rocAuc(scores.truth, scores.probability)?.value ?? Number.NaN;
  return metric === 'pr-auc' ? averagePrecision(scores.truth, scores.probability) : Number.NaN;
}

function missingReason(metric: ScoreMetric, scores: Scores): string | null {
  if (!metricDefinitions[metric].tasks.includes(scores.kind)) return `it is not defined for task ${scores.kind}`;
  if (isCountMetric(metric) || scores.kind === 'regression') return null;
  const probabilities = scores.kind === 'binary' ? scores.probability : scores.probabilities;
  return probabilities === null ? 'the model gives labels without probabilities' : null;
}

function undefinedReason(metric: ScoreMetric, scores: Scores): string | null {
  const rows = scores.truth.length;
  if (rows === 0) return 'no rows';
  if (scores.kind === 'regression') return undefinedForRegression(metric, scores.truth);
  if (metric === 'balanced-accuracy' && scores.truth.every((kind) => kind === scores.truth[0])) {
    return `all ${rows} rows are of one class`;
  }
  if (scores.kind !== 'binary') return null;
  const positives = scores.truth.reduce((sum, flag) => sum + flag, 0);
  const called = scores.predicted.reduce((sum, flag) => sum + flag, 0);
  if (positives === 0 && ['roc-auc', 'pr-auc', 'recall'].includes(metric)) return `none of ${rows} rows is positive`;
  if (positives === rows && metric === 'roc-auc') return `all ${rows} rows are positive`;
  if (called === 0 && metric === 'precision') return `none of ${rows} rows is predicted positive`;
  if (called + positives === 0 && metric === 'f1') return `none of ${rows} rows is positive or predicted positive`;
  return null;
}

function undefinedForRegression(metric: ScoreMetric, truth: Float64Array): string | null {
  if (metric === 'mape') {
    const zeros = truth.reduce((sum, value) => sum + (value === 0 ? 1 : 0), 0);
    return zeros === 0
      ? null
      : `the target is 0 in ${zeros} of ${truth.length} rows, where a relative error has no value`;
  }
  if (metric !== 'r2') return null;
  if (truth.length < 2) return 'expected at least 2 rows';
  return truth.every((value) => value === truth[0]) ? `the target is the same in all ${truth.length} rows` : null;
}
