import { rankedArea } from './calibration.ts';
import { type ClassifierRows, type ClassRows, risingOrder } from './class-rows.ts';
import type { EstimatedMetric } from './estimate-report.ts';

/** The metrics of a classifier; null where a rate is of nothing. */
export type Rates = Readonly<Record<EstimatedMetric, number | null>>;

/** The four cells of one class against all others: counts, or what they are expected to be. */
interface Confusion {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly trueNegative: number;
}

/** What the metrics of labelled rows are: those of the one class, or the means over all classes. Null with one class only. */
export function realisedRates(rows: ClassifierRows): Rates {
  const { classes, count } = rows;
  const right = new Uint8Array(count).fill(classes.length === 1 ? 1 : 0);
  const rates = classes.map((one) => {
    const truth = one.truth ?? new Uint8Array(count);
    for (let row = 0; row < count; row += 1) {
      const isRight = truth[row] === one.predicted[row];
      if (classes.length === 1) right[row] = isRight ? 1 : 0;
      else if (isRight && truth[row] === 1) right[row] = 1;
    }
    const positives = sumOf(truth);
    if (positives === 0 || positives === count) return null;
    const area = rankedArea({ scores: one.scores, truth, order: risingOrder(one.scores, truth) });
    return { ...confusionRates(confusion(one, (row) => truth[row] ?? 0)), 'roc-auc': area };
  });
  return { ...meanOf(rates), accuracy: rates.every((each) => each === null) ? null : sumOf(right) / count };
}

/**
 * What the metrics of rows without labels are expected to be when a class holds a row with the probability given for it:
 * each row counts as right by as much as its prediction is probable (confidence-based performance estimation).
 */
export function expectedRates(rows: ClassifierRows, probabilities: readonly Float64Array[]): Rates {
  if (rows.count === 0) return meanOf([null]);
  let accuracy = 0;
  const rates = rows.classes.map((one, index) => {
    const probabilityOf = (row: number) => probabilities[index]?.[row] ?? 0;
    const cells = confusion(one, probabilityOf);
    accuracy += cells.truePositive + (rows.classes.length === 1 ? cells.trueNegative : 0);
    return { ...confusionRates(cells), 'roc-auc': expectedArea(one.scores, probabilityOf) };
  });
  return { ...meanOf(rates), accuracy: accuracy / rows.count };
}

function confusion({ predicted }: ClassRows, truthOf: (row: number) => number): Confusion {
  let [truePositive, falsePositive, falseNegative, trueNegative] = [0, 0, 0, 0];
  for (let row = 0; row < predicted.length; row += 1) {
    const truth = truthOf(row);
    if (predicted[row] === 1) {
      truePositive += truth;
      falsePositive += 1 - truth;
    } else {
      falseNegative += truth;
      trueNegative += 1 - truth;
    }
  }
  return { truePositive, falsePositive, falseNegative, trueNegative };
}

type CellRates = Readonly<Record<Exclude<EstimatedMetric, 'roc-auc' | 'accuracy'>, number | null>>;

function confusionRates(cells: Confusion): CellRates {
  const { truePositive, falsePositive, falseNegative, trueNegative } = cells;
  return {
    f1: ratio(truePositive, truePositive + (falsePositive + falseNegative) / 2),
    precision: ratio(truePositive, truePositive + falsePositive),
    recall: ratio(truePositive, truePositive + falseNegative),
    specificity: ratio(trueNegative, trueNegative + falsePositive),
  };
}

/** The area under the expected ROC curve; rows of equal score are taken together. */
function expectedArea(scores: Float64Array, probabilityOf: (row: number) => number): number | null {
  const order = Uint32Array.from(scores, (_, row) => row).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0) || a - b);
  let [area, positives, negatives, at] = [0, 0, 0, 0];
  while (at < order.length) {
    let [here, others] = [0, 0];
    const score = scores[order[at] ?? 0];
    for (; at < order.length && scores[order[at] ?? 0] === score; at += 1) {
      const probability = probabilityOf(order[at] ?? 0);
      here += probability;
      others += 1 - probability;
    }
    area += here * (negatives + others / 2);
    positives += here;
    negatives += others;
  }
  return ratio(area, positives * negatives);
}

const ofCells = ['f1', 'precision', 'recall', 'specificity'] as const;

/** Means over classes; unknown for one class is unknown altogether. */
function meanOf(rates: readonly (Readonly<Record<string, number | null>> | null)[]): Rates {
  const mean = (metric: EstimatedMetric) => {
    const values = rates.flatMap((each) => each?.[metric] ?? []);
    return values.length < rates.length ? null : sumOf(values) / values.length;
  };
  const [f1, precision, recall, specificity] = ofCells.map(mean);
  return {
    'roc-auc': mean('roc-auc'),
    accuracy: null,
    f1: f1 ?? null,
    precision: precision ?? null,
    recall: recall ?? null,
    specificity: specificity ?? null,
  };
}

function ratio(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
