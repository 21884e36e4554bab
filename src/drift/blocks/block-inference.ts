import { betaCdf } from '../../statistics/beta.ts';
import { forEachReplicate } from '../../statistics/poisson-bootstrap.ts';
import type { GroupCounts } from '../grouped/group-counts.ts';
import { type Effect, jensenShannonDivergence } from '../jensen-shannon.ts';
import { psi } from '../psi.ts';
import { type Cells, shares, total } from '../sample.ts';

/** Fewer blocks than this on a side say nothing of how blocks differ by themselves. */
export const leastBlocks = 10;
/** How often blocks are drawn anew. */
export const replicateCount = 500;

/** The cells of one statistic counted block by block, on both sides: as many cells in every block. */
export interface BlockedCells {
  readonly reference: BlockedSide;
  readonly current: BlockedSide;
}

/** Blocks by their identities, from which their weights are hashed, and their counts: `cells` of one block after those of another. */
export interface BlockedSide {
  readonly keys: Uint32Array;
  readonly cells: number;
  readonly counts: Float64Array;
}

/** What blocks make of a comparison of cells. */
export interface BlockInference {
  readonly pValue: number;
  /** How many times more the shares vary than those of as many independent rows (Kish's design effect), at least 1. */
  readonly designEffect: number;
  readonly distance: Effect;
  readonly stability: Effect;
}

/** Blocks of one column with cells joined as a statistic wants them. */
export function blockedCells(
  counts: { readonly reference: GroupCounts; readonly current: GroupCounts },
  groups: readonly number[],
): BlockedCells {
  const cells = groups.reduce((next, group) => Math.max(next, group + 1), 0);
  const side = (counted: GroupCounts): BlockedSide => {
    const blocks = [...counted].map(([key, each]) => ({ key: Number(key), each })).sort((a, b) => a.key - b.key);
    const joined = new Float64Array(blocks.length * cells);
    for (const [block, { each }] of blocks.entries()) {
      for (const [cell, group] of groups.entries()) {
        const at = block * cells + group;
        joined[at] = (joined[at] ?? 0) + (each[cell] ?? 0);
      }
    }
    return { keys: Uint32Array.from(blocks, ({ key }) => key), cells, counts: joined };
  };
  return { reference: side(counts.reference), current: side(counts.current) };
}

/**
 * Compares two samples of whole blocks by the Poisson bootstrap of blocks. The weight of a block in a replicate is hashed from
 * its identity, so that order and sharding do not matter, and a block on both sides has one weight. Pearson's statistic is
 * held against the law that replicates, centred on what was seen, give it: a multiple of chi-square with their mean and
 * variance (Rao and Scott 1984), as an F with the number of blocks, since that mean is an estimate itself (Thomas and
 * Rao 1987). Intervals are the statistic less its bootstrap bias ± `z` bootstrap standard errors.
 */
export function blockInference(options: {
  readonly tested: BlockedCells;
  readonly distances: BlockedCells;
  readonly stability: BlockedCells;
  readonly z: number;
}): BlockInference {
  const { tested, distances, stability, z } = options;
  const test = replicated(tested, (cells, observed) => centredPearson(cells, observed));
  const blocks = Math.min(tested.reference.keys.length, tested.current.keys.length);
  const widened = blocks / (blocks - 1);
  const mean = momentOf(test.replicates).mean * widened;
  const variance = momentOf(test.replicates).variance * widened ** 2;
  const observed = pearsonOf(test.observed);
  const cells = test.observed.reference.filter((count, cell) => count + (test.observed.current[cell] ?? 0) > 0);
  const degrees = variance > 0 ? Math.min((2 * mean ** 2) / variance, cells.length - 1) : 0;
  const others = degrees * (tested.reference.keys.length + tested.current.keys.length - 2);
  return {
    pValue: mean > 0 && degrees > 0 ? fSurvival(observed / mean, degrees, others) : 1,
    designEffect: Math.max(1, cells.length > 1 ? mean / (cells.length - 1) : 1),
    distance: distanceEffect(distances, z * Math.sqrt(widened)),
    stability: correctedEffect(stability, psi, z * Math.sqrt(widened)),
  };
}

