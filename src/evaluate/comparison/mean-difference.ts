import { momentsOf } from '../../statistics/moments.ts';
import { squaredErrorOf } from '../metrics/regression-error.ts';
import type { LossMetric } from '../metrics/row-loss.ts';
import { rowLoss } from '../metrics/row-loss.ts';
import type { AdditiveDifference } from './additive-difference.ts';
import type { Pair, RegressionPair } from './pair.ts';

/** The difference of mean losses as it follows from their sums. */
export function lossDifference(metric: LossMetric, { candidate, champion }: Pair): AdditiveDifference {
  return meansOf([rowLoss(metric, candidate), rowLoss(metric, champion)], ([first = 0, second = 0]) => first - second);
}

/** The difference of root mean square errors, likewise. */
export function rmseDifference({ candidate, champion }: RegressionPair): AdditiveDifference {
  return meansOf(
    [squaredErrorOf(candidate), squaredErrorOf(champion)],
    ([first = 0, second = 0]) => Math.sqrt(first) - Math.sqrt(second),
  );
}

/** The difference of two R², likewise. The target is taken from its mean, so that its variance loses no digits. */
export function rSquaredDifference({ candidate, champion }: RegressionPair): AdditiveDifference {
  const { truth } = candidate;
  const centre = momentsOf(truth.length, (row) => truth[row] ?? 0).mean;
  const deviation = (row: number) => (truth[row] ?? 0) - centre;
  return meansOf(
    [squaredErrorOf(candidate), squaredErrorOf(champion), deviation, (row) => deviation(row) ** 2],
    ([first = 0, second = 0, mean = 0, square = 0]) => (second - first) / (square - mean * mean),
  );
}

/** A difference that follows from the means of some numbers per row. */
function meansOf(
  numbers: readonly ((row: number) => number)[],
  of: (means: readonly number[]) => number,
): AdditiveDifference {
  return {
    width: numbers.length + 1,
    addRow(row, add) {
      add(0, 1);
      for (const [place, numberOf] of numbers.entries()) add(place + 1, numberOf(row));
    },
    of: (sums) => of(numbers.map((_, place) => (sums[place + 1] ?? 0) / (sums[0] ?? 0))),
  };
}
