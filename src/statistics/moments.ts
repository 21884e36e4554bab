import { reproducibleSum } from './reproducible-sum.ts';

/** Count, mean and squared deviations of numbers. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Sum of squared deviations from the mean. */
  readonly squares: number;
}

/**
 * The moments of the numbers that `valueAt` gives for 0 … count − 1, the same bit for bit in any order. Two passes, so
 * that nothing cancels.
 */
export function momentsOf(count: number, valueAt: (index: number) => number): Moments {
  if (count === 0) return { count, mean: 0, squares: 0 };
  const values = new Float64Array(count);
  for (let index = 0; index < count; index++) values[index] = valueAt(index);
  const mean = reproducibleSum(values) / count;
  for (let index = 0; index < count; index++) values[index] = ((values[index] ?? 0) - mean) ** 2;
  return { count, mean, squares: reproducibleSum(values) };
}

/** The sample variance (divisor n − 1); NaN below two numbers. */
export function sampleVariance({ count, squares }: Moments): number {
  return count < 2 ? Number.NaN : squares / (count - 1);
}
