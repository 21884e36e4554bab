import { pairedRocAuc, rocAuc } from '../../statistics/delong.ts';
import { pairedAccuracy } from '../../statistics/mcnemar.ts';
import { momentsOf } from '../../statistics/moments.ts';
import type { PairedInference } from '../../statistics/paired-estimate.ts';
import { linearisedEstimate, pairedMean } from '../../statistics/paired-mean.ts';
import { bootstrapInference } from '../../statistics/poisson-bootstrap.ts';
import type { Difference } from '../difference.ts';
import { isCountMetric, isLossMetric, type ScoreMetric, topHits } from '../metrics/metric-value.ts';
import { squaredErrorOf } from '../metrics/regression-error.ts';
import { rowLoss } from '../metrics/row-loss.ts';
import { additiveForm } from './additive-form.ts';
import { calibrationReplicates } from './calibration-replicates.ts';
import { countReplicates } from './count-replicates.ts';
import { forecastInference } from './forecast-inference.ts';
import { groupReplicates, widenedByGroups } from './group-replicates.ts';
import { jackknifeGroups, jackknifeInference } from './jackknife.ts';
import { linearDifference } from './linear-difference.ts';
import { medianReplicates } from './median-replicates.ts';
import type { BinaryPair, MulticlassPair, Pair, RegressionPair } from './pair.ts';
import { groupsByHash, type RowGroups } from './row-groups.ts';
import { rowKeys } from './row-keys.ts';
import { areaReplicates, fewestForNormal } from './score-replicates.ts';

/** One metric whose two measurements differ by `value` (candidate − champion) on the rows of `pair`. */
export interface ScoreComparison {
  readonly metric: ScoreMetric;
  readonly value: number;
  readonly pair: Pair;
  /** Rows that belong together; null when each stands on its own. */
  readonly clusters?: RowGroups | null;
}

/** What the rows say of a difference, and by which method, in words that reports show. */
export interface ScoreInference {
  readonly inference: PairedInference;
  readonly method: string;
}

/** The interval around the value; null when the rows are too few, or too often without a value, for any interval. */
export function compareScores(comparison: ScoreComparison & { readonly confidence: number }): Difference | null {
  return differenceAt(scoreInference(comparison), comparison);
}

/** The interval of an inference around a value. Null without one, or where it has no ends. */
export function differenceAt(
  found: ScoreInference | null,
  { value, confidence }: { readonly value: number; readonly confidence: number },
): Difference | null {
  if (found === null) return null;
  const { low, high, pValue } = found.inference.at(confidence);
  if (!Number.isFinite(low) || !Number.isFinite(high)) return null;
  const ends = { low: Math.min(low, value), high: Math.max(high, value) };
  return { value, ...ends, confidence, pValue, method: found.method };
}

/**
 * How well the rows tell the difference: by the closed form of each metric where there is one, else by redrawing the rows.
 * Rows of a cluster are redrawn together, whatever the metric.
 */
export function scoreInference(comparison: ScoreComparison): ScoreInference | null {
  const { clusters = null } = comparison;
  if (clusters !== null) return clusterInference(comparison, clusters);
  const mean = meanInference(comparison);
  return mean === undefined ? shapedInference(comparison) : mean;
}

function clusterInference({ metric, value, pair }: ScoreComparison, clusters: RowGroups): ScoreInference | null {
  const additive = additiveForm(metric, pair);
  if (additive === null) {
    return named('cluster jackknife', jackknifeInference(metric, { pair, value, groups: clusters }));
  }
  const count = clusters.keys.length;
  if (count < 2) return null;
  const replicates = groupReplicates(additive, clusters);
  return named('cluster bootstrap', bootstrapInference(value, replicates, widenedByGroups(count)));
}

/** The metrics that are means over rows or queries, or move like one; undefined for others. */
function meanInference({ metric, value, pair }: ScoreComparison): ScoreInference | null | undefined {
  const linear = linearDifference(metric, pair);
  if (linear !== null && pair.kind === 'forecasting') {
    const { inference, method } = forecastInference(linear, pair.candidate);
    return named(method, inference);
  }
  if (linear !== null) {
    const influence = momentsOf(linear.influence.length, (unit) => linear.influence[unit] ?? 0);
    const method = pair.kind === 'ranking' ? 'paired t over queries' : 'paired t, delta method';
    return named(method, linearisedEstimate({ value, influence }));
  }
  if (!isLossMetric(metric)) return undefined;
  const candidate = rowLoss(metric, pair.candidate);
  const champion = rowLoss(metric, pair.champion);
  return named('paired t', pairedMean(momentsOf(pair.candidate.truth.length, (row) => candidate(row) - champion(row))));
}

