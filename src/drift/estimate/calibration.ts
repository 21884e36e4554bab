import { type ClassRows, risingOrder } from './class-rows.ts';
import { type Calibration, calibrated, isotonicCalibration } from './isotonic.ts';

const folds = 10;

/**
 * The calibration of one class's scores on labelled rows; null where scores are better left as they are: with one class
 * only, where the classes hardly overlap, or where calibrating held-out tenths does not bring them nearer to their labels by
 * the Brier score, which no other probabilities than the true ones minimise (Gneiting and Raftery 2007). A row's tenth is hashed from its place
 * among the scores of its class, so the order of the rows does not matter. Scores that are no probabilities are always
 * calibrated.
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
  return brierSum({ scores, truth, order }) > brierSum({ scores: heldOut, truth, order }) ? whole() : null;
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

/** The sum of squared gaps to the labels, added up in the order of the scores, so that no digit depends on that of the rows. */
function brierSum({ scores, truth, order }: LabelledRows): number {
  let sum = 0;
  for (const row of order) sum += ((scores[row] ?? 0) - (truth[row] ?? 0)) ** 2;
  return sum;
}
