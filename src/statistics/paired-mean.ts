import { type Moments, sampleVariance } from './moments.ts';
import type { PairedEstimate } from './paired-estimate.ts';
import { studentQuantile, studentTwoSided } from './student-t.ts';

/**
 * The mean of per-row differences with Student's t interval: the paired t test. Null below two rows, where nothing is
 * known of the spread.
 */
export function pairedMean(differences: Moments, confidence: number): PairedEstimate | null {
  return linearisedEstimate({ value: differences.mean, influence: differences, confidence });
}

/**
 * A statistic that moves, to first order, like the mean of a per-row influence (the delta method): its value with the t
 * interval that the spread of the influence gives. An influence without spread gives an interval without width.
 */
export function linearisedEstimate(options: {
  readonly value: number;
  readonly influence: Moments;
  readonly confidence: number;
}): PairedEstimate | null {
  const { value, influence, confidence } = options;
  if (influence.count < 2) return null;
  const error = Math.sqrt(sampleVariance(influence) / influence.count);
  if (error === 0) return { value, low: value, high: value, pValue: value === 0 ? 1 : 0 };
  const degrees = influence.count - 1;
  const reach = studentQuantile((1 + confidence) / 2, degrees) * error;
  return { value, low: value - reach, high: value + reach, pValue: studentTwoSided(value / error, degrees) };
}
