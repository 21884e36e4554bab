import { forEachReplicate } from '../../statistics/poisson-bootstrap.ts';
import { cellsOf, replicateCount } from './joint-cells.ts';
import type { RegressionPair } from './pair.ts';

/** Bins of |error| per model: fine enough that a bin's width is small beside the interval of its median. */
const bins = 512;

/** Bootstrap replicates of the difference of median absolute errors, over cells of both models' bins of |error|. */
export function medianReplicates({ candidate, champion }: RegressionPair): Float64Array {
  const first = binned(candidate);
  const second = binned(champion);
  const cells = cellsOf(candidate.truth.length, (row) => (first.binOf[row] ?? 0) * bins + (second.binOf[row] ?? 0));
  const differences = new Float64Array(replicateCount);
  const mass = { first: new Float64Array(bins), second: new Float64Array(bins) };
  forEachReplicate(cells, replicateCount, (weights, replicate) => {
    mass.first.fill(0);
    mass.second.fill(0);
    for (let cell = 0; cell < weights.length; cell++) {
      const weight = weights[cell] ?? 0;
      const label = cells.labels[cell] ?? 0;
      const own = Math.floor(label / bins);
      const other = label % bins;
      mass.first[own] = (mass.first[own] ?? 0) + weight;
      mass.second[other] = (mass.second[other] ?? 0) + weight;
    }
    differences[replicate] = medianOf(mass.first, first.centres) - medianOf(mass.second, second.centres);
  });
  return differences;
}

interface Binned {
  readonly binOf: Uint16Array;
  /** The mean |error| of each bin. */
  readonly centres: Float64Array;
}

/** Bins of equal mass, in which equal errors stay together. */
function binned({ truth, predicted }: RegressionPair['candidate']): Binned {
  const errors = Float64Array.from(truth, (value, row) => Math.abs((predicted[row] ?? 0) - value));
  const order = Uint32Array.from(errors.keys()).sort((a, b) => (errors[a] ?? 0) - (errors[b] ?? 0));
  const binOf = new Uint16Array(errors.length);
  const centres = new Float64Array(bins);
  const counts = new Float64Array(bins);
  let bin = 0;
  for (const [place, row] of order.entries()) {
    const isNew = place === 0 || errors[row] !== errors[order[place - 1] ?? 0];
    if (isNew) bin = Math.floor((place * bins) / errors.length);
    binOf[row] = bin;
    counts[bin] = (counts[bin] ?? 0) + 1;
    centres[bin] = (centres[bin] ?? 0) + (errors[row] ?? 0);
  }
  return { binOf, centres: centres.map((sum, at) => sum / (counts[at] ?? 1)) };
}

function medianOf(mass: Float64Array, centres: Float64Array): number {
  let total = 0;
  for (const weight of mass) total += weight;
  let below = 0;
  for (let bin = 0; bin < mass.length; bin++) {
    below += mass[bin] ?? 0;
    if (below * 2 > total) return centres[bin] ?? Number.NaN;
    if (below * 2 === total && total > 0) return ((centres[bin] ?? 0) + (centres[next(mass, bin)] ?? 0)) / 2;
  }
  return Number.NaN;
}

function next(mass: Float64Array, bin: number): number {
  let at = bin + 1;
  while (at < mass.length && mass[at] === 0) at++;
  return Math.min(at, mass.length - 1);
}
