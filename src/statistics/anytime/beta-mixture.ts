import { logGamma } from '../gamma.ts';

/**
 * log of the likelihood of so many firsts and seconds under a chance drawn from Beta(a, b), over that under a chance of `share`: the
 * e-process of a fixed split in closed form. Counts need not be whole. Infinite when the null forbids what was seen.
 */
export function logBetaMixture(options: {
  readonly firsts: number;
  readonly seconds: number;
  readonly share: number;
  readonly a: number;
  readonly b: number;
}): number {
  const { firsts, seconds, share, a, b } = options;
  const mixture = logBeta(a + firsts, b + seconds) - logBeta(a, b);
  return mixture - (firsts === 0 ? 0 : firsts * Math.log(share)) - (seconds === 0 ? 0 : seconds * Math.log1p(-share));
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}
