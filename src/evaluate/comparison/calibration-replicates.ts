import { forEachReplicate } from '../../statistics/poisson-bootstrap.ts';
import { onGrid } from '../../statistics/reproducible-sum.ts';
import {
  type CalibrationSums,
  calibrationBinOf,
  calibrationBins,
  calibrationErrorOf,
  emptyCalibrationSums,
} from '../metrics/calibration-error.ts';
import { calibrationOf } from '../metrics/metric-value.ts';
import type { AdditiveDifference } from './additive-difference.ts';
import { cellsOf, type LabelledCells, replicateCount } from './joint-cells.ts';
import type { BinaryPair, MulticlassPair } from './pair.ts';

/**
 * Bootstrap replicates of the difference of calibration errors. Each model keeps the bins of the data; rows are cells of
 * both models' bins and hits, in which a confidence is its cell's mean. Null when a model has no probabilities.
 */
export function calibrationReplicates(pair: BinaryPair | MulticlassPair): Float64Array | null {
  const candidate = calibrationOf(pair.candidate);
  const champion = calibrationOf(pair.champion);
  if (candidate === null || champion === null) return null;
  const bins = { candidate: calibrationBinOf(candidate.confidence), champion: calibrationBinOf(champion.confidence) };
  const cells = cellsOf(bins.candidate.length, (row) => {
    const binPair = (bins.candidate[row] ?? 0) * calibrationBins + (bins.champion[row] ?? 0);
    return binPair * 4 + (candidate.hits[row] ?? 0) * 2 + (champion.hits[row] ?? 0);
  });
  const confidences = {
    candidate: cellMeans(cells, candidate.confidence),
    champion: cellMeans(cells, champion.confidence),
  };
  const differences = new Float64Array(replicateCount);
  const sums = { candidate: emptyCalibrationSums(), champion: emptyCalibrationSums() };
  forEachReplicate(cells, replicateCount, (weights, replicate) => {
    clear(sums.candidate);
    clear(sums.champion);
    for (let cell = 0; cell < weights.length; cell++) {
      const weight = weights[cell] ?? 0;
      const label = cells.labels[cell] ?? 0;
      const binPair = Math.floor(label / 4);
      add(sums.candidate, Math.floor(binPair / calibrationBins), [
        weight,
        confidences.candidate[cell] ?? 0,
        (label >> 1) & 1,
      ]);
      add(sums.champion, binPair % calibrationBins, [weight, confidences.champion[cell] ?? 0, label & 1]);
    }
    differences[replicate] = calibrationErrorOf(sums.candidate) - calibrationErrorOf(sums.champion);
  });
  return differences;
}

/** The difference of calibration errors as it follows from the sums of the bins, which stay those of the data. */
export function calibrationDifference(pair: BinaryPair | MulticlassPair): AdditiveDifference | null {
  const models = [calibrationOf(pair.candidate), calibrationOf(pair.champion)].flatMap((model) =>
    model === null ? [] : [{ ...model, bins: calibrationBinOf(model.confidence) }],
  );
  if (models.length < 2) return null;
  const width = calibrationBins * 3;
  const errorOf = (sums: Float64Array, at: number) => {
    const part = (place: number) => sums.subarray(at + place * calibrationBins, at + (place + 1) * calibrationBins);
    return calibrationErrorOf({ weight: part(0), confidence: part(1), hits: part(2) });
  };
  return {
    width: width * 2,
    addRow(row, add) {
      for (const [place, { bins, confidence, hits }] of models.entries()) {
        const bin = place * width + (bins[row] ?? 0);
        add(bin, 1);
        add(bin + calibrationBins, confidence[row] ?? 0);
        add(bin + 2 * calibrationBins, hits[row] ?? 0);
      }
    },
    of: (sums) => errorOf(sums, 0) - errorOf(sums, width),
  };
}

function cellMeans(cells: LabelledCells, values: Float64Array): Float64Array {
  const means = new Float64Array(cells.counts.length);
  const rounded = onGrid(1, values.length);
  for (let row = 0; row < values.length; row++) {
    const cell = cells.cellOfRow[row] ?? 0;
    means[cell] = (means[cell] ?? 0) + rounded(values[row] ?? 0);
  }
  return means.map((sum, cell) => sum / (cells.counts[cell] ?? 1));
}

function add(sums: CalibrationSums, bin: number, [weight, confidence, hit]: readonly [number, number, number]): void {
  sums.weight[bin] = (sums.weight[bin] ?? 0) + weight;
  sums.confidence[bin] = (sums.confidence[bin] ?? 0) + weight * confidence;
  sums.hits[bin] = (sums.hits[bin] ?? 0) + weight * hit;
}

function clear(sums: CalibrationSums): void {
  sums.weight.fill(0);
  sums.confidence.fill(0);
  sums.hits.fill(0);
}
