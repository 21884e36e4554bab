import { betaQuantile, studentSurvival } from './beta.ts';

/** The t with P(T ≤ t) = p for Student's t distribution with `degrees` > 0; ±Infinity at 0 and 1, NaN outside. */
export function studentQuantile(p: number, degrees: number): number {
  if (!(p >= 0 && p <= 1) || !(degrees > 0)) return Number.NaN;
  if (p < 0.5) return -studentQuantile(1 - p, degrees);
  if (p === 1) return Number.POSITIVE_INFINITY;
  // T² / (T² + degrees) is Beta(½, degrees/2); near the centre that form keeps the digits, in the tail its mirror does.
  if (p < 0.9) {
    const share = betaQuantile(2 * p - 1, 0.5, degrees / 2);
    return Math.sqrt((degrees * share) / (1 - share));
  }
  const share = betaQuantile(2 * (1 - p), degrees / 2, 0.5);
  return Math.sqrt((degrees * (1 - share)) / share);
}

/** The two-sided p-value of a t statistic. */
export function studentTwoSided(t: number, degrees: number): number {
  return Math.min(1, 2 * studentSurvival(Math.abs(t), degrees));
}