function shapedInference(comparison: ScoreComparison): ScoreInference | null {
  const { metric, value, pair } = comparison;
  if (pair.kind === 'regression' && metric === 'rmse') return named('paired t, delta method', rmseInference(pair));
  if (pair.kind === 'regression' && metric === 'median-ae') {
    return named('paired Poisson bootstrap', bootstrapInference(value, medianReplicates(pair)));
  }
  if (pair.kind === 'regression' && metric === 'r2') return named('paired t, delta method', r2Inference(pair));
  if (pair.kind === 'binary' || pair.kind === 'multiclass') {
    const found = classifierInference(comparison, pair);
    if (found !== undefined) return found;
  }
  const groups = groupsByHash(rowKeys(pair), jackknifeGroups);
  return named('delete-a-group jackknife', jackknifeInference(metric, { pair, value, groups }));
}

/** Undefined for metrics without a form of their own. */
function classifierInference(
  { metric, value }: ScoreComparison,
  pair: BinaryPair | MulticlassPair,
): ScoreInference | null | undefined {
  const bootstrap = (replicates: Float64Array | null) =>
    named('paired Poisson bootstrap', replicates && bootstrapInference(value, replicates));
  if (metric === 'accuracy') return named('McNemar mid-p, Tango interval', accuracyInference(pair));
  if (metric === 'top-k-accuracy') return named('McNemar mid-p, Tango interval', topInference(pair));
  if (isCountMetric(metric)) return bootstrap(countReplicates(metric, pair));
  if (metric === 'ece') return bootstrap(calibrationReplicates(pair));
  if (pair.kind !== 'binary') return undefined;
  if (metric === 'pr-auc') return bootstrap(areaReplicates('pr-auc', pair));
  if (metric !== 'roc-auc') return undefined;
  const positives = pair.candidate.truth.reduce((sum, flag) => sum + flag, 0);
  const few = Math.min(positives, pair.candidate.truth.length - positives);
  if (few >= fewestForNormal) return named('DeLong', rocAucInference(pair));
  // The rare rows are few, and so is what the bootstrap knows of their spread.
  const replicates = few < 2 ? null : areaReplicates('roc-auc', pair);
  return named('paired Poisson bootstrap', replicates && bootstrapInference(value, replicates, widenedByGroups(few)));
}

function named(method: string, inference: PairedInference | null): ScoreInference | null {
  return inference && { inference, method };
}

function accuracyInference({ candidate, champion }: BinaryPair | MulticlassPair): PairedInference | null {
  return hitsInference(candidate.truth.length, {
    first: (row) => candidate.predicted[row] === candidate.truth[row],
    second: (row) => champion.predicted[row] === champion.truth[row],
  });
}

function topInference({ candidate, champion }: BinaryPair | MulticlassPair): PairedInference | null {
  const first = topHits(candidate);
  const second = topHits(champion);
  if (first === null || second === null) return null;
  return hitsInference(first.length, { first: (row) => first[row] === 1, second: (row) => second[row] === 1 });
}

function hitsInference(
  rows: number,
  isHit: { readonly first: (row: number) => boolean; readonly second: (row: number) => boolean },
): PairedInference | null {
  let onlyFirst = 0;
  let onlySecond = 0;
  for (let row = 0; row < rows; row++) {
    const first = isHit.first(row);
    const second = isHit.second(row);
    if (first && !second) onlyFirst++;
    if (second && !first) onlySecond++;
  }
  return pairedAccuracy({ onlyFirst, onlySecond, rows });
}

function rocAucInference({ candidate, champion }: BinaryPair): PairedInference | null {
  if (candidate.probability === null || champion.probability === null) return null;
  const first = rocAuc(candidate.truth, candidate.probability);
  const second = rocAuc(champion.truth, champion.probability);
  return first && second && pairedRocAuc(first, second);
}

/** RMSE is the root of a mean; to first order a row moves it by its squared error / (2 RMSE). */
function rmseInference({ candidate, champion }: RegressionPair): PairedInference | null {
  const rows = candidate.truth.length;
  const first = squaredErrorOf(candidate);
  const second = squaredErrorOf(champion);
  const firstRoot = Math.sqrt(momentsOf(rows, first).mean);
  const secondRoot = Math.sqrt(momentsOf(rows, second).mean);
  const influence = momentsOf(rows, (row) => halved(first(row), firstRoot) - halved(second(row), secondRoot));
  return linearisedEstimate({ value: firstRoot - secondRoot, influence });
}

function halved(squaredError: number, root: number): number {
  return root === 0 ? 0 : squaredError / (2 * root);
}

/** The difference of two R² is a ratio of means: squared-error difference over the target's variance. */
function r2Inference({ candidate, champion }: RegressionPair): PairedInference | null {
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
  return linearisedEstimate({ value, influence });
}
