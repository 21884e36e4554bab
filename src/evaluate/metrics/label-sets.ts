import type { MetricName } from '../metric-name.ts';
import { classwiseCalibration } from './calibration-classwise.ts';
import { type Linear, meanMetric, ratioMetric, type Undefined } from './linear.ts';
import { averagePrecisionInfluence, rocAucInfluence } from './score-influence.ts';
import type { MultilabelScores } from './scores.ts';

/**
 * The metrics of a task of several labels, as scikit-learn defines them. Accuracy is that of whole sets; precision,
 * recall and F1 without a word are the mean over the labels (macro), where a ratio without a denominator counts as 0.
 */
export function multilabelMetric(metric: MetricName, scores: MultilabelScores): Linear | Undefined | null {
  const { labels, truth, predicted, probability } = scores;
  const rows = truth.length / labels;
  const sumOver = (row: number, valueAt: (at: number) => number) => {
    let sum = 0;
    for (let at = row * labels; at < (row + 1) * labels; at++) sum += valueAt(at);
    return sum;
  };
  const wrong = (row: number) => sumOver(row, (at) => (truth[at] === predicted[at] ? 0 : 1));
  switch (metric) {
    case 'accuracy':
      return meanMetric(rows, (row) => (wrong(row) === 0 ? 1 : 0));
    case 'hamming-loss':
      return meanMetric(rows, (row) => wrong(row) / labels);
    case 'jaccard':
      return meanMetric(rows, (row) => {
        const both = sumOver(row, (at) => (truth[at] ?? 0) & (predicted[at] ?? 0));
        const either = sumOver(row, (at) => (truth[at] ?? 0) | (predicted[at] ?? 0));
        return either === 0 ? 1 : both / either;
      });
    case 'log-loss':
    case 'brier': {
      if (probability === null) return withoutProbabilities;
      const loss = metric === 'brier' ? squared : logarithmic;
      return meanMetric(rows, (row) => sumOver(row, (at) => loss(truth[at] ?? 0, probability[at] ?? 0)) / labels);
    }
    case 'roc-auc':
    case 'pr-auc':
      return probability === null ? withoutProbabilities : meanArea(metric, { ...scores, probability });
    case 'ece-classwise':
      if (probability === null) return withoutProbabilities;
      return classwiseCalibration({
        rows,
        columns: Array.from({ length: labels }, (_, label) => label),
        probabilities: (label) => columnOf({ ...scores, probability }, label).probabilities,
        hits: (label) => columnOf({ ...scores, probability }, label).isPositive,
      });
    default:
      return labelRatio(metric, scores);
  }
}

const withoutProbabilities = { kind: 'missing', reason: 'the model gives labels without probabilities' } as const;
const epsilon = 2 ** -52;

function squared(truth: number, probability: number): number {
  return (probability - truth) ** 2;
}

function logarithmic(truth: number, probability: number): number {
  const given = truth === 1 ? probability : 1 - probability;
  return -Math.log(Math.min(1 - epsilon, Math.max(epsilon, given)));
}

function meanArea(
  metric: 'roc-auc' | 'pr-auc',
  scores: MultilabelScores & { readonly probability: Float64Array },
): Linear | Undefined {
  const { labels, truth } = scores;
  const rows = truth.length / labels;
  const influence = new Float64Array(rows);
  let value = 0;
  for (let label = 0; label < labels; label++) {
    const { isPositive, probabilities } = columnOf(scores, label);
    const part = (metric === 'pr-auc' ? averagePrecisionInfluence : rocAucInfluence)(isPositive, probabilities);
    if (part === null) {
      const all = isPositive[0] === 1 ? 'every row has' : 'no row has';
      return { kind: 'undefined', reason: `${all} label ${label + 1} of ${labels}, so it has no area` };
    }
    value += part.value / labels;
    for (let row = 0; row < rows; row++) influence[row] = (influence[row] ?? 0) + (part.influence[row] ?? 0) / labels;
  }
  return { kind: 'linear', value, influence };
}

function columnOf(
  { labels, truth, probability }: MultilabelScores & { readonly probability: Float64Array },
  label: number,
): { readonly isPositive: Uint8Array; readonly probabilities: Float64Array } {
  const rows = truth.length / labels;
  const isPositive = new Uint8Array(rows);
  const probabilities = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    isPositive[row] = truth[row * labels + label] ?? 0;
    probabilities[row] = probability[row * labels + label] ?? 0;
  }
  return { isPositive, probabilities };
}

const ratios = /^(precision|recall|f1)(?:-(macro|micro|weighted))?$/;

function labelRatio(metric: MetricName, scores: MultilabelScores): Linear | Undefined | null {
  const [, base, average] = ratios.exec(metric) ?? [];
  if (base === undefined) return null;
  const { labels, truth, predicted } = scores;
  const rows = truth.length / labels;
  const partOf = (at: number) => (truth[at] ?? 0) * (predicted[at] ?? 0) * (base === 'f1' ? 2 : 1);
  const wholeOf = (at: number) =>
    (base === 'precision' ? 0 : (truth[at] ?? 0)) + (base === 'recall' ? 0 : (predicted[at] ?? 0));
  const over = (first: number, last: number, row: number, valueAt: (at: number) => number) => {
    let sum = 0;
    for (let label = first; label < last; label++) sum += valueAt(row * labels + label);
    return sum;
  };
  const ratioOf = (first: number, last: number) =>
    ratioMetric(rows, {
      part: (row) => over(first, last, row, partOf),
      whole: (row) => over(first, last, row, wholeOf),
    });
  if (average === 'micro') {
    const pooled = ratioOf(0, labels);
    const rare = base === 'precision' ? 'no label is predicted' : 'no row has a label';
    return pooled ?? { kind: 'undefined', reason: `${rare} in ${rows} rows` };
  }
  const influence = new Float64Array(rows);
  let value = 0;
  for (let label = 0; label < labels; label++) {
    const part = ratioOf(label, label + 1);
    const weight =
      average === 'weighted'
        ? ratioMetric(rows, {
            part: (row) => truth[row * labels + label] ?? 0,
            whole: (row) => over(0, labels, row, (at) => truth[at] ?? 0),
          })
        : null;
    if (average === 'weighted' && weight === null) {
      return { kind: 'undefined', reason: `no row of ${rows} has a label to weigh by` };
    }
    const share = weight?.value ?? 1 / labels;
    value += share * (part?.value ?? 0);
    for (let row = 0; row < rows; row++) {
      const own = share * (part?.influence[row] ?? 0);
      influence[row] = (influence[row] ?? 0) + own + (part?.value ?? 0) * (weight?.influence[row] ?? 0);
    }
  }
  return { kind: 'linear', value, influence };
}
