import { rocAuc } from '../../statistics/delong.ts';
import { sortedOrder } from '../../statistics/sorted-order.ts';
import { averagePrecision } from './average-precision.ts';
import type { Linear } from './linear.ts';

/** ROC AUC with the influence of each row: its placement value (DeLong, DeLong and Clarke-Pearson 1988). Null with one class. */
export function rocAucInfluence(isPositive: Uint8Array, scores: Float64Array): Linear | null {
  const auc = rocAuc(isPositive, scores);
  if (auc === null) return null;
  const { value, positives, negatives } = auc;
  const rows = isPositive.length;
  const influence = new Float64Array(rows);
  let positive = 0;
  let negative = 0;
  for (let row = 0; row < rows; row++) {
    influence[row] =
      isPositive[row] === 1
        ? (((positives[positive++] ?? 0) - value) * rows) / positives.length
        : (((negatives[negative++] ?? 0) - value) * rows) / negatives.length;
  }
  return { kind: 'linear', value, influence };
}

/**
 * Average precision with the influence of each row. A row counts twice: a positive one by the precision at its own score,
 * and every one by how it moves the precision at each positive row that it stands above. Null without a positive row.
 */
export function averagePrecisionInfluence(isPositive: Uint8Array, scores: Float64Array): Linear | null {
  const rows = isPositive.length;
  const value = averagePrecision(isPositive, scores);
  if (!Number.isFinite(value)) return null;
  const order = sortedOrder(scores);
  const precision = new Float64Array(rows);
  const called = new Float64Array(rows);
  let found = 0;
  for (let end = rows; end > 0; ) {
    let start = end;
    while (start > 0 && scores[order[start - 1] ?? 0] === scores[order[end - 1] ?? 0]) {
      start--;
      found += isPositive[order[start] ?? 0] ?? 0;
    }
    for (let at = start; at < end; at++) {
      precision[order[at] ?? 0] = found / (rows - start);
      called[order[at] ?? 0] = (rows - start) / rows;
    }
    end = start;
  }
  let positives = 0;
  for (const flag of isPositive) positives += flag;
  const influence = new Float64Array(rows);
  // Over the positive rows at or below a score: Σ 1/called and Σ precision/called.
  let reciprocal = 0;
  let weighted = 0;
  for (let start = 0; start < rows; ) {
    let end = start;
    while (end < rows && scores[order[end] ?? 0] === scores[order[start] ?? 0]) {
      const row = order[end] ?? 0;
      if (isPositive[row] === 1) {
        reciprocal += 1 / (called[row] ?? 1);
        weighted += (precision[row] ?? 0) / (called[row] ?? 1);
      }
      end++;
    }
    for (let at = start; at < end; at++) {
      const row = order[at] ?? 0;
      const flag = isPositive[row] ?? 0;
      const own = flag * ((precision[row] ?? 0) - value) * rows;
      influence[row] = (own + flag * reciprocal - weighted) / positives;
    }
    start = end;
  }
  return { kind: 'linear', value, influence };
}
