/**
 * The sum of numbers, the same bit for bit in whatever order they stand. Each is cut into a part on a grid so coarse that
 * parts add up without rounding, a part on a finer grid, and a rest too small to matter (Demmel and Nguyen, "Fast
 * Reproducible Floating-Point Summation", 2013). NaN or infinite where a number is.
 */
export function reproducibleSum(values: Float64Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  if (!Number.isFinite(largest)) return values.reduce((sum, value) => sum + value, 0);
  if (largest === 0) return 0;
  const room = 2 ** (Math.ceil(Math.log2(values.length + 1)) + 1);
  const coarse = 2 ** (Math.floor(Math.log2(largest)) + 1) * room;
  // Beyond the largest double there is no grid; such sums are rounded in the order that they come in.
  if (!Number.isFinite(coarse * 2)) return values.reduce((sum, value) => sum + value, 0);
  const fine = coarse * 2 ** -53 * room;
  let upper = 0;
  let lower = 0;
  for (const value of values) {
    const part = coarse + value - coarse;
    upper += part;
    lower += fine + (value - part) - fine;
  }
  return upper + lower;
}

/**
 * Rounds numbers of at most this size so that so many of them add up without further rounding, in any order: for sums of
 * which a few digits less are enough.
 */
export function onGrid(largest: number, count: number): (value: number) => number {
  if (!(largest > 0) || !Number.isFinite(largest)) return (value) => value;
  const coarse = 2 ** (Math.floor(Math.log2(largest)) + 2 + Math.ceil(Math.log2(count + 1)));
  return Number.isFinite(coarse) ? (value) => coarse + value - coarse : (value) => value;
}
