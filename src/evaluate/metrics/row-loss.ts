import type { Scores } from './scores.ts';

/** The metrics that are a mean over the rows of a loss. */
export const lossMetrics = ['log-loss', 'brier', 'mae', 'mape'] as const;
/** The name of such a metric. */
export type LossMetric = (typeof lossMetrics)[number];

/** Probabilities are kept this far from 0 and 1 in logarithms, as scikit-learn does for doubles. */
const epsilon = 2 ** -52;

/**
 * The loss of one row under a metric, as scikit-learn defines it: −ln of the probability given to the truth; the squared
 * distance of the probabilities from the truth (one class for binary, summed over the classes for many); |error|;
 * |error / truth|. NaN where the scores do not have what the metric needs.
 */
export function rowLoss(metric: LossMetric, scores: Scores): (row: number) => number {
  if (scores.kind === 'regression') {
    const { truth, predicted } = scores;
    if (metric === 'mae') return (row) => Math.abs((predicted[row] ?? 0) - (truth[row] ?? 0));
    if (metric === 'mape') return (row) => Math.abs(((predicted[row] ?? 0) - (truth[row] ?? 0)) / (truth[row] ?? 0));
    return () => Number.NaN;
  }
  const ofTruth = truthProbability(scores);
  if (metric === 'log-loss') return (row) => -Math.log(Math.min(1 - epsilon, Math.max(epsilon, ofTruth(row))));
  if (metric !== 'brier') return () => Number.NaN;
  if (scores.kind === 'binary') return (row) => (1 - ofTruth(row)) ** 2;
  const squaredError = scores.probabilities?.squaredError;
  return (row) => squaredError?.[row] ?? Number.NaN;
}

function truthProbability(scores: Exclude<Scores, { kind: 'regression' }>): (row: number) => number {
  if (scores.kind === 'multiclass') {
    const ofTruth = scores.probabilities?.ofTruth;
    return (row) => ofTruth?.[row] ?? Number.NaN;
  }
  const { truth, probability } = scores;
  return (row) => {
    const positive = probability?.[row] ?? Number.NaN;
    return truth[row] === 1 ? positive : 1 - positive;
  };
}
