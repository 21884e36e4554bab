/** Truth and one model's answers for the rows of a binary task, as 0 and 1. */
export interface BinaryScores {
  readonly kind: 'binary';
  readonly truth: Uint8Array;
  readonly predicted: Uint8Array;
  /** Probability of the positive class; null when the model gives labels only. */
  readonly probability: Float64Array | null;
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
  } | null;
}

/** Truth and one model's answers for a regression, in units of the target. */
export interface RegressionScores {
  readonly kind: 'regression';
  readonly truth: Float64Array;
  readonly predicted: Float64Array;
}

/** What one model said of every row of a holdout, beside the truth. Arrays run in row order. */
export type Scores = BinaryScores | MulticlassScores | RegressionScores;

/** The scores of some of the rows. */
export function scoresOf(scores: Scores, rows: Uint32Array): Scores {
  switch (scores.kind) {
    case 'binary':
      return {
        kind: 'binary',
        truth: gatherBytes(scores.truth, rows),
        predicted: gatherBytes(scores.predicted, rows),
        probability: scores.probability && gatherDoubles(scores.probability, rows),
      };
    case 'multiclass':
      return {
        kind: 'multiclass',
        classes: scores.classes,
        truth: gatherShorts(scores.truth, rows),
        predicted: gatherShorts(scores.predicted, rows),
        probabilities: scores.probabilities && {
          ofTruth: gatherDoubles(scores.probabilities.ofTruth, rows),
          ofPredicted: gatherDoubles(scores.probabilities.ofPredicted, rows),
          squaredError: gatherDoubles(scores.probabilities.squaredError, rows),
        },
      };
    case 'regression':
      return {
        kind: 'regression',
        truth: gatherDoubles(scores.truth, rows),
        predicted: gatherDoubles(scores.predicted, rows),
      };
    default:
      return scores satisfies never;
  }
}

function gatherBytes(from: Uint8Array, rows: Uint32Array): Uint8Array {
  const gathered = new Uint8Array(rows.length);
  for (let at = 0; at < rows.length; at++) gathered[at] = from[rows[at] ?? 0] ?? 0;
  return gathered;
}

function gatherShorts(from: Uint16Array, rows: Uint32Array): Uint16Array {
  const gathered = new Uint16Array(rows.length);
  for (let at = 0; at < rows.length; at++) gathered[at] = from[rows[at] ?? 0] ?? 0;
  return gathered;
}

function gatherDoubles(from: Float64Array, rows: Uint32Array): Float64Array {
  const gathered = new Float64Array(rows.length);
  for (let at = 0; at < rows.length; at++) gathered[at] = from[rows[at] ?? 0] ?? 0;
  return gathered;
}
