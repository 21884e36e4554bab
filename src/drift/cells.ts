import { asHashed, type CategoryCounts, hashOf } from '../data/category-counts.ts';
import { binRange, binsOf } from '../data/histogram.ts';
import type { NumberProfile } from '../data/profile-document.ts';
import { type Cells, total } from './sample.ts';

/** The finest cells that two histograms share: ordered by value, each with the range and the middle of its values. */
export interface FineCells extends Cells {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly middle: readonly number[];
}

/** What an expected count must be so that chi-square laws hold. */
const leastExpected = 5;

/** Two number columns on the coarser of their grids. Whole numbers below 2^20 keep cells of their own where both grids are fine. */
export function fineCells(reference: NumberProfile, current: NumberProfile): FineCells {
  const bits = Math.min(reference.histogram.bits, current.histogram.bits);
  const counts = new Map<number, [number, number]>();
  for (const [side, profile] of [reference, current].entries()) {
    for (const { key, count } of binsOf(profile.histogram, bits)) {
      const pair = counts.get(key) ?? [0, 0];
      pair[side] = count;
      counts.set(key, pair);
    }
  }
  const sorted = [...counts].sort(([a], [b]) => a - b);
  const ranges = sorted.map(([key]) => binRange(key, bits));
  const least = Math.min(reference.extremes?.min ?? 0, current.extremes?.min ?? 0);
  const most = Math.max(reference.extremes?.max ?? 0, current.extremes?.max ?? 0);
  const low = ranges.map((range) => Math.max(range.low, least));
  const high = ranges.map((range) => Math.min(range.high, most));
  return {
    reference: sorted.map(([, [count]]) => count),
    current: sorted.map(([, [, count]]) => count),
    low,
    high,
    // On the finest grid a bin is as good as a value: its lower end is the whole number that it holds.
    middle: low.map((value, cell) =>
      bits === 20 ? nearZero(value, high[cell] ?? value) : (value + (high[cell] ?? value)) / 2,
    ),
  };
}

/**
 * Into how many cells numbers are joined at most: 32, and fewer for few rows, as their harmonic mean to the power 2/5 (Mann and
 * Wald 1942). More cells see finer changes and drown coarse ones in noise.
 */
export function mostCells(cells: Cells): number {
  const [n, m] = [total(cells.reference), total(cells.current)];
  return Math.min(32, Math.max(8, Math.round(((2 * n * m) / (n + m)) ** 0.4)));
}

/**
 * How much a row of each side weighs when cells are joined. `mixture`: both sides count alike whatever their sizes, so that
 * the smaller one is resolved too: for distances. `pooled`: every row counts alike, so that under no difference the
 * cells say nothing about the sides: for tests.
 */
export type Weighting = 'mixture' | 'pooled';

/**
 * Joins neighbouring cells until each holds at least 1/most of the weight and enough expected counts of the smaller sample.
 * The result is the same with the sides exchanged.
 */
export function joinedCells(options: { readonly cells: Cells; readonly most: number; readonly by: Weighting }): Cells {
  return summedCells(options.cells, joinedGroups(options));
}

/** The joined cell, from 0, that each cell of joinedCells() goes to. */
export function joinedGroups(options: {
  readonly cells: Cells;
  readonly most: number;
  readonly by: Weighting;
}): readonly number[] {
  const { cells, most, by } = options;
  const { massOf, enough } = weights(cells, by);
  // A hair of tolerance below: 0.1 + 0.2 must reach 0.3.
  const least = Math.max(cells.reference.length <= most ? 0 : 1 / most, enough);
  return groupsOf(pairsOf(cells), (pair) => massOf(pair) >= least * (1 - 1e-12));
}

/** The counts of cells that go to the same group, by group. */
export function summedCells(cells: Cells, groups: readonly number[]): Cells {
  const count = groups.reduce((most, group) => Math.max(most, group + 1), 0);
  const sums = { reference: new Array<number>(count).fill(0), current: new Array<number>(count).fill(0) };
  for (const [cell, group] of groups.entries()) {
    sums.reference[group] = (sums.reference[group] ?? 0) + (cells.reference[cell] ?? 0);
    sums.current[group] = (sums.current[group] ?? 0) + (cells.current[cell] ?? 0);
  }
  return sums;
}

