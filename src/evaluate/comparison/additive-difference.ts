/**
 * A difference between two models that depends on the rows through sums alone: each row adds to some of `width` sums, and
 * the difference follows from them. So it can be redrawn for weighted rows without looking at the rows again.
 */
export interface AdditiveDifference {
  readonly width: number;
  /** Adds what one row of weight 1 contributes. */
  readonly addRow: (row: number, add: (place: number, amount: number) => void) => void;
  /** NaN where it does not exist. */
  readonly of: (sums: Float64Array) => number;
}
