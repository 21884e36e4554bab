import { normalQuantile } from '../../statistics/normal.ts';
import { type ClassRows, risingOrder } from './class-rows.ts';
import { type Calibration, calibrated, isotonicCalibration } from './isotonic.ts';

const folds = 10;

/**
 * The calibration of one class's scores on labelled rows; null where scores are better left as they are: with one class
 * only, where the classes hardly overlap, or where their expected calibration error (Naeini, Cooper and Hauskrecht 2015),
 * which is what an estimate without labels is biased by, is no larger than chance alone makes it or than that of held-out
 * tenths after calibration. A row's tenth is hashed
 * from its place among the scores of its class, so the order of the rows does not matter. Scores that are no probabilities
 * are always calibrated.
 */
export function calibrationOf(rows: ClassRows): Calibration | null {
  const { scores, truth } = rows;
  if (truth === null) return null;
  const order = risingOrder(scores, truth);
  const positives = truth.reduce((sum, each) => sum + each, 0);
  const isProbability = scores.every((score) => score >= 0 && score <= 1);
  const whole = () => isotonicCalibration({ scores, truth, order });
  if (!isProbability) return whole();
  if (positives === 0 || positives === truth.length) return null;
  if (rankedArea({ scores, truth, order }) > 0.999) return null;
  const heldOut = heldOutProbabilities({ scores, truth, order });
  const before = calibrationError(scores, truth);
  const isWorth = before.gap > before.chance && before.gap > calibrationError(heldOut, truth).gap;
  return isWorth ? whole() : null;
}

interface LabelledRows {
  readonly scores: Float64Array;
  readonly truth: Uint8Array;
  readonly order: Uint32Array;
}

/** The area under the ROC curve of labelled scores: ties count half. */
export function rankedArea({ scores, truth, order }: LabelledRows): number {
  let [below, pairs, at] = [0, 0, 0];
  while (at < order.length) {
    let [positives, negatives] = [0, 0];
    const score = scores[order[at] ?? 0];
    for (; at < order.length && scores[order[at] ?? 0] === score; at += 1) {
      if (truth[order[at] ?? 0] === 1) positives += 1;
      else negatives += 1;
    }
    pairs += positives * (below + negatives / 2);
    below += negatives;
  }
  return pairs / ((order.length - below) * below);
}

function heldOutProbabilities({ scores, truth, order }: LabelledRows): Float64Array {
  const fold = new Uint8Array(scores.length);
  const seen = [0, 0];
  for (const row of order) {
    const label = truth[row] ?? 0;
    const place = (seen[label] ?? 0) + 1;
    fold[row] = scattered(2 * place + label) % folds;
    seen[label] = place;
  }
  const result = new Float64Array(scores.length);
  for (let held = 0; held < folds; held += 1) {
    const kept = order.filter((row) => fold[row] !== held);
    if (kept.length === 0) continue;
    const calibration = isotonicCalibration({ scores, truth, order: kept });
    for (const row of order) if (fold[row] === held) result[row] = calibrated(calibration, scores[row] ?? 0);
  }
  return result;
}

/** A whole number's bits, mixed so that neighbours have nothing in common (the last step of MurmurHash3). */
function scattered(whole: number): number {
  let hash = Math.imul(whole ^ (whole >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const bins = 10;

/**
 * The mean gap between probability and share of the class, over bins of equally many rows in the order of probability, and
 * what one in twenty would exceed if every probability were true: the sizes of ten normal numbers, added up.
 */
function calibrationError(
  probabilities: Float64Array,
  truth: Uint8Array,
): { readonly gap: number; readonly chance: number } {
  const order = risingOrder(probabilities, truth);
  let [gaps, chances, spread] = [0, 0, 0];
  for (let bin = 0; bin < bins; bin += 1) {
    let [gap, variance] = [0, 0];
    const rows = order.subarray(Math.floor((bin * order.length) / bins), Math.floor(((bin + 1) * order.length) / bins));
    for (const row of rows) {
      const probability = probabilities[row] ?? 0;
      gap += probability - (truth[row] ?? 0);
      variance += probability * (1 - probability);
    }
    gaps += Math.abs(gap);
    // The mean size of a normal number of this variance, and the variance of that size.
    chances += Math.sqrt((2 / Math.PI) * variance);
    spread += (1 - 2 / Math.PI) * variance;
  }
  return { gap: gaps / order.length, chance: (chances + normalQuantile(0.95) * Math.sqrt(spread)) / order.length };
}