function distanceEffect(blocked: BlockedCells, z: number): Effect {
  const { value, low, high } = correctedEffect(blocked, jensenShannonDivergence, z);
  const distance = (divergence: number) => Math.min(1, Math.sqrt(Math.max(0, divergence) / Math.LN2));
  return { value: distance(value), low: distance(low), high: distance(high) };
}

/** A statistic that chance can only raise, less what replicates say that chance adds. */
function correctedEffect(blocked: BlockedCells, statistic: (cells: Cells) => number, z: number): Effect {
  const { observed, replicates } = replicated(blocked, statistic);
  const value = statistic(observed);
  const { mean, variance } = momentOf(replicates);
  const corrected = value - Math.max(0, mean - value);
  const error = z * Math.sqrt(variance);
  return { value: Math.max(0, corrected), low: Math.max(0, corrected - error), high: Math.max(0, corrected + error) };
}

function replicated(
  blocked: BlockedCells,
  statistic: (cells: Cells, observed: Cells) => number,
): { readonly observed: Cells; readonly replicates: readonly number[] } {
  const keys = Uint32Array.from(new Set([...blocked.reference.keys, ...blocked.current.keys])).sort();
  const place = new Map(Array.from(keys, (key, at) => [key, at]));
  const places = (side: BlockedSide) => side.keys.map((key) => place.get(key) ?? 0);
  const placesOf = { reference: places(blocked.reference), current: places(blocked.current) };
  const weighted = (weights: Float64Array): Cells => ({
    reference: weightedSum(blocked.reference, placesOf.reference, weights),
    current: weightedSum(blocked.current, placesOf.current, weights),
  });
  const ones = new Float64Array(keys.length).fill(1);
  const observed = weighted(ones);
  const replicates: number[] = [];
  forEachReplicate({ keys, counts: ones }, replicateCount, (weights) => {
    const cells = weighted(weights);
    if (total(cells.reference) > 0 && total(cells.current) > 0) replicates.push(statistic(cells, observed));
  });
  return { observed, replicates };
}

function weightedSum(side: BlockedSide, places: Uint32Array, weights: Float64Array): readonly number[] {
  const { cells, counts } = side;
  const sums = new Float64Array(cells);
  for (let block = 0; block < places.length; block += 1) {
    const weight = weights[places[block] ?? 0] ?? 0;
    if (weight === 0) continue;
    for (let cell = 0; cell < cells; cell += 1) {
      sums[cell] = (sums[cell] ?? 0) + weight * (counts[block * cells + cell] ?? 0);
    }
  }
  return [...sums];
}

/** Pearson's homogeneity statistic of the differences between a replicate's shares and those that were seen. */
function centredPearson(cells: Cells, observed: Cells): number {
  const [p, q] = [shares(cells.reference), shares(cells.current)];
  const [seenP, seenQ] = [shares(observed.reference), shares(observed.current)];
  return pearson(observed, (cell) => (p[cell] ?? 0) - (q[cell] ?? 0) - ((seenP[cell] ?? 0) - (seenQ[cell] ?? 0)));
}

function pearsonOf(observed: Cells): number {
  const [p, q] = [shares(observed.reference), shares(observed.current)];
  return pearson(observed, (cell) => (p[cell] ?? 0) - (q[cell] ?? 0));
}

function pearson(observed: Cells, difference: (cell: number) => number): number {
  const [n, m] = [total(observed.reference), total(observed.current)];
  let sum = 0;
  for (const [cell, count] of observed.reference.entries()) {
    const pooled = (count + (observed.current[cell] ?? 0)) / (n + m);
    if (pooled > 0) sum += difference(cell) ** 2 / pooled;
  }
  return sum / (1 / n + 1 / m);
}

function momentOf(values: readonly number[]): { readonly mean: number; readonly variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1) };
}

/** P(F > f) with degrees of freedom that need not be whole. */
function fSurvival(f: number, above: number, below: number): number {
  return betaCdf(below / (below + above * f), below / 2, above / 2);
}
