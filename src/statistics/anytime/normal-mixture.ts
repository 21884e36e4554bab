import { normalCdf } from '../normal.ts';

/**
 * Mixtures of exp(λs − λ²v/2) over a normal λ of precision `rho`, for a sum `s` of variance `v`: e-processes wherever that is a
 * supermartingale (Robbins 1970; Howard, Ramdas, McAuliffe and Sekhon, Ann. Stat. 2021).
 */
export interface NormalMixture {
  readonly s: number;
  readonly v: number;
  readonly rho: number;
}

/** The logarithm of the mixture over all λ: evidence that the drift of `s` is not zero. */
export function logTwoSidedNormalMixture({ s, v, rho }: NormalMixture): number {
  return Math.log(rho / (v + rho)) / 2 + (s * s) / (2 * (v + rho));
}

/** The logarithm of the mixture over λ > 0: evidence that the drift of `s` is positive. */
export function logOneSidedNormalMixture({ s, v, rho }: NormalMixture): number {
  const z = s / Math.sqrt(v + rho);
  const scale = Math.log(2) + Math.log(rho / (v + rho)) / 2;
  // Far below zero the tail and the square cancel, and the tail alone is no longer a number.
  if (z < -30) {
    const series = -1 / z ** 2 + 3 / z ** 4 - 15 / z ** 6 + 105 / z ** 8;
    return scale - Math.log(-z * Math.sqrt(2 * Math.PI)) + Math.log1p(series);
  }
  return scale + (z * z) / 2 + Math.log(normalCdf(z));
}

/** How far from zero |s| may be at variance `v` before the two-sided mixture reaches 1/α. */
export function normalMixtureBound(options: {
  readonly v: number;
  readonly rho: number;
  readonly alpha: number;
}): number {
  const { v, rho, alpha } = options;
  return Math.sqrt((v + rho) * (Math.log((v + rho) / rho) - 2 * Math.log(alpha)));
}

/** The precision whose bound at level α is tight at variance `v`; for the one-sided mixture give twice its α. */
export function mixturePrecision(v: number, alpha: number): number {
  const twice = -2 * Math.log(alpha);
  return v / (twice + Math.log1p(twice));
}
