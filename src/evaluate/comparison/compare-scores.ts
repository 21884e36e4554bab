import { pairedRocAuc, rocAuc } from '../../statistics/delong.ts';
import { pairedAccuracy } from '../../statistics/mcnemar.ts';
import { momentsOf } from '../../statistics/moments.ts';
import type { PairedEstimate } from '../../statistics/paired-estimate.ts';
import { linearisedEstimate, pairedMean } from '../../statistics/paired-mean.ts';
import { bootstrapEstimate } from '../../statistics/poisson-bootstrap.ts';
import type { Difference } from '../difference.ts';
import { isCountMetric, isLossMetric, type ScoreMetric } from '../metrics/metric-value.ts';
import { squaredErrorOf } from '../metrics/regression-error.ts';
import { rowLoss } from '../metrics/row-loss.ts';
import { averagePrecisionReplicates } from './average-precision-replicates.ts';
import { calibrationReplicates } from './calibration-replicates.ts';
import { countReplicates } from './count-replicates.ts';
import type { BinaryPair, MulticlassPair, Pair, RegressionPair } from './pair.ts';

/** How each metric's difference is judged, in words that reports show. */
const methods: Readonly<Record<ScoreMetric, string>> = {
  accuracy: 'McNemar mid-p, Tango interval',
  'roc-auc': 'DeLong',
  'log-loss': 'paired t',
  brier: 'paired t',
  mae: 'paired t',
  mape: 'paired t',
  rmse: 'paired t, delta method',
  r2: 'paired t, delta method',
  'balanced-accuracy': 'paired Poisson bootstrap',
  precision: 'paired Poisson bootstrap',
  recall: 'paired Poisson bootstrap',
  f1: 'paired Poisson bootstrap',
  'pr-auc': 'paired Poisson bootstrap',
  ece: 'paired Poisson bootstrap',
};

/** One metric whose two measurements differ by `value` (candidate − champion) on the rows of `pair`. */
export interface ScoreComparison {
  readonly metric: ScoreMetric;
  readonly value: number;
  readonly pair: Pair;
  readonly confidence: number;
}

/** The interval around the value; null when the rows are too few, or too often without a value, for any interval. */
export function compareScores(comparison: ScoreComparison): Difference | null {
  const { metric, value, confidence } = comparison;
  const estimate = estimateOf(comparison);
  if (estimate === null || !Number.isFinite(estimate.low) || !Number.isFinite(estimate.high)) return null;
  const { low, high, pValue } = estimate;
  return { value, low: Math.min(low, value), high: Math.max(high, value), confidence, pValue, method: methods[metric] };
}

function estimateOf(comparison: ScoreComparison): PairedEstimate | null {
  const { pair, confidence } = comparison;
  if (isLossMetric(comparison.metric)) {
    const candidate = rowLoss(comparison.metric, pair.candidate);
    const champion = rowLoss(comparison.metric, pair.champion);
    return pairedMean(
      momentsOf(pair.candidate.truth.length, (row) => candidate(row) - champion(row)),
      confidence,
    );
  }
  switch (pair.kind) {
    case 'regression':
      return comparison.metric === 'rmse' ? rmseEstimate(pair, confidence) : r2Estimate(pair, confidence);
    case 'multiclass':
    case 'binary':
      return classifierEstimate(comparison, pair);
    default:
      return pair satisfies never;
  }
}

function classifierEstimate(
  { metric, value, confidence }: ScoreComparison,
  pair: BinaryPair | MulticlassPair,
): PairedEstimate | null {
  if (metric === 'accuracy') return accuracyEstimate(pair, confidence);
  if (metric === 'roc-auc') return rocAucEstimate(pair, confidence);
  const replicates = isCountMetric(metric)
    ? countReplicates(metric, pair)
    : metric === 'ece'
      ? calibrationReplicates(pair)
      : averagePrecisionReplicates(pair);
  return replicates && bootstrapEstimate(value, replicates, confidence);
}

function accuracyEstimate(
  { candidate, champion }: BinaryPair | MulticlassPair,
  confidence: number,
): PairedEstimate | null {
  const rows = candidate.truth.length;
  let onlyFirst = 0;
  let onlySecond = 0;
  for (let row = 0; row < rows; row++) {
    const first = candidate.predicted[row] === candidate.truth[row];
    const second = champion.predicted[row] === champion.truth[row];
    if (first && !second) onlyFirst++;
    if (second && !first) onlySecond++;
  }
  return pairedAccuracy({ onlyFirst, onlySecond, rows }, confidence);
}

function rocAucEstimate(pair: BinaryPair | MulticlassPair, confidence: number): PairedEstimate | null {
  if (pair.kind !== 'binary' || pair.candidate.probability === null || pair.champion.probability === null) return null;
  const candidate = rocAuc(pair.candidate.truth, pair.candidate.probability);
  const champion = rocAuc(pair.champion.truth, pair.champion.probability);
  return candidate && champion && pairedRocAuc(candidate, champion, confidence);
}

/** RMSE is the root of a mean; to first order a row moves it by its squared error / (2 RMSE). */
function rmseEstimate({ candidate, champion }: RegressionPair, confidence: number): PairedEstimate | null {
  const rows = candidate.truth.length;
  const first = squaredErrorOf(candidate);
  const second = squaredErrorOf(champion);
  const firstRoot = Math.sqrt(momentsOf(rows, first).mean);
  const secondRoot = Math.sqrt(momentsOf(rows, second).mean);
  const influence = momentsOf(rows, (row) => halved(first(row), firstRoot) - halved(second(row), secondRoot));
  return linearisedEstimate({ value: firstRoot - secondRoot, influence, confidence });
}

function halved(squaredError: number, root: number): number {
  return root === 0 ? 0 : squaredError / (2 * root);
}

/** The difference of two R² is a ratio of means: squared-error difference over the target's variance. */
function r2Estimate({ candidate, champion }: RegressionPair, confidence: number): PairedEstimate | null {
  const rows = candidate.truth.length;
  const truth = momentsOf(rows, (row) => candidate.truth[row] ?? 0);
  const variance = truth.squares / rows;
  const first = squaredErrorOf(candidate);
  const second = squaredErrorOf(champion);
  const value = momentsOf(rows, (row) => second(row) - first(row)).mean / variance;
  const influence = momentsOf(rows, (row) => {
    const deviation = (candidate.truth[row] ?? 0) - truth.mean;
    return (second(row) - first(row) - value * deviation * deviation) / variance;
  });
  return linearisedEstimate({ value, influence, confidence });
}
