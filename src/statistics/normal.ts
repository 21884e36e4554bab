import { gammaCdf, gammaSurvival } from './gamma.ts';

/** Φ(x), the standard normal distribution function. Precise to about 1e-13 of the value, also far in the lower tail. */
export function normalCdf(x: number): number {
  return normalSurvival(-x);
}

/** 1 − Φ(x), precise also far in the upper tail. */
export function normalSurvival(x: number): number {
  if (x < 0) return 0.5 + 0.5 * gammaCdf((x * x) / 2, 0.5);
  return 0.5 * gammaSurvival((x * x) / 2, 0.5);
}

/** The two-sided p-value of a standard normal statistic. */
export function normalTwoSided(z: number): number {
  return Math.min(1, 2 * normalSurvival(Math.abs(z)));
}

/** φ(x), the standard normal density. */
export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** The x with Φ(x) = p; ±Infinity at 0 and 1, NaN outside. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  return p < 0.5 ? -upperQuantile(p) : upperQuantile(1 - p);
}

/** The x whose upper tail holds p ≤ ½: Abramowitz and Stegun 26.2.23 (4.5e-4), then Halley's steps, each cubing the error. */
function upperQuantile(p: number): number {
  if (p === 0) return Number.POSITIVE_INFINITY;
  if (p === 0.5) return 0;
  const t = Math.sqrt(-2 * Math.log(p));
  let x = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (let step = 0; step < 3; step++) {
    const u = (normalSurvival(x) - p) / normalDensity(x);
    x += u / (1 - (x * u) / 2);
  }
  return x;
}
