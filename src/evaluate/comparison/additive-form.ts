import { isCountMetric, isLossMetric, type ScoreMetric } from '../metrics/metric-value.ts';
import type { AdditiveDifference } from './additive-difference.ts';
import { calibrationDifference } from './calibration-replicates.ts';
import { countDifference } from './count-replicates.ts';
import { influenceSums } from './linear-difference.ts';
import { lossDifference, rmseDifference, rSquaredDifference } from './mean-difference.ts';
import type { Pair } from './pair.ts';
import { areaDifference } from './score-replicates.ts';

/** The difference of a metric as it follows from sums over the rows; null for a metric that does not. */
export function additiveForm(metric: ScoreMetric, pair: Pair): AdditiveDifference | null {
  const linear = influenceSums(metric, pair);
  if (linear !== null) return linear;
  if (isLossMetric(metric)) return lossDifference(metric, pair);
  if (pair.kind === 'regression') {
    if (metric === 'rmse') return rmseDifference(pair);
    return metric === 'r2' ? rSquaredDifference(pair) : null;
  }
  if (pair.kind !== 'binary' && pair.kind !== 'multiclass') return null;
  if (isCountMetric(metric)) return countDifference(metric, pair);
  if (metric === 'ece') return calibrationDifference(pair);
  const isArea = metric === 'roc-auc' || metric === 'pr-auc';
  return isArea && pair.kind === 'binary' ? areaDifference(metric, pair) : null;
}
