import { normalCdf } from '../../statistics/normal.ts';
import { calibrationBinOf, calibrationBins, calibrationError } from './calibration-error.ts';
import type { Linear } from './linear.ts';

/**
 * The mean of the calibration errors of some columns of probabilities, each against whether its class or label is there
 * (classwise ECE; Kull et al., NeurIPS 2019), debiased like the plain one. A row moves its bin's gap by its own; where a gap is
 * within its noise that takes the interval wider than it must be, never narrower.
 */
export function classwiseCalibration(options: {
  readonly rows: number;
  readonly columns: readonly number[];
  readonly probabilities: (column: number) => Float64Array;
  readonly hits: (column: number) => Uint8Array;
}): Linear {
  const { rows, columns } = options;
  const influence = new Float64Array(rows);
  let value = 0;
  for (const column of columns) {
    const confidence = options.probabilities(column);
    const hits = options.hits(column);
    value += calibrationError(confidence, hits) / columns.length;
    const slope = slopes(confidence, hits);
    for (let row = 0; row < rows; row++) {
      const gap = (hits[row] ?? 0) - (confidence[row] ?? 0);
      influence[row] = (influence[row] ?? 0) + (slope(row) * gap) / columns.length;
    }
  }
  return { kind: 'linear', value, influence };
}

/** How far the debiased error of a row's bin moves with the gap of the bin. */
function slopes(confidence: Float64Array, hits: Uint8Array): (row: number) => number {
  const bins = calibrationBinOf(confidence);
  const weight = new Float64Array(calibrationBins);
  const gap = new Float64Array(calibrationBins);
  const found = new Float64Array(calibrationBins);
  for (let row = 0; row < bins.length; row++) {
    const bin = bins[row] ?? 0;
    weight[bin] = (weight[bin] ?? 0) + 1;
    gap[bin] = (gap[bin] ?? 0) + (hits[row] ?? 0) - (confidence[row] ?? 0);
    found[bin] = (found[bin] ?? 0) + (hits[row] ?? 0);
  }
  const slope = Float64Array.from(weight, (count, bin) => {
    if (count === 0) return 0;
    const mean = (gap[bin] ?? 0) / count;
    const share = (found[bin] ?? 0) / count;
    const noise = Math.sqrt(Math.max(0, share * (1 - share)) / count);
    const within = noise === 0 ? 0 : normalCdf(-Math.abs(mean) / noise);
    return Math.sign(mean) * (1 + 2 * within);
  });
  return (row) => slope[bins[row] ?? 0] ?? 0;
}
