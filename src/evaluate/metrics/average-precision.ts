import { sortedOrder } from '../../statistics/sorted-order.ts';

/**
 * PR AUC as average precision: Σ (recallₖ − recallₖ₋₁) · precisionₖ over the distinct scores from the highest down, without
 * interpolation, as scikit-learn's average_precision_score. NaN without a positive row.
 */
export function averagePrecision(isPositive: Uint8Array, scores: Float64Array): number {
  const order = sortedOrder(scores);
  let rows = 0;
  let positives = 0;
  let area = 0;
  for (let at = order.length - 1; at >= 0; ) {
    const score = scores[order[at] ?? 0];
    const before = positives;
    while (at >= 0 && scores[order[at] ?? 0] === score) {
      positives += isPositive[order[at] ?? 0] ?? 0;
      rows++;
      at--;
    }
    area += (positives - before) * (positives / rows);
  }
  return area / positives;
}

/** Average precision from weights per score bin, bins in ascending order of score; rows of one bin count as tied. */
export function binnedAveragePrecision(positives: Float64Array, negatives: Float64Array): number {
  let rows = 0;
  let found = 0;
  let area = 0;
  for (let bin = positives.length - 1; bin >= 0; bin--) {
    const here = positives[bin] ?? 0;
    rows += here + (negatives[bin] ?? 0);
    found += here;
    if (here > 0) area += here * (found / rows);
  }
  return area / found;
}
