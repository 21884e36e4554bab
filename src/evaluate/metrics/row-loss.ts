import { pinballLoss } from './forecast-error.ts';
import type { BinaryScores, MulticlassScores, RegressionScores, Scores } from './scores.ts';

/** The metrics that are a mean over the rows of a loss. */
export const lossMetrics = [
  'log-loss',
  'brier',
  'expected-cost',
  'mae',
  'mape',
  'pinball',
  'poisson-deviance',
  'tweedie-deviance',
] as const;
/** The name of such a metric. */
export type LossMetric = (typeof lossMetrics)[number];

/** Probabilities are kept this far from 0 and 1 in logarithms, as scikit-learn does for doubles. */
const epsilon = 2 ** -52;

/**
 * The loss of one row under a metric, as scikit-learn defines it: −ln of the probability given to the truth; the squared
 * distance of the probabilities from the truth (one class for binary, summed over the classes for many); what the
 * mistake costs; |error|; |error / truth|; the loss of a quantile; the unit deviance of a distribution. NaN where the
 * scores do not have what the metric needs.
 */
export function rowLoss(metric: LossMetric, scores: Scores): (row: number) => number {
  switch (scores.kind) {
    case 'regression':
      return regressionLoss(metric, scores);
    case 'binary':
    case 'multiclass':
      return classifierLoss(metric, scores);
    default:
      return () => Number.NaN;
  }
}

function classifierLoss(metric: LossMetric, scores: BinaryScores | MulticlassScores): (row: number) => number {
  const ofTruth = truthProbability(scores);
  if (metric === 'log-loss') return (row) => -Math.log(Math.min(1 - epsilon, Math.max(epsilon, ofTruth(row))));
  if (metric === 'brier') {
    if (scores.kind === 'binary') return (row) => (1 - ofTruth(row)) ** 2;
    const squaredError = scores.probabilities?.squaredError;
    return (row) => squaredError?.[row] ?? Number.NaN;
  }
  if (metric !== 'expected-cost' || scores.kind !== 'binary' || scores.costs === undefined) return () => Number.NaN;
  const { truth, predicted, costs } = scores;
  return (row) => {
    if (truth[row] === predicted[row]) return 0;
    return truth[row] === 1 ? costs.falseNegative : costs.falsePositive;
  };
}

function regressionLoss(metric: LossMetric, { truth, predicted, options }: RegressionScores): (row: number) => number {
  const at = (row: number) => ({ truth: truth[row] ?? 0, predicted: predicted[row] ?? 0 });
  switch (metric) {
    case 'mae':
      return (row) => Math.abs(at(row).predicted - at(row).truth);
    case 'mape':
      return (row) => Math.abs((at(row).predicted - at(row).truth) / at(row).truth);
    case 'pinball':
      return (row) => pinballLoss({ level: options?.quantile ?? 0.5, ...at(row) });
    case 'poisson-deviance':
      return (row) => unitDeviance({ power: 1, ...at(row) });
    case 'tweedie-deviance':
      return (row) => unitDeviance({ power: options?.tweediePower ?? 1.5, ...at(row) });
    default:
      return () => Number.NaN;
  }
}

/** The unit deviance of the Tweedie distribution of a power (Jørgensen 1987): 0 normal, 1 Poisson, 2 gamma. */
function unitDeviance(options: { readonly power: number; readonly truth: number; readonly predicted: number }): number {
  const { power, truth, predicted } = options;
  if (power === 0) return (truth - predicted) ** 2;
  if (power === 1) return 2 * ((truth === 0 ? 0 : truth * Math.log(truth / predicted)) - truth + predicted);
  if (power === 2) return 2 * (Math.log(predicted / truth) + truth / predicted - 1);
  const first = Math.max(truth, 0) ** (2 - power) / ((1 - power) * (2 - power));
  return 2 * (first - (truth * predicted ** (1 - power)) / (1 - power) + predicted ** (2 - power) / (2 - power));
}

function truthProbability(scores: BinaryScores | MulticlassScores): (row: number) => number {
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
