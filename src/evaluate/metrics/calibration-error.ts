import { normalCdf } from '../../statistics/normal.ts';
import { reproducibleSum } from '../../statistics/reproducible-sum.ts';
import { sortedOrder } from '../../statistics/sorted-order.ts';

/** Into how many bins of equal mass the calibration error splits the rows. */
export const calibrationBins = 15;

/**
 * The bin of each row: rows sorted by confidence fill bins of equal mass, and rows of equal confidence stay together, so
 * that the order of rows does not matter.
 */
export function calibrationBinOf(confidence: Float64Array): Uint8Array {
  const order = sortedOrder(confidence);
  const bins = new Uint8Array(confidence.length);
  let bin = 0;
  let before = Number.NaN;
  for (let at = 0; at < order.length; at++) {
    const row = order[at] ?? 0;
    const here = confidence[row] ?? 0;
    if (here !== before) while (bin < calibrationBins - 1 && at >= ((bin + 1) * order.length) / calibrationBins) bin++;
    bins[row] = bin;
    before = here;
  }
  return bins;
}

/** Weighted sums per calibration bin: of rows, of their confidences, and of those that came true. */
export interface CalibrationSums {
  readonly weight: Float64Array;
  readonly confidence: Float64Array;
  readonly hits: Float64Array;
}

/** Sums to add to, all zero. */
export function emptyCalibrationSums(): CalibrationSums {
  return {
    weight: new Float64Array(calibrationBins),
    confidence: new Float64Array(calibrationBins),
    hits: new Float64Array(calibrationBins),
  };
}

/** The calibration error of rows with a confidence and whether (0 or 1) what it foretold came true. */
export function calibrationError(confidence: Float64Array, hits: Uint8Array): number {
  const bins = calibrationBinOf(confidence);
  const sums = emptyCalibrationSums();
  for (let row = 0; row < bins.length; row++) {
    const bin = bins[row] ?? 0;
    sums.weight[bin] = (sums.weight[bin] ?? 0) + 1;
    sums.hits[bin] = (sums.hits[bin] ?? 0) + (hits[row] ?? 0);
  }
  for (let bin = 0; bin < calibrationBins; bin++) {
    sums.confidence[bin] = reproducibleSum(confidence.filter((_, row) => bins[row] === bin));
  }
  return calibrationErrorOf(sums);
}

/**
 * Expected calibration error, Σ w·|hit share − mean confidence|, less its bias. Sampling noise alone makes every bin's gap
 * positive; with s² = h(1 − h)/n the noise of a bin's hit share, E|N(gap, s²)| − |gap| estimates by how much (the
 * debiased estimator of Kumar, Liang and Ma 2019 with its expectation in closed form). Never below 0.
 */
export function calibrationErrorOf(sums: CalibrationSums): number {
  let total = 0;
  let error = 0;
  for (let bin = 0; bin < calibrationBins; bin++) {
    const weight = sums.weight[bin] ?? 0;
    if (weight === 0) continue;
    const share = (sums.hits[bin] ?? 0) / weight;
    const gap = Math.abs(share - (sums.confidence[bin] ?? 0) / weight);
    const noise = Math.sqrt(Math.max(0, share * (1 - share)) / weight);
    error += weight * (2 * gap - foldedMean(gap, noise));
    total += weight;
  }
  return Math.max(0, error / total);
}

/** E|X| of a normal X. */
function foldedMean(mean: number, deviation: number): number {
  if (deviation === 0) return Math.abs(mean);
  const z = mean / deviation;
  return deviation * Math.sqrt(2 / Math.PI) * Math.exp((-z * z) / 2) + mean * (1 - 2 * normalCdf(-z));
}
