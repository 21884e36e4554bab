import type { BinaryScores, MulticlassScores } from './scores.ts';

/** Weighted counts per class: rows that are of it, that are called it, and both. */
export interface ClassCounts {
  /** Whether precision, recall and F1 are those of class 1 or the mean over the classes. */
  readonly average: 'positive' | 'macro';
  readonly truth: Float64Array;
  readonly predicted: Float64Array;
  readonly both: Float64Array;
}

/** Class counts to add to, for scores of this kind. */
export function emptyCounts(scores: BinaryScores | MulticlassScores): ClassCounts {
  const classes = scores.kind === 'binary' ? 2 : scores.classes;
  return {
    average: scores.kind === 'binary' ? 'positive' : 'macro',
    truth: new Float64Array(classes),
    predicted: new Float64Array(classes),
    both: new Float64Array(classes),
  };
}

/** The class counts of scored rows, each row weighing one. */
export function classCounts(scores: BinaryScores | MulticlassScores): ClassCounts {
  const counts = emptyCounts(scores);
  for (let row = 0; row < scores.truth.length; row++) {
    addToCounts(counts, { truth: scores.truth[row] ?? 0, predicted: scores.predicted[row] ?? 0, weight: 1 });
  }
  return counts;
}

/** Adds one row, or a cell of like rows, by its weight. */
export function addToCounts(
  counts: ClassCounts,
  row: { readonly truth: number; readonly predicted: number; readonly weight: number },
): void {
  counts.truth[row.truth] = (counts.truth[row.truth] ?? 0) + row.weight;
  counts.predicted[row.predicted] = (counts.predicted[row.predicted] ?? 0) + row.weight;
  if (row.truth === row.predicted) counts.both[row.truth] = (counts.both[row.truth] ?? 0) + row.weight;
}

/** The metrics that depend on class counts alone. */
export const countMetrics = ['accuracy', 'balanced-accuracy', 'precision', 'recall', 'f1'] as const;
/** The name of such a metric. */
export type CountMetric = (typeof countMetrics)[number];

/**
 * A metric from class counts, as scikit-learn defines it: precision, recall and F1 are those of class 1 for a binary
 * task, else unweighted (macro) means over the classes that occur in truth or prediction, where a ratio without a
 * denominator counts as 0. NaN when a binary metric has no denominator, and when no or one class is there.
 */
export function countMetric(metric: CountMetric, counts: ClassCounts): number {
  switch (metric) {
    case 'accuracy':
      return sum(counts.both) / sum(counts.truth);
    case 'balanced-accuracy':
      return balancedAccuracy(counts);
    case 'precision':
      return averaged(counts, (kind) => ratio(counts.both[kind], counts.predicted[kind]));
    case 'recall':
      return averaged(counts, (kind) => ratio(counts.both[kind], counts.truth[kind]));
    case 'f1':
      return averaged(counts, (kind) =>
        ratio(2 * (counts.both[kind] ?? 0), (counts.truth[kind] ?? 0) + (counts.predicted[kind] ?? 0)),
      );
    default:
      return metric satisfies never;
  }
}

/** The mean recall over the classes that occur in truth. */
function balancedAccuracy(counts: ClassCounts): number {
  let total = 0;
  let classes = 0;
  for (let kind = 0; kind < counts.truth.length; kind++) {
    if (counts.truth[kind] === 0) continue;
    total += ratio(counts.both[kind], counts.truth[kind]);
    classes++;
  }
  return classes < 2 ? Number.NaN : total / classes;
}

function averaged(counts: ClassCounts, ratioOf: (kind: number) => number): number {
  if (counts.average === 'positive') return ratioOf(1);
  let total = 0;
  let classes = 0;
  for (let kind = 0; kind < counts.truth.length; kind++) {
    if (counts.truth[kind] === 0 && counts.predicted[kind] === 0) continue;
    const value = ratioOf(kind);
    total += Number.isNaN(value) ? 0 : value;
    classes++;
  }
  return total / classes;
}

function ratio(part: number | undefined, whole: number | undefined): number {
  return (part ?? 0) / (whole ?? 0);
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
