/** Truth and one model's answers for the rows of a binary task, as 0 and 1. */
export interface BinaryScores {
  readonly kind: 'binary';
  readonly truth: Uint8Array;
  readonly predicted: Uint8Array;
  /** Probability of the positive class; null when the model gives labels only. */
  readonly probability: Float64Array | null;
  /** What the mistakes cost, where the policy says so. */
  readonly costs?: { readonly falsePositive: number; readonly falseNegative: number } | undefined;
}

/** Truth and one model's answers for a task of many classes. Of the probabilities only what the metrics need is kept. */
export interface MulticlassScores {
  readonly kind: 'multiclass';
  readonly classes: number;
  readonly truth: Uint16Array;
  readonly predicted: Uint16Array;
  readonly probabilities: {
    readonly ofTruth: Float64Array;
    readonly ofPredicted: Float64Array;
    /** Sum over the classes of (probability − truth)². */
    readonly squaredError: Float64Array;
    /** How many classes are more probable than the truth, a later class before an earlier one that is as probable. */
    readonly rankOfTruth?: Uint16Array;
    /** `classes` numbers per row; kept only where a metric needs them all. */
    readonly matrix?: Float64Array | undefined;
  } | null;
  /** The k of top-k accuracy. */
  readonly topK?: number;
}

/** Truth and one model's answers where a row may have several labels: `labels` numbers per row, 0 or 1. */
export interface MultilabelScores {
  readonly kind: 'multilabel';
  readonly labels: number;
  readonly truth: Uint8Array;
  readonly predicted: Uint8Array;
  /** Probability of each label; null when the model gives labels only. */
  readonly probability: Float64Array | null;
}

/** Truth and one model's answers for a regression, in units of the target. */
export interface RegressionScores {
  readonly kind: 'regression';
  readonly truth: Float64Array;
  readonly predicted: Float64Array;
  /** The quantile that pinball judges by, and the power of the Tweedie deviance. */
  readonly options?: { readonly quantile: number; readonly tweediePower: number };
}

/** Relevance and one model's scores of rows that compete within a query. */
export interface RankingScores {
  readonly kind: 'ranking';
  readonly truth: Float64Array;
  readonly predicted: Float64Array;
  /** The number of the query that each row belongs to. */
  readonly query: Uint32Array;
  readonly cutoff: number;
  readonly gain: 'linear' | 'exponential';
}

/** Truth and one model's forecasts, in units of the target. */
export interface ForecastScores {
  readonly kind: 'forecasting';
  readonly truth: Float64Array;
  readonly predicted: Float64Array;
  /** The number of the series, the time and the step ahead of each row. */
  readonly series: Uint32Array;
  readonly time: Float64Array;
  readonly step: Float64Array | null;
  /** Per series, the mean absolute error of the naive forecast on its history; NaN where there is none. */
  readonly scale: Float64Array;
  /** Ascending levels with as many values per row; null when the model gives no quantiles. */
  readonly quantiles: { readonly levels: readonly number[]; readonly values: Float64Array } | null;
}

/** What one model said of every row of a holdout, beside the truth. Arrays run in row order. */
export type Scores =
  | BinaryScores
  | MulticlassScores
  | MultilabelScores
  | RegressionScores
  | RankingScores
  | ForecastScores;

/** How many rows were scored. */
export function rowsOf(scores: Scores): number {
  return scores.kind === 'multilabel' ? scores.truth.length / scores.labels : scores.truth.length;
}

/** The scores of some of the rows. */
export function scoresOf(scores: Scores, rows: Uint32Array): Scores {
  switch (scores.kind) {
    case 'binary':
      return {
        ...scores,
        truth: gatherBytes(scores.truth, rows),
        predicted: gatherBytes(scores.predicted, rows),
        probability: scores.probability && gatherDoubles(scores.probability, rows),
      };
    case 'multiclass':
      return {
        ...scores,
        truth: gatherShorts(scores.truth, rows),
        predicted: gatherShorts(scores.predicted, rows),
        probabilities: scores.probabilities && probabilitiesOf(scores.probabilities, { rows, width: scores.classes }),
      };
    case 'multilabel':
      return {
        ...scores,
        truth: gatherBytes(scores.truth, rows, scores.labels),
        predicted: gatherBytes(scores.predicted, rows, scores.labels),
        probability: scores.probability && gatherDoubles(scores.probability, rows, scores.labels),
      };
    case 'regression':
    case 'ranking':
    case 'forecasting':
      return numbersOf(scores, rows);
    default:
      return scores satisfies never;
  }
}

function probabilitiesOf(
  from: NonNullable<MulticlassScores['probabilities']>,
  { rows, width }: { readonly rows: Uint32Array; readonly width: number },
): MulticlassScores['probabilities'] {
  return {
    ofTruth: gatherDoubles(from.ofTruth, rows),
    ofPredicted: gatherDoubles(from.ofPredicted, rows),
    squaredError: gatherDoubles(from.squaredError, rows),
    ...(from.rankOfTruth === undefined ? {} : { rankOfTruth: gatherShorts(from.rankOfTruth, rows) }),
    ...(from.matrix === undefined ? {} : { matrix: gatherDoubles(from.matrix, rows, width) }),
  };
}

function numbersOf(scores: RegressionScores | RankingScores | ForecastScores, rows: Uint32Array): Scores {
  const truth = gatherDoubles(scores.truth, rows);
  const predicted = gatherDoubles(scores.predicted, rows);
  if (scores.kind === 'regression') return { ...scores, truth, predicted };
  if (scores.kind === 'ranking') return { ...scores, truth, predicted, query: gatherWords(scores.query, rows) };
  const { quantiles } = scores;
  return {
    ...scores,
    truth,
    predicted,
    series: gatherWords(scores.series, rows),
    time: gatherDoubles(scores.time, rows),
    step: scores.step && gatherDoubles(scores.step, rows),
    quantiles: quantiles && {
      levels: quantiles.levels,
      values: gatherDoubles(quantiles.values, rows, quantiles.levels.length),
    },
  };
}

function gatherBytes(from: Uint8Array, rows: Uint32Array, width = 1): Uint8Array {
  return gather(from, new Uint8Array(rows.length * width), { rows, width });
}

function gatherShorts(from: Uint16Array, rows: Uint32Array): Uint16Array {
  return gather(from, new Uint16Array(rows.length), { rows, width: 1 });
}

function gatherWords(from: Uint32Array, rows: Uint32Array): Uint32Array {
  return gather(from, new Uint32Array(rows.length), { rows, width: 1 });
}

function gatherDoubles(from: Float64Array, rows: Uint32Array, width = 1): Float64Array {
  return gather(from, new Float64Array(rows.length * width), { rows, width });
}

function gather<Numbers extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(
  from: Numbers,
  to: Numbers,
  { rows, width }: { readonly rows: Uint32Array; readonly width: number },
): Numbers {
  for (let at = 0; at < rows.length; at++) {
    const row = (rows[at] ?? 0) * width;
    for (let place = 0; place < width; place++) to[at * width + place] = from[row + place] ?? 0;
  }
  return to;
}
