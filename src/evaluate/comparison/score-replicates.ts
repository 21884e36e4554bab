import { forEachReplicate } from '../../statistics/poisson-bootstrap.ts';
import { binnedAveragePrecision } from '../metrics/average-precision.ts';
import type { AdditiveDifference } from './additive-difference.ts';
import { cellsOf, replicateCount } from './joint-cells.ts';
import type { BinaryPair } from './pair.ts';
import { pivotBins, quantileBins, type ScoreBins } from './score-bins.ts';

/** The areas that follow from how the scores of the two classes interleave. */
export type AreaMetric = 'roc-auc' | 'pr-auc';

/** With fewer rows of a class than this the normal interval of DeLong is too short, and the bootstrap takes its place. */
export const fewestForNormal = 20;

/**
 * Bootstrap replicates of the difference of areas over cells of truth × candidate's score bin × champion's. Null when a
 * model has no probabilities.
 */
export function areaReplicates(metric: AreaMetric, pair: BinaryPair): Float64Array | null {
  const binned = binnedPair(metric, pair);
  if (binned === null) return null;
  const { candidate, champion } = binned;
  const { truth } = pair.candidate;
  const cells = cellsOf(truth.length, (row) => {
    return ((candidate.binOf[row] ?? 0) * champion.bins + (champion.binOf[row] ?? 0)) * 2 + (truth[row] ?? 0);
  });
  const places = {
    candidate: Uint32Array.from(cells.labels, (label) => Math.floor(label / 2 / champion.bins) * 2 + (label % 2)),
    champion: Uint32Array.from(cells.labels, (label) => (Math.floor(label / 2) % champion.bins) * 2 + (label % 2)),
  };
  const masses = { candidate: new Float64Array(candidate.bins * 2), champion: new Float64Array(champion.bins * 2) };
  const differences = new Float64Array(replicateCount);
  forEachReplicate(cells, replicateCount, (weights, replicate) => {
    masses.candidate.fill(0);
    masses.champion.fill(0);
    for (let cell = 0; cell < weights.length; cell++) {
      const weight = weights[cell] ?? 0;
      if (weight === 0) continue;
      const first = places.candidate[cell] ?? 0;
      const second = places.champion[cell] ?? 0;
      masses.candidate[first] = (masses.candidate[first] ?? 0) + weight;
      masses.champion[second] = (masses.champion[second] ?? 0) + weight;
    }
    differences[replicate] = areaOf(metric, masses.candidate) - areaOf(metric, masses.champion);
  });
  return differences;
}

/** The difference of areas as it follows from the counts of the score bins. */
export function areaDifference(metric: AreaMetric, pair: BinaryPair): AdditiveDifference | null {
  const binned = binnedPair(metric, pair);
  if (binned === null) return null;
  const { candidate, champion } = binned;
  const { truth } = pair.candidate;
  const split = candidate.bins * 2;
  return {
    width: split + champion.bins * 2,
    addRow(row, add) {
      add((candidate.binOf[row] ?? 0) * 2 + (truth[row] ?? 0), 1);
      add(split + (champion.binOf[row] ?? 0) * 2 + (truth[row] ?? 0), 1);
    },
    of: (sums) => areaOf(metric, sums.subarray(0, split)) - areaOf(metric, sums.subarray(split)),
  };
}

function binnedPair(
  metric: AreaMetric,
  { candidate, champion }: BinaryPair,
): { readonly candidate: ScoreBins; readonly champion: ScoreBins } | null {
  const { truth } = candidate;
  if (candidate.probability === null || champion.probability === null) return null;
  const positives = truth.reduce((sum, flag) => sum + flag, 0);
  const few = Math.min(positives, truth.length - positives);
  const rare = positives <= truth.length - positives ? 1 : 0;
  // Few rows of a class are told apart one by one; areas under the precision curve have no such short form.
  const isExact = metric === 'roc-auc' && few < fewestForNormal;
  const bins = (scores: Float64Array) => (isExact ? pivotBins(truth, scores, rare) : quantileBins(truth, scores));
  return { candidate: bins(candidate.probability), champion: bins(champion.probability) };
}

/** Negative and positive weight of each bin, in turn. */
function areaOf(metric: AreaMetric, masses: Float64Array): number {
  const bins = masses.length / 2;
  const negatives = new Float64Array(bins);
  const positives = new Float64Array(bins);
  for (let bin = 0; bin < bins; bin++) {
    negatives[bin] = masses[bin * 2] ?? 0;
    positives[bin] = masses[bin * 2 + 1] ?? 0;
  }
  return metric === 'pr-auc' ? binnedAveragePrecision(positives, negatives) : binnedRocAuc(positives, negatives);
}

/** The share of pairs of a positive and a negative row that are in order, ties half; NaN without both classes. */
function binnedRocAuc(positives: Float64Array, negatives: Float64Array): number {
  let below = 0;
  let found = 0;
  let area = 0;
  for (let bin = 0; bin < positives.length; bin++) {
    const here = positives[bin] ?? 0;
    const rivals = negatives[bin] ?? 0;
    area += here * (below + rivals / 2);
    below += rivals;
    found += here;
  }
  return area / (below * found);
}
