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
export const countMetrics = [
  'accuracy',
  'balanced-accuracy',
  'precision',
  'precision-macro',
  'precision-micro',
  'precision-weighted',
  'recall',
  'recall-macro',
  'recall-micro',
  'recall-weighted',
  'specificity',
  'f1',
  'f1-macro',
  'f1-micro',
  'f1-weighted',
  'mcc',
  'cohen-kappa',
] as const;
/** The name of such a metric. */
export type CountMetric = (typeof countMetrics)[number];

/**
 * A metric from class counts, as scikit-learn defines it. Precision, recall, specificity and F1 are those of class 1 for a
 * binary task, else the mean over the classes that occur in truth or prediction, where a ratio without a denominator
 * counts as 0; `-macro` is that mean for binary tasks too, `-weighted` weighs by the rows of a class, `-micro` pools all
 * of them. NaN when a binary metric has no denominator, and when no or one class is there.
 */
export function countMetric(metric: CountMetric, counts: ClassCounts): number {
  switch (metric) {
    case 'accuracy':
      return sum(counts.both) / sum(counts.truth);
    case 'balanced-accuracy':
      return balancedAccuracy(counts);
    case 'specificity':
      return averaged(counts, { average: counts.average, ratioOf: specificityOf(counts) });
    case 'mcc':
      return agreement(counts).correlation;
    case 'cohen-kappa':
      return agreement(counts).kappa;
    default: {
      const [base, average] = metric.split('-');
      // The names left are one of these three, with or without an average.
      const ratioOf = ratios[base as 'precision' | 'recall' | 'f1'](counts);
      return averaged(counts, { average: (average ?? counts.average) as Average, ratioOf });
    }
  }
}

type Average = ClassCounts['average'] | 'micro' | 'weighted';

/** A ratio of one class, as its two parts; for all classes together when none is given. */
type RatioOf = (kind: number) => { readonly part: number; readonly whole: number };

const ratios: Readonly<Record<'precision' | 'recall' | 'f1', (counts: ClassCounts) => RatioOf>> = {
  precision: (counts) => (kind) => ({ part: counts.both[kind] ?? 0, whole: counts.predicted[kind] ?? 0 }),
  recall: (counts) => (kind) => ({ part: counts.both[kind] ?? 0, whole: counts.truth[kind] ?? 0 }),
  f1: (counts) => (kind) => ({
    part: 2 * (counts.both[kind] ?? 0),
    whole: (counts.truth[kind] ?? 0) + (counts.predicted[kind] ?? 0),
  }),
};

/** Of the rows that are not of a class, the share that is not called it. */
function specificityOf(counts: ClassCounts): RatioOf {
  const rows = sum(counts.truth);
  return (kind) => {
    const others = rows - (counts.truth[kind] ?? 0);
    return { part: others - (counts.predicted[kind] ?? 0) + (counts.both[kind] ?? 0), whole: others };
  };
}

/**
 * Matthews' correlation for any number of classes (Gorodkin 2004), 0 when truth or prediction is one class; Cohen's kappa
 * (1960), NaN when both are the same one class.
 */
function agreement(counts: ClassCounts): { readonly correlation: number; readonly kappa: number } {
  const rows = sum(counts.truth);
  const both = sum(counts.both);
  let chance = 0;
  let truthSquares = 0;
  let predictedSquares = 0;
  for (let kind = 0; kind < counts.truth.length; kind++) {
    const truth = counts.truth[kind] ?? 0;
    const predicted = counts.predicted[kind] ?? 0;
    chance += truth * predicted;
    truthSquares += truth * truth;
    predictedSquares += predicted * predicted;
  }
  const spread = (rows * rows - truthSquares) * (rows * rows - predictedSquares);
  return {
    correlation: rows === 0 ? Number.NaN : spread === 0 ? 0 : (both * rows - chance) / Math.sqrt(spread),
    kappa: ratio(both * rows - chance, rows * rows - chance),
  };
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

function averaged(
  counts: ClassCounts,
  { average, ratioOf }: { readonly average: Average; readonly ratioOf: RatioOf },
): number {
  if (average === 'positive') {
    const { part, whole } = ratioOf(1);
    return ratio(part, whole);
  }
  let pooledPart = 0;
  let pooledWhole = 0;
  let total = 0;
  let weights = 0;
  for (let kind = 0; kind < counts.truth.length; kind++) {
    if (counts.truth[kind] === 0 && counts.predicted[kind] === 0) continue;
    const { part, whole } = ratioOf(kind);
    const weight = average === 'weighted' ? (counts.truth[kind] ?? 0) : 1;
    pooledPart += part;
    pooledWhole += whole;
    total += whole === 0 ? 0 : (weight * part) / whole;
    weights += weight;
  }
  return average === 'micro' ? ratio(pooledPart, pooledWhole) : total / weights;
}

function ratio(part: number | undefined, whole: number | undefined): number {
  return (part ?? 0) / (whole ?? 0);
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
