import { type Cells, type SamplePair, shares, weighted } from './sample.ts';

/** The Wasserstein-1 (earth mover's) distance: the area between the two distribution functions, in units of the column. */
export function wasserstein({ reference, current }: SamplePair): number {
  const [n, m] = [reference.length, current.length];
  let area = 0;
  let previous = Math.min(reference[0] ?? 0, current[0] ?? 0);
  for (let i = 0, j = 0; i < n || j < m; ) {
    const value = Math.min(reference[i] ?? Number.POSITIVE_INFINITY, current[j] ?? Number.POSITIVE_INFINITY);
    area += Math.abs(i / n - j / m) * (value - previous);
    previous = value;
    while (i < n && reference[i] === value) i++;
    while (j < m && current[j] === value) j++;
  }
  return area;
}

/** In standard deviations of the reference (divisor n), of which at least 0.001 are taken: Evidently's definition. */
export function wassersteinNormed(pair: SamplePair): number {
  return wasserstein(pair) / normOf(spread(pair.reference));
}

/** What a Wasserstein distance is divided by. */
export function normOf(standardDeviation: number): number {
  return Math.max(standardDeviation, 0.001);
}

/**
 * The distance from counts in cells whose values lie at `places`, with its sampling interval at normal quantile `z`:
 * the distance is the difference of the means of h, where h rises or falls with the sign of the gap between the two
 * distribution functions (the Kantorovich potential), so its error is that of two means.
 */
export function binnedWasserstein(options: {
  readonly cells: Cells;
  readonly places: readonly number[];
  readonly z: number;
}): {
  readonly distance: number;
  readonly low: number;
  readonly high: number;
} {
  const { cells, places, z } = options;
  const [p, q] = [shares(cells.reference), shares(cells.current)];
  const potential = [0];
  let [f, g, distance] = [0, 0, 0];
  for (let cell = 0; cell + 1 < places.length; cell++) {
    f += p[cell] ?? 0;
    g += q[cell] ?? 0;
    const width = (places[cell + 1] ?? 0) - (places[cell] ?? 0);
    distance += Math.abs(f - g) * width;
    potential.push((potential[cell] ?? 0) + Math.sign(f - g) * width);
  }
  const n = cells.reference.reduce((a, b) => a + b, 0);
  const m = cells.current.reduce((a, b) => a + b, 0);
  const of = (cell: number) => potential[cell] ?? 0;
  const error = z * Math.sqrt(weighted(p, of).variance / n + weighted(q, of).variance / m);
  return { distance, low: Math.max(0, distance - error), high: distance + error };
}

function spread(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
