import { forEachReplicate } from '../../statistics/poisson-bootstrap.ts';
import { binnedAveragePrecision } from '../metrics/average-precision.ts';
import { cellsOf, replicateCount } from './joint-cells.ts';
import type { BinaryPair, MulticlassPair } from './pair.ts';

/** Score bins per class: fine where the positives are, which is where average precision is decided. */
const binsPerClass = { positive: 64, negative: 32 } as const;

/**
 * Bootstrap replicates of the difference of average precisions over cells of truth × candidate's score bin × champion's.
 * Null when a model has no probabilities.
 */
export function averagePrecisionReplicates(pair: BinaryPair | MulticlassPair): Float64Array | null {
  if (pair.kind !== 'binary' || pair.candidate.probability === null || pair.champion.probability === null) return null;
  const truth = pair.candidate.truth;
  const candidate = binned(truth, pair.candidate.probability);
  const champion = binned(truth, pair.champion.probability);
  const cells = cellsOf(truth.length, (row) => {
    return ((candidate.binOf[row] ?? 0) * champion.bins + (champion.binOf[row] ?? 0)) * 2 + (truth[row] ?? 0);
  });
  const candidateBin = Uint16Array.from(cells.labels, (label) => Math.floor(label / 2 / champion.bins));
  const championBin = Uint16Array.from(cells.labels, (label) => Math.floor(label / 2) % champion.bins);
  const isPositive = Uint8Array.from(cells.labels, (label) => label % 2);
  const candidateMass = emptyMass(candidate.bins);
  const championMass = emptyMass(champion.bins);
  const differences = new Float64Array(replicateCount);
  forEachReplicate(cells, replicateCount, (weights, replicate) => {
    for (const mass of [candidateMass, championMass]) {
      mass.positives.fill(0);
      mass.negatives.fill(0);
    }
    for (let cell = 0; cell < weights.length; cell++) {
      const weight = weights[cell] ?? 0;
      if (weight === 0) continue;
      const first = isPositive[cell] === 1 ? candidateMass.positives : candidateMass.negatives;
      const second = isPositive[cell] === 1 ? championMass.positives : championMass.negatives;
      const firstBin = candidateBin[cell] ?? 0;
      const secondBin = championBin[cell] ?? 0;
      first[firstBin] = (first[firstBin] ?? 0) + weight;
      second[secondBin] = (second[secondBin] ?? 0) + weight;
    }
    differences[replicate] =
      binnedAveragePrecision(candidateMass.positives, candidateMass.negatives) -
      binnedAveragePrecision(championMass.positives, championMass.negatives);
  });
  return differences;
}

function emptyMass(bins: number): { readonly positives: Float64Array; readonly negatives: Float64Array } {
  return { positives: new Float64Array(bins), negatives: new Float64Array(bins) };
}

function binned(truth: Uint8Array, scores: Float64Array): { readonly binOf: Uint16Array; readonly bins: number } {
  const edges = new Float64Array(
    new Set([
      ...quantiles(
        scores.filter((_, row) => truth[row] === 1),
        binsPerClass.positive,
      ),
      ...quantiles(
        scores.filter((_, row) => truth[row] === 0),
        binsPerClass.negative,
      ),
    ]),
  ).sort();
  return { binOf: Uint16Array.from(scores, (score) => edgesUpTo(edges, score)), bins: edges.length + 1 };
}

function quantiles(values: Float64Array, parts: number): readonly number[] {
  if (values.length === 0) return [];
  values.sort();
  return Array.from({ length: parts }, (_, part) => values[Math.floor((part * values.length) / parts)] ?? 0);
}

/** How many edges do not exceed the score. */
function edgesUpTo(edges: Float64Array, score: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] ?? 0) <= score) low = middle + 1;
    else high = middle;
  }
  return low;
}
