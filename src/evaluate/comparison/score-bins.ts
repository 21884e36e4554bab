/** The bin of each row's score, and how many bins there are; a higher bin holds higher scores. */
export interface ScoreBins {
  readonly binOf: Uint16Array;
  readonly bins: number;
}

/** Score bins per class: fine where the positives are, which is where average precision is decided. */
const binsPerClass = { positive: 64, negative: 32 } as const;

/** Bins whose edges are quantiles of the scores of each class. */
export function quantileBins(truth: Uint8Array, scores: Float64Array): ScoreBins {
  const edges = new Float64Array(
    new Set([
      ...quantiles(
        scores.filter((_, row) => truth[row] === 1),
        binsPerClass.positive,
      ),
      ...quantiles(
        scores.filter((_, row) => truth[row] === 0),
        binsPerClass.negative,
      ),
    ]),
  ).sort();
  return { binOf: Uint16Array.from(scores, (score) => edgesUpTo(edges, score)), bins: edges.length + 1 };
}

/**
 * Bins that tell every score of the class `pivot` from all others: how the two classes interleave follows from them
 * without loss. For a class of few rows.
 */
export function pivotBins(truth: Uint8Array, scores: Float64Array, pivot: 0 | 1): ScoreBins {
  const edges = new Float64Array(new Set(scores.filter((_, row) => truth[row] === pivot))).sort();
  const binOf = Uint16Array.from(scores, (score) => {
    const upTo = edgesUpTo(edges, score);
    return upTo > 0 && edges[upTo - 1] === score ? 2 * upTo - 1 : 2 * upTo;
  });
  return { binOf, bins: 2 * edges.length + 1 };
}

function quantiles(values: Float64Array, parts: number): readonly number[] {
  if (values.length === 0) return [];
  values.sort();
  return Array.from({ length: parts }, (_, part) => values[Math.floor((part * values.length) / parts)] ?? 0);
}

/** How many edges do not exceed the score. */
function edgesUpTo(edges: Float64Array, score: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] ?? 0) <= score) low = middle + 1;
    else high = middle;
  }
  return low;
}
