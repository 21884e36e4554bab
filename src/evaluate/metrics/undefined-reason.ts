import type { MetricName } from '../metric-name.ts';
import type { BinaryScores, RegressionScores, Scores } from './scores.ts';

/** Why a metric has no value on these rows, of which there is at least one; null when it has one. */
export function undefinedReason(metric: MetricName, scores: Scores): string | null {
  switch (scores.kind) {
    case 'regression':
      return undefinedForRegression(metric, scores);
    case 'binary':
      return oneClass(metric, scores) ?? undefinedForBinary(metric, scores);
    case 'multiclass':
      return oneClass(metric, scores);
    case 'multilabel':
    case 'ranking':
    case 'forecasting':
      return null;
    default:
      return scores satisfies never;
  }
}

function oneClass(metric: MetricName, { truth, predicted }: Extract<Scores, { kind: 'binary' | 'multiclass' }>) {
  const [first] = truth;
  if (metric !== 'balanced-accuracy' && metric !== 'cohen-kappa') return null;
  // every() of two array types does not resolve for their union.
  if (!Array.prototype.every.call(truth, (kind) => kind === first)) return null;
  if (metric === 'balanced-accuracy') return `all ${truth.length} rows are of one class`;
  const isAgreed = Array.prototype.every.call(predicted, (kind) => kind === first);
  return isAgreed ? `all ${truth.length} rows are of one class and are called it` : null;
}

function undefinedForBinary(metric: MetricName, { truth, predicted }: BinaryScores): string | null {
  const rows = truth.length;
  const positives = truth.reduce((sum, flag) => sum + flag, 0);
  const called = predicted.reduce((sum, flag) => sum + flag, 0);
  if (positives === 0 && ['roc-auc', 'pr-auc', 'recall'].includes(metric)) return `none of ${rows} rows is positive`;
  if (positives === rows && ['roc-auc', 'specificity'].includes(metric)) return `all ${rows} rows are positive`;
  if (called === 0 && metric === 'precision') return `none of ${rows} rows is predicted positive`;
  if (called + positives === 0 && metric === 'f1') return `none of ${rows} rows is positive or predicted positive`;
  return null;
}

function undefinedForRegression(metric: MetricName, { truth, predicted, options }: RegressionScores): string | null {
  const rows = truth.length;
  switch (metric) {
    case 'mape': {
      const zeros = countOf(truth, (value) => value === 0);
      if (zeros === 0) return null;
      return `the target is 0 in ${zeros} of ${rows} rows, where a relative error has no value`;
    }
    case 'r2':
      if (rows < 2) return 'expected at least 2 rows';
      return truth.every((value) => value === truth[0]) ? `the target is the same in all ${rows} rows` : null;
    case 'poisson-deviance':
      return outsideDeviance({ power: 1, truth, predicted });
    case 'tweedie-deviance':
      return outsideDeviance({ power: options?.tweediePower ?? 1.5, truth, predicted });
    default:
      return null;
  }
}

/** A deviance has a value where its distribution does: truth from 0 on (above 0 from power 2 on), predictions above 0. */
function outsideDeviance(options: {
  readonly power: number;
  readonly truth: Float64Array;
  readonly predicted: Float64Array;
}): string | null {
  const { power, truth, predicted } = options;
  if (power === 0) return null;
  const rows = truth.length;
  const low = countOf(predicted, (value) => value <= 0);
  if (low > 0) return `the prediction is 0 or below in ${low} of ${rows} rows, where the deviance has no value`;
  const odd = power < 1 ? 0 : countOf(truth, (value) => (power < 2 ? value < 0 : value <= 0));
  if (odd === 0) return null;
  return `the target is ${power < 2 ? 'below 0' : '0 or below'} in ${odd} of ${rows} rows, where the deviance has no value`;
}

function countOf(values: Float64Array, isCounted: (value: number) => boolean): number {
  let count = 0;
  for (const value of values) if (isCounted(value)) count++;
  return count;
}
