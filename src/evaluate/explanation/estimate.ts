import { type Moments, momentsOf, sampleVariance } from '../../statistics/moments.ts';
import { studentQuantile, studentTwoSided } from '../../statistics/student-t.ts';
import type { Estimate } from './explanation-report.ts';

/** A number with the standard error of its sampling, and how many degrees of freedom that error has. */
export interface Sampled {
  readonly value: number;
  readonly standardError: number;
  readonly degrees: number;
}

/** The mean of values that rows have by themselves. An error of 0 when the values are all the same. */
export function meanOf(values: Float64Array): Sampled {
  const moments: Moments = momentsOf(values.length, (row) => values[row] ?? 0);
  const standardError = values.length < 2 ? 0 : Math.sqrt(sampleVariance(moments) / values.length);
  return { value: moments.mean, standardError, degrees: Math.max(1, values.length - 1) };
}

/** Value and error with Student's t interval. */
export function estimateOf({ value, standardError, degrees }: Sampled, confidence: number): Estimate {
  const reach = standardError === 0 ? 0 : studentQuantile((1 + confidence) / 2, degrees) * standardError;
  return { value, standardError, low: value - reach, high: value + reach };
}

/** The p-value of "it is 0"; a number that is known exactly is 0 or it is not. */
export function pValueOf({ value, standardError, degrees }: Sampled): number {
  if (standardError === 0) return value === 0 ? 1 : 0;
  return studentTwoSided(value / standardError, degrees);
}

/** Pearson's correlation; null when one side does not vary, or below three rows. */
export function correlation(a: Float64Array, b: Float64Array): number | null {
  if (a.length < 3) return null;
  const [left, right] = [momentsOf(a.length, (row) => a[row] ?? 0), momentsOf(b.length, (row) => b[row] ?? 0)];
  const spread = Math.sqrt(left.squares * right.squares);
  if (!(spread > 0)) return null;
  let product = 0;
  for (let row = 0; row < a.length; row++) product += ((a[row] ?? 0) - left.mean) * ((b[row] ?? 0) - right.mean);
  return Math.min(1, Math.max(-1, product / spread));
}
