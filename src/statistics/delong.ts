import { momentsOf, sampleVariance } from './moments.ts';
import { type PairedInference, waldInference } from './paired-estimate.ts';
import { reproducibleSum } from './reproducible-sum.ts';
import { sortedOrder } from './sorted-order.ts';

/** A ROC AUC with the two sets of placement values from which its variance is computed. */
export interface RocAuc {
  readonly value: number;
  /** Per positive row, the share of negatives that it beats (ties count half). */
  readonly positives: Float64Array;
  /** Per negative row, the share of positives that beat it. */
  readonly negatives: Float64Array;
}

/**
 * ROC AUC by midranks in O(n log n) (Sun and Xu, IEEE Signal Processing Letters 21, 2014). Null without a positive or
 * without a negative row. `isPositive` holds 0 or 1.
 */
export function rocAuc(isPositive: Uint8Array, scores: Float64Array): RocAuc | null {
  const count = scores.length;
  let positiveCount = 0;
  for (const flag of isPositive) positiveCount += flag;
  const negativeCount = count - positiveCount;
  if (positiveCount === 0 || negativeCount === 0) return null;
  const order = sortedOrder(scores);
  const positives = new Float64Array(positiveCount);
  const negatives = new Float64Array(negativeCount);
  const slot = slots(isPositive);
  let positivesBefore = 0;
  let negativesBefore = 0;
  for (let start = 0; start < count; ) {
    const score = scores[order[start] ?? 0];
    let end = start;
    let positivesHere = 0;
    while (end < count && scores[order[end] ?? 0] === score) positivesHere += isPositive[order[end++] ?? 0] ?? 0;
    const negativesHere = end - start - positivesHere;
    const beaten = (negativesBefore + negativesHere / 2) / negativeCount;
    const beating = (positiveCount - positivesBefore - positivesHere / 2) / positiveCount;
    for (let at = start; at < end; at++) {
      const row = order[at] ?? 0;
      if (isPositive[row] === 1) positives[slot[row] ?? 0] = beaten;
      else negatives[slot[row] ?? 0] = beating;
    }
    positivesBefore += positivesHere;
    negativesBefore += negativesHere;
    start = end;
  }
  return { value: mean(positives), positives, negatives };
}

/**
 * The difference of two ROC AUCs on the same rows (first − second) with the variance of DeLong, DeLong and
 * Clarke-Pearson (Biometrics 44, 1988) and a normal interval. Null when a class has fewer than two rows.
 */
export function pairedRocAuc(first: RocAuc, second: RocAuc): PairedInference | null {
  if (first.positives.length < 2 || first.negatives.length < 2) return null;
  const error = Math.sqrt(
    varianceOfDifference(first.positives, second.positives) / first.positives.length +
      varianceOfDifference(first.negatives, second.negatives) / first.negatives.length,
  );
  return waldInference({ value: first.value - second.value, error, degrees: Number.POSITIVE_INFINITY });
}

/** Where each row stands among the rows of its own class. */
function slots(isPositive: Uint8Array): Uint32Array {
  const slot = new Uint32Array(isPositive.length);
  const next = [0, 0];
  for (let row = 0; row < slot.length; row++) {
    const flag = isPositive[row] ?? 0;
    slot[row] = next[flag] ?? 0;
    next[flag] = (next[flag] ?? 0) + 1;
  }
  return slot;
}

function mean(values: Float64Array): number {
  return reproducibleSum(values) / values.length;
}

function varianceOfDifference(first: Float64Array, second: Float64Array): number {
  return sampleVariance(momentsOf(first.length, (index) => (first[index] ?? 0) - (second[index] ?? 0)));
}
