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
  const { cells, most, by } = options;
  const { massOf, enough } = weights(cells, by);
  // A hair of tolerance below: 0.1 + 0.2 must reach 0.3.
  const least = Math.max(cells.reference.length <= most ? 0 : 1 / most, enough);
  const pairs = cells.reference.map((count, cell): Pair => [count, cells.current[cell] ?? 0]);
  return unzipped(joinedPairs(pairs, (pair) => massOf(pair) >= least * (1 - 1e-12)));
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
  if (reference.kind === 'hashed' || current.kind === 'hashed') {
    const cells = { reference: asHashed(reference).buckets, current: asHashed(current).buckets };
    return joinedCells({ cells, most: cells.reference.length, by });
  }
  const counts = new Map<string, Pair>();
  for (const [label, count] of reference.values) counts.set(label, [count, 0]);
  for (const [label, count] of current.values) counts.set(label, [counts.get(label)?.[0] ?? 0, count]);
  const { massOf, enough } = weights(unzipped([...counts.values()]), by);
  const frequent: Pair[] = [];
  const rare: { readonly pair: Pair; readonly order: number; readonly label: string }[] = [];
  for (const [label, pair] of counts) {
    if (massOf(pair) >= enough) frequent.push(pair);
    else rare.push({ pair, order: hashOf(label).bucket, label });
  }
  if (rare.length === 0) return unzipped(frequent);
  rare.sort((a, b) => a.order - b.order || (a.label < b.label ? -1 : 1));
  const joined = joinedPairs(
    rare.map(({ pair }) => pair),
    (pair) => massOf(pair) >= enough,
  );
  return unzipped([...frequent, ...joined]);
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
function joinedPairs(pairs: readonly Pair[], isEnough: (pair: Pair) => boolean): readonly Pair[] {
  const joined: Pair[] = [];
  let open: Pair = [0, 0];
  for (const [reference, current] of pairs) {
    open = [open[0] + reference, open[1] + current];
    if (!isEnough(open)) continue;
    joined.push(open);
    open = [0, 0];
  }
  const last = joined.pop() ?? [0, 0];
  return [...joined, [last[0] + open[0], last[1] + open[1]]];
}

function unzipped(pairs: readonly Pair[]): Cells {
  return { reference: pairs.map(([count]) => count), current: pairs.map(([, count]) => count) };
}

function nearZero(low: number, high: number): number {
  return Math.abs(low) < Math.abs(high) ? low : high;
}
