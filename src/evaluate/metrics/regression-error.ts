import { momentsOf } from '../../statistics/moments.ts';
import type { RegressionScores } from './scores.ts';

/** The squared error of a row. */
export function squaredErrorOf({ truth, predicted }: RegressionScores): (row: number) => number {
  return (row) => ((predicted[row] ?? 0) - (truth[row] ?? 0)) ** 2;
}

/** RMSE, in units of the target. */
export function rootMeanSquare(scores: RegressionScores): number {
  return Math.sqrt(momentsOf(scores.truth.length, squaredErrorOf(scores)).mean);
}

/** R² = 1 − Σ error² / Σ (truth − mean)²; not finite when the target is constant. */
export function rSquared(scores: RegressionScores): number {
  const { truth } = scores;
  const spread = momentsOf(truth.length, (row) => truth[row] ?? 0).squares;
  return 1 - (momentsOf(truth.length, squaredErrorOf(scores)).mean * truth.length) / spread;
}

/** The median of |error|: of an even number of rows the mean of the middle two. */
export function medianError({ truth, predicted }: RegressionScores): number {
  const errors = Float64Array.from(truth, (value, row) => Math.abs((predicted[row] ?? 0) - value)).sort();
  const middle = errors.length >> 1;
  const upper = errors[middle] ?? Number.NaN;
  return errors.length % 2 === 1 ? upper : ((errors[middle - 1] ?? Number.NaN) + upper) / 2;
}
