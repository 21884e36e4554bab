/** Count, mean and squared deviations of numbers, gathered without cancellation (Welford 1962). */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Sum of squared deviations from the mean. */
  readonly squares: number;
}

/** The moments of the numbers that `valueAt` gives for 0 … count − 1. */
export function momentsOf(count: number, valueAt: (index: number) => number): Moments {
  let mean = 0;
  let squares = 0;
  for (let index = 0; index < count; index++) {
    const value = valueAt(index);
    const step = value - mean;
    mean += step / (index + 1);
    squares += step * (value - mean);
  }
  return { count, mean, squares };
}

/** The sample variance (divisor n − 1); NaN below two numbers. */
export function sampleVariance({ count, squares }: Moments): number {
  return count < 2 ? Number.NaN : squares / (count - 1);
}
