import { fallingRoot } from '../falling-root.ts';

/** Successes in two groups of one block. */
export interface TwoGroups {
  readonly n: readonly [number, number];
  readonly x: readonly [number, number];
}

/**
 * The logarithm of the e-value of one block against "the first chance is not beyond `factor` times the second": the likelihood of a
 * pair of chances that was guessed before the block, over that of the pair on the boundary that is nearest to it in relative
 * entropy (Turner, Ly and Grünwald, JSPI 2024; for any convex null, Turner and Grünwald, Stat. Prob. Lett. 2023). Zero
 * when the guess is itself on the side of the null.
 */
export function logTwoByTwo(options: {
  readonly block: TwoGroups;
  readonly guess: readonly [number, number];
  readonly factor: number;
  readonly side: 'above' | 'below';
}): number {
  const { block, guess, factor, side } = options;
  const { n, x } = block;
  const [first, second] = guess;
  const isBeyond = side === 'above' ? first > factor * second : first < factor * second;
  if (!isBeyond || n[0] <= 0 || n[1] <= 0) return 0;
  const nearest = boundary({ n, guess, factor });
  return logRatio(x[0], n[0], first, factor * nearest) + logRatio(x[1], n[1], second, nearest);
}

/** The second chance of the nearest pair on the boundary: where the derivative of the divergence is zero. */
function boundary(options: {
  readonly n: readonly [number, number];
  readonly guess: readonly [number, number];
  readonly factor: number;
}): number {
  const { n, guess, factor } = options;
  const [first, second] = guess;
  if (factor === 1) return (n[0] * first + n[1] * second) / (n[0] + n[1]);
  const fall = (t: number): number =>
    n[0] * (first / t - (factor * (1 - first)) / (1 - factor * t)) + n[1] * (second / t - (1 - second) / (1 - t));
  return fallingRoot({ of: fall, least: 1e-12, most: Math.min(1, 1 / factor) - 1e-12 });
}

function logRatio(x: number, n: number, p: number, q: number): number {
  return x * Math.log(p / q) + (n - x) * Math.log((1 - p) / (1 - q));
}
