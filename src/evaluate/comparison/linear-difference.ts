import { momentsOf } from '../../statistics/moments.ts';
import type { MetricName } from '../metric-name.ts';
import { linearMetric } from '../metrics/linear.ts';
import { relevantQueries } from '../metrics/ranking.ts';
import type { AdditiveDifference } from './additive-difference.ts';
import type { Pair } from './pair.ts';

/**
 * The difference of a metric that has influences, and how each unit (row, or query of a ranking) moves it; null for any
 * other metric, and where one of the models has no value.
 */
export function linearDifference(
  metric: MetricName,
  pair: Pair,
): { readonly value: number; readonly influence: Float64Array } | null {
  const candidate = linearMetric(metric, pair.candidate);
  const champion = linearMetric(metric, pair.champion);
  if (candidate?.kind !== 'linear' || champion?.kind !== 'linear') return null;
  const influence = candidate.influence.map((own, unit) => own - (champion.influence[unit] ?? 0));
  return { value: candidate.value - champion.value, influence };
}

/** The same as sums over rows: of their weights, and of how they move the difference. The first row of a query stands for it. */
export function influenceSums(metric: MetricName, pair: Pair): AdditiveDifference | null {
  const linear = linearDifference(metric, pair);
  if (linear === null) return null;
  const { value, influence } = linear;
  const { mean } = momentsOf(influence.length, (unit) => influence[unit] ?? 0);
  const unitOf = unitFinder(pair);
  return {
    width: 2,
    addRow(row, add) {
      const unit = unitOf(row);
      if (unit === undefined) return;
      add(0, 1);
      add(1, (influence[unit] ?? 0) - mean);
    },
    of: (sums) => value + (sums[1] ?? 0) / (sums[0] ?? 0),
  };
}

function unitFinder(pair: Pair): (row: number) => number | undefined {
  if (pair.kind !== 'ranking') return (row) => row;
  const units = new Map<number, number>();
  for (const [unit, rows] of relevantQueries(pair.candidate).entries()) units.set(rows[0] ?? -1, unit);
  return (row) => units.get(row);
}
