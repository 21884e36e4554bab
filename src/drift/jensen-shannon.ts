import { type Cells, shares, total, weighted } from './sample.ts';

/** The Jensen–Shannon divergence of two samples' shares in nats: 0 when equal, ln 2 when nothing is shared. */
export function jensenShannonDivergence(cells: Cells): number {
  const [p, q] = [shares(cells.reference), shares(cells.current)];
  let sum = 0;
  for (const [cell, share] of p.entries()) {
    const other = q[cell] ?? 0;
    if (share > 0) sum += share * Math.log((2 * share) / (share + other));
    if (other > 0) sum += other * Math.log((2 * other) / (share + other));
  }
  return Math.max(0, sum / 2);
}

/** The Jensen–Shannon distance: the square root of the divergence to base 2 (0 … 1) or e (0 … 0.8326). */
export function jensenShannonDistance(cells: Cells, base: 2 | 'e'): number {
  return Math.sqrt(jensenShannonDivergence(cells) / (base === 2 ? Math.LN2 : 1));
}

/** An effect size with its confidence interval. */
export interface Effect {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The Jensen–Shannon distance (base 2) of the two distributions, as far as samples can tell. Two samples of one
 * distribution over k cells show a divergence of (k − 1)(1/n + 1/m)/8 by chance: that is taken off. The error is that of
 * the delta method plus what chance alone adds; `z` is the normal quantile of the interval.
 */
export function jensenShannonEffect(cells: Cells, z: number): Effect {
  const [n, m] = [total(cells.reference), total(cells.current)];
  if (n === 0 || m === 0) return { value: 0, low: 0, high: 1 };
  const [p, q] = [shares(cells.reference), shares(cells.current)];
  const degrees = p.filter((share, cell) => share + (q[cell] ?? 0) > 0).length - 1;
  const noise = 1 / n + 1 / m;
  const divergence = jensenShannonDivergence(cells);
  const corrected = divergence - (degrees * noise) / 8;
  const half = (own: readonly number[], other: readonly number[]) => (cell: number) =>
    0.5 * Math.log((2 * (own[cell] ?? 0)) / ((own[cell] ?? 0) + (other[cell] ?? 0)));
  const variance =
    weighted(p, half(p, q)).variance / n + weighted(q, half(q, p)).variance / m + (degrees * noise ** 2) / 32;
  const error = z * Math.sqrt(variance);
  return {
    value: distance(corrected),
    low: distance(corrected - error),
    high: distance(corrected + error),
  };
}

function distance(divergence: number): number {
  return Math.min(1, Math.sqrt(Math.max(0, divergence) / Math.LN2));
}
