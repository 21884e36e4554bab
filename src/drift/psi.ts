import type { Effect } from './jensen-shannon.ts';
import { type Cells, shares, total, weighted } from './sample.ts';

/** The population stability index Σ (p − q) ln(p / q) of shares that are all positive. */
export function psiOfShares(p: readonly number[], q: readonly number[]): number {
  return p.reduce((sum, share, cell) => {
    const other = q[cell] ?? 0;
    return share === other ? sum : sum + (share - other) * Math.log(share / other);
  }, 0);
}

/** The index with floored shares, as it is usually computed. */
export function psi(cells: Cells): number {
  return psiOfShares(flooredShares(cells.reference), flooredShares(cells.current));
}

/** Shares of at least 1e-4, so that their ratios are finite; not rescaled. */
export function flooredShares(counts: readonly number[]): readonly number[] {
  return shares(counts).map((share) => Math.max(share, 1e-4));
}

/**
 * The index with what chance adds, (k − 1)(1/n + 1/m), counted against it in the interval. The value is the plain index, which
 * people know the thresholds of; the interval is of the bias-corrected one.
 */
export function psiEffect(cells: Cells, z: number): Effect {
  const [n, m] = [total(cells.reference), total(cells.current)];
  if (n === 0 || m === 0) return { value: 0, low: 0, high: 0 };
  const value = psi(cells);
  const [p, q] = [flooredShares(cells.reference), flooredShares(cells.current)];
  const degrees = cells.reference.filter((count, cell) => count + (cells.current[cell] ?? 0) > 0).length - 1;
  const noise = 1 / n + 1 / m;
  const slope = (own: readonly number[], other: readonly number[]) => (cell: number) => {
    const ratio = (own[cell] ?? 1e-4) / (other[cell] ?? 1e-4);
    return Math.log(ratio) + 1 - 1 / ratio;
  };
  const variance =
    weighted(shares(cells.reference), slope(p, q)).variance / n +
    weighted(shares(cells.current), slope(q, p)).variance / m +
    2 * degrees * noise ** 2;
  const error = z * Math.sqrt(variance);
  const corrected = value - degrees * noise;
  return {
    value,
    low: Math.max(0, corrected - error),
    high: Math.max(0, corrected + error),
  };
}
