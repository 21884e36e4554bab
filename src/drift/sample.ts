/** Two samples of one column, raw. Both sorted, finite, not empty. */
export interface SamplePair {
  readonly reference: Float64Array;
  readonly current: Float64Array;
}

/** Counts of two samples in the same cells, in the same order. */
export interface Cells {
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/** Two samples as the exact statistics want them: what is not finite is left out. Null when a sample has nothing left. */
export function samplePair(reference: ArrayLike<number>, current: ArrayLike<number>): SamplePair | null {
  const pair = { reference: sortedFinite(reference), current: sortedFinite(current) };
  return pair.reference.length === 0 || pair.current.length === 0 ? null : pair;
}

/** The sum of counts. */
export function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Counts divided by their sum: NaN when there is none. */
export function shares(counts: readonly number[]): readonly number[] {
  const sum = total(counts);
  return counts.map((count) => count / sum);
}

/** The mean of a value per cell under the shares of a sample, and its variance. */
export function weighted(
  shareOf: readonly number[],
  measure: (cell: number) => number,
): { mean: number; variance: number } {
  let mean = 0;
  for (const [cell, share] of shareOf.entries()) if (share > 0) mean += share * measure(cell);
  let variance = 0;
  for (const [cell, share] of shareOf.entries()) if (share > 0) variance += share * (measure(cell) - mean) ** 2;
  return { mean, variance };
}

function sortedFinite(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).filter(Number.isFinite).sort();
}
