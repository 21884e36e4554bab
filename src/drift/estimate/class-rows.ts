/**
 * One class against all others: for each row the score of the class, whether it was predicted and, where labels are known,
 * whether it is the truth. Rows keep their order.
 */
export interface ClassRows {
  readonly class: string;
  readonly scores: Float64Array;
  readonly predicted: Uint8Array;
  readonly truth: Uint8Array | null;
}

/** A classifier's rows: one class for task binary (the positive one), else every class. */
export interface ClassifierRows {
  readonly count: number;
  readonly classes: readonly ClassRows[];
  readonly passedOver: number;
}

/** Consecutive rows from `from` up to `to`, without copying. */
export function rowsBetween(rows: ClassifierRows, from: number, to: number): ClassifierRows {
  return {
    count: Math.max(0, Math.min(to, rows.count) - from),
    passedOver: 0,
    classes: rows.classes.map((one) => ({
      class: one.class,
      scores: one.scores.subarray(from, to),
      predicted: one.predicted.subarray(from, to),
      truth: one.truth?.subarray(from, to) ?? null,
    })),
  };
}

/** Rows in the order of rising values; of equal values those without the label come first, so that the order of the rows does not matter. */
export function risingOrder(values: Float64Array, truth: Uint8Array): Uint32Array {
  const rows = Uint32Array.from(values, (_, row) => row);
  return rows.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || (truth[a] ?? 0) - (truth[b] ?? 0) || a - b);
}