/** What is not a finite number but not null either, as cells of their own where either side has any. */
export function specialCells(reference: NumberProfile, current: NumberProfile): Cells {
  const kinds = ['nan', 'positiveInfinite', 'negativeInfinite'] as const;
  const seen = kinds.filter((kind) => reference[kind] + current[kind] > 0);
  return { reference: seen.map((kind) => reference[kind]), current: seen.map((kind) => current[kind]) };
}

/**
 * Cells of two text columns: one per category that is frequent enough; the rare ones are joined in the order of their
 * hash, which neither side can influence. Where either side has too many texts to list, cells are hash buckets.
 */
export function categoryCellsOf(options: {
  readonly reference: CategoryCounts;
  readonly current: CategoryCounts;
  readonly by: Weighting;
}): Cells {
  const { reference, current, by } = options;
  const { cells, groups } = categoryGroups({ reference, current, by });
  return summedCells(cells, groups);
}

/** Every category of two text columns, or every hash bucket (then `labels` is null), with the joined cell that it goes to. */
export function categoryGroups(options: {
  readonly reference: CategoryCounts;
  readonly current: CategoryCounts;
  readonly by: Weighting;
}): { readonly labels: readonly string[] | null; readonly cells: Cells; readonly groups: readonly number[] } {
  const { reference, current, by } = options;
  if (reference.kind === 'hashed' || current.kind === 'hashed') {
    const cells = { reference: asHashed(reference).buckets, current: asHashed(current).buckets };
    return { labels: null, cells, groups: joinedGroups({ cells, most: cells.reference.length, by }) };
  }
  const counts = new Map<string, Pair>();
  for (const [label, count] of reference.values) counts.set(label, [count, 0]);
  for (const [label, count] of current.values) counts.set(label, [counts.get(label)?.[0] ?? 0, count]);
  const cells = unzipped([...counts.values()]);
  const { massOf, enough } = weights(cells, by);
  const labels = [...counts.keys()];
  const isFrequent = (label: string) => massOf(counts.get(label) ?? [0, 0]) >= enough;
  const frequent = labels.filter(isFrequent);
  const rare = labels
    .filter((label) => !isFrequent(label))
    .map((label) => ({ label, order: hashOf(label).bucket }))
    .sort((a, b) => a.order - b.order || (a.label < b.label ? -1 : 1))
    .map(({ label }) => label);
  const joined = groupsOf(
    rare.map((label) => counts.get(label) ?? [0, 0]),
    (pair) => massOf(pair) >= enough,
  );
  const groupOf = new Map([
    ...frequent.map((label, group) => [label, group] as const),
    ...rare.map((label, at) => [label, frequent.length + (joined[at] ?? 0)] as const),
  ]);
  return { labels, cells, groups: labels.map((label) => groupOf.get(label) ?? 0) };
}

type Pair = readonly [reference: number, current: number];

function weights(cells: Cells, by: Weighting) {
  const [n, m] = [total(cells.reference), total(cells.current)];
  const [first, second] = by === 'mixture' ? [0.5 / n, 0.5 / m] : [1 / (n + m), 1 / (n + m)];
  return {
    massOf: ([reference, current]: Pair) => first * reference + second * current,
    enough: leastExpected / Math.min(n, m),
  };
}

/** Neighbours together until they are enough; what is left at the end joins the last. */
function groupsOf(pairs: readonly Pair[], isEnough: (pair: Pair) => boolean): readonly number[] {
  const groups: number[] = [];
  let open: Pair = [0, 0];
  let group = 0;
  for (const [reference, current] of pairs) {
    open = [open[0] + reference, open[1] + current];
    groups.push(group);
    if (!isEnough(open)) continue;
    group += 1;
    open = [0, 0];
  }
  const last = Math.max(0, group - 1);
  return groups.map((each) => Math.min(each, last));
}

function pairsOf(cells: Cells): readonly Pair[] {
  return cells.reference.map((count, cell): Pair => [count, cells.current[cell] ?? 0]);
}

function unzipped(pairs: readonly Pair[]): Cells {
  return { reference: pairs.map(([count]) => count), current: pairs.map(([, count]) => count) };
}

function nearZero(low: number, high: number): number {
  return Math.abs(low) < Math.abs(high) ? low : high;
}
