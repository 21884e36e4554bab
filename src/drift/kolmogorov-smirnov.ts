import { kolmogorovSurvival, twoSampleSurvival } from '../statistics/kolmogorov.ts';
import { type Cells, type SamplePair, total } from './sample.ts';

/** The largest distance between the two distribution functions, exactly as scipy's ks_2samp computes it. */
export function kolmogorovSmirnov({ reference, current }: SamplePair): number {
  const [n, m] = [reference.length, current.length];
  let largest = 0;
  for (let i = 0, j = 0; i < n && j < m; ) {
    const value = Math.min(reference[i] ?? 0, current[j] ?? 0);
    while (i < n && reference[i] === value) i++;
    while (j < m && current[j] === value) j++;
    // Whole numbers until the one division, so that equal distances are equal.
    largest = Math.max(largest, Math.abs(i * m - j * n));
  }
  return largest / (n * m);
}

/**
 * The two-sided p-value of a Kolmogorov–Smirnov distance. `exact`: over all orders of the samples, in n·m steps; `asymptotic`:
 * the one-sample law of the effective size, as scipy names both; with ties both are too large rather than too small.
 */
export function kolmogorovSmirnovP(options: {
  readonly distance: number;
  readonly n: number;
  readonly m: number;
  readonly method: 'exact' | 'asymptotic';
}): number {
  const { distance, n, m, method } = options;
  if (method === 'exact') return twoSampleSurvival({ d: distance, n, m });
  // Half to even, as numpy rounds.
  const effective = (n * m) / (n + m);
  const rounded = Math.abs(effective % 1) === 0.5 ? 2 * Math.round(effective / 2) : Math.round(effective);
  return kolmogorovSurvival(distance, Math.max(1, rounded));
}

/**
 * The distance from counts in ordered cells, and how much larger the true one can be: between two cell borders the
 * distribution functions can part by no more than the larger share inside.
 */
export function binnedKolmogorovSmirnov(cells: Cells): { readonly distance: number; readonly bound: number } {
  const [n, m] = [total(cells.reference), total(cells.current)];
  let [below, otherBelow, distance, most] = [0, 0, 0, 0];
  for (const [cell, count] of cells.reference.entries()) {
    const other = cells.current[cell] ?? 0;
    const before = Math.abs(below / n - otherBelow / m);
    below += count;
    otherBelow += other;
    const after = Math.abs(below / n - otherBelow / m);
    distance = Math.max(distance, after);
    most = Math.max(most, after, before + Math.max(count / n, other / m));
  }
  return { distance, bound: Math.min(1, most) - distance };
}
