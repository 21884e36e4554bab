import { type Cells, shares } from './sample.ts';

/** The Hellinger distance √(1 − Σ √(pq)) of two samples' shares: 0 when equal, 1 when nothing is shared. */
export function hellinger(cells: Cells): number {
  const [p, q] = [shares(cells.reference), shares(cells.current)];
  // The same as Σ (√p − √q)² / 2, which does not cancel where the shares are close.
  return Math.sqrt(
    Math.min(1, p.reduce((sum, share, cell) => sum + (Math.sqrt(share) - Math.sqrt(q[cell] ?? 0)) ** 2, 0) / 2),
  );
}

/** The largest difference of one cell's shares (L∞). */
export function lInfinity(cells: Cells): number {
  const [p, q] = [shares(cells.reference), shares(cells.current)];
  return p.reduce((largest, share, cell) => Math.max(largest, Math.abs(share - (q[cell] ?? 0))), 0);
}

/** The Kullback–Leibler divergence Σ p ln(p/q) in nats, of shares that are rescaled to add up to 1; infinite where only q is 0. */
export function kullbackLeibler(p: readonly number[], q: readonly number[]): number {
  const [pSum, qSum] = [p.reduce((a, b) => a + b, 0), q.reduce((a, b) => a + b, 0)];
  return p.reduce((sum, share, cell) => {
    if (share === 0) return sum;
    return sum + (share / pSum) * Math.log(share / pSum / ((q[cell] ?? 0) / qSum));
  }, 0);
}
