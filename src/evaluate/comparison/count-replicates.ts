import { forEachReplicate } from '../../statistics/poisson-bootstrap.ts';
import { addToCounts, type ClassCounts, type CountMetric, countMetric, emptyCounts } from '../metrics/confusion.ts';
import type { AdditiveDifference } from './additive-difference.ts';
import { cellsOf, type LabelledCells, replicateCount } from './joint-cells.ts';
import type { BinaryPair, MulticlassPair } from './pair.ts';

/** Bootstrap replicates of the difference of a metric of class counts, over cells of truth × candidate × champion. */
export function countReplicates(metric: CountMetric, pair: BinaryPair | MulticlassPair): Float64Array {
  const { cells, of } = jointCounts(metric, pair);
  const differences = new Float64Array(replicateCount);
  forEachReplicate(cells, replicateCount, (weights, replicate) => {
    differences[replicate] = of(weights);
  });
  return differences;
}

/** The difference of a metric of class counts as it follows from the counts of those cells. */
export function countDifference(metric: CountMetric, pair: BinaryPair | MulticlassPair): AdditiveDifference {
  const { cells, of } = jointCounts(metric, pair);
  return { width: cells.counts.length, addRow: (row, add) => add(cells.cellOfRow[row] ?? 0, 1), of };
}

function jointCounts(
  metric: CountMetric,
  pair: BinaryPair | MulticlassPair,
): { readonly cells: LabelledCells; of(weights: Float64Array): number } {
  const { candidate, champion } = pair;
  const classes = pair.kind === 'binary' ? 2 : pair.candidate.classes;
  const cells = cellsOf(candidate.truth.length, (row) => {
    const truth = candidate.truth[row] ?? 0;
    return (truth * classes + (candidate.predicted[row] ?? 0)) * classes + (champion.predicted[row] ?? 0);
  });
  const parts = Array.from(cells.labels, (label) => ({
    truth: Math.floor(label / classes / classes),
    candidate: Math.floor(label / classes) % classes,
    champion: label % classes,
  }));
  const counts = { candidate: emptyCounts(candidate), champion: emptyCounts(champion) };
  return {
    cells,
    of(weights) {
      clear(counts.candidate);
      clear(counts.champion);
      for (const [cell, part] of parts.entries()) {
        const weight = weights[cell] ?? 0;
        addToCounts(counts.candidate, { truth: part.truth, predicted: part.candidate, weight });
        addToCounts(counts.champion, { truth: part.truth, predicted: part.champion, weight });
      }
      return countMetric(metric, counts.candidate) - countMetric(metric, counts.champion);
    },
  };
}

function clear(counts: ClassCounts): void {
  counts.truth.fill(0);
  counts.predicted.fill(0);
  counts.both.fill(0);
}
