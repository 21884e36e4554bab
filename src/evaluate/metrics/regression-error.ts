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
