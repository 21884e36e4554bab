import { type ClassifierRows, type ClassRows, risingOrder } from './class-rows.ts';
import type { EstimatedMetric } from './estimate-report.ts';

/** The standard error that each metric of a number of rows has by chance; null where the reference cannot say. */
export type SamplingErrors = (rows: number) => Readonly<Record<EstimatedMetric, number | null>>;

/** The spread of one row's share in a metric, and the share of rows that it is made of. */
interface Component {
  readonly variance: number;
  readonly fraction: number;
}

/**
 * The sampling errors of a classifier's metrics, from labelled reference rows, as NannyML 0.13 computes them: the spread of
 * what a row adds to the metric over the root of how many rows add to it; for several classes, of the mean over classes.
 */
export function samplingErrors(reference: ClassifierRows): SamplingErrors {
  const { classes } = reference;
  const isBinary = classes.length === 1;
  const components = {
    'roc-auc': classes.map(areaComponent),
    f1: classes.map((one) => f1Component(one, isBinary)),
    precision: classes.map((one) => rateComponent(one, (_, predicted) => predicted === 1)),
    recall: classes.map((one) => rateComponent(one, (truth) => truth === 1)),
    specificity: classes.map((one) => rateComponent(one, (truth) => truth === 0)),
  };
  const accuracy = [accuracyComponent(reference)];
  return (rows) => ({
    // The mean over classes is widened by a fifth, since the areas of the classes hang together.
    'roc-auc': scaled(errorOf(components['roc-auc'], rows), isBinary ? 1 : 1.2),
    accuracy: errorOf(accuracy, rows),
    f1: errorOf(components.f1, rows),
    precision: errorOf(components.precision, rows),
    recall: errorOf(components.recall, rows),
    specificity: errorOf(components.specificity, rows),
  });
}

function errorOf(components: readonly Component[], rows: number): number | null {
  const variance = components.reduce((sum, each) => sum + each.variance / (rows * each.fraction), 0);
  return Number.isFinite(variance) ? Math.sqrt(variance) / components.length : null;
}

function scaled(error: number | null, factor: number): number | null {
  return error === null ? null : error * factor;
}

/** The share of negatives below each positive, of the rarer class as the positive one. */
function areaComponent({ scores, truth }: ClassRows): Component {
  const labels = truth ?? new Uint8Array(scores.length);
  const all = labels.reduce((sum, each) => sum + each, 0);
  const isFlipped = all / labels.length > 0.5;
  const order = risingOrder(scores, labels);
  if (isFlipped) order.reverse();
  const wanted = isFlipped ? 0 : 1;
  const positives = isFlipped ? labels.length - all : all;
  const shares: number[] = [];
  let negatives = 0;
  for (const row of order) {
    if (labels[row] === wanted) shares.push(negatives / (labels.length - positives));
    else negatives += 1;
  }
  return { variance: varianceOf(shares), fraction: positives / labels.length };
}

function f1Component({ truth, predicted }: ClassRows, isBinary: boolean): Component {
  let [right, wrong] = [0, 0];
  for (const [row, label] of predicted.entries()) {
    if (label === 1 && truth?.[row] === 1) right += 1;
    else if (label !== truth?.[row]) wrong += 1;
  }
  const relevant = right + wrong;
  const share = right / relevant;
  const factor = isBinary ? relevant / (wrong / 2 + right) : 1;
  return { variance: share * (1 - share) * factor ** 2, fraction: relevant / predicted.length };
}

/** Of a rate: right or wrong among the rows that it is of. */
function rateComponent(
  { truth, predicted }: ClassRows,
  isRelevant: (truth: number, predicted: number) => boolean,
): Component {
  let [relevant, right] = [0, 0];
  for (const [row, label] of predicted.entries()) {
    const known = truth?.[row] ?? 0;
    if (!isRelevant(known, label)) continue;
    relevant += 1;
    if (known === label) right += 1;
  }
  const share = right / relevant;
  return { variance: share * (1 - share), fraction: relevant / predicted.length };
}

function accuracyComponent({ classes, count }: ClassifierRows): Component {
  let wrong = 0;
  for (let row = 0; row < count; row += 1) {
    if (classes.some(({ truth, predicted }) => truth?.[row] !== predicted[row])) wrong += 1;
  }
  return { variance: (wrong / count) * (1 - wrong / count), fraction: 1 };
}

function varianceOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}
