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
  const least = Math.min(reference.moments?.min ?? 0, current.moments?.min ?? 0);
  const most = Math.max(reference.moments?.max ?? 0, current.moments?.max ?? 0);
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
 * Joins neighbouring cells until each holds at least 1/most of the mixture ½P + ½Q and enough expected counts for the smaller
 * sample. The mixture treats both sides alike whatever their sizes, so the cells are the same with the sides exchanged.
 */
export function joinedCells(cells: Cells, most: number): Cells {
  const [n, m] = [total(cells.reference), total(cells.current)];
  const least = Math.max(cells.reference.length <= most ? 0 : 1 / most, leastExpected / Math.min(n, m));
  const joined: { reference: number; current: number }[] = [];
  let open = { reference: 0, current: 0 };
  const massOf = (cell: { reference: number; current: number }) => (cell.reference / n + cell.current / m) / 2;
  for (const [cell, count] of cells.reference.entries()) {
    open.reference += count;
    open.current += cells.current[cell] ?? 0;
    // A hair of tolerance: 0.1 + 0.2 must reach 0.3.
    if (massOf(open) < least * (1 - 1e-12)) continue;
    joined.push(open);
    open = { reference: 0, current: 0 };
  }
  const last = joined.at(-1);
  if (last === undefined) joined.push(open);
  else {
    last.reference += open.reference;
    last.current += open.current;
  }
  return { reference: joined.map((cell) => cell.reference), current: joined.map((cell) => cell.current) };
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
export function categoryCellsOf(reference: CategoryCounts, current: CategoryCounts): Cells {
  if (reference.kind === 'hashed' || current.kind === 'hashed') {
    return joinedCells({ reference: asHashed(reference).buckets, current: asHashed(current).buckets }, 1024);
  }
  const counts = new Map<string, [number, number]>();
  for (const [label, count] of reference.values) counts.set(label, [count, 0]);
  for (const [label, count] of current.values) counts.set(label, [counts.get(label)?.[0] ?? 0, count]);
  const n = total(reference.values.map(([, count]) => count));
  const m = total(current.values.map(([, count]) => count));
  const least = leastExpected / Math.min(n, m);
  const frequent: [number, number][] = [];
  const rare: { readonly pair: [number, number]; readonly order: number; readonly label: string }[] = [];
  for (const [label, pair] of counts) {
    if ((pair[0] / n + pair[1] / m) / 2 >= least) frequent.push(pair);
    else rare.push({ pair, order: hashOf(label).bucket, label });
  }
  rare.sort((a, b) => a.order - b.order || (a.label < b.label ? -1 : 1));
  const joined = rareCells(
    rare.map(({ pair }) => pair),
    { n, m },
  );
  return {
    reference: [...frequent.map(([count]) => count), ...joined.map(([count]) => count)],
    current: [...frequent.map(([, count]) => count), ...joined.map(([, count]) => count)],
  };
}

function rareCells(
  pairs: readonly [number, number][],
  { n, m }: { readonly n: number; readonly m: number },
): [number, number][] {
  const cells: [number, number][] = [];
  let open: [number, number] = [0, 0];
  for (const [reference, current] of pairs) {
    open = [open[0] + reference, open[1] + current];
    if ((open[0] / n + open[1] / m) / 2 < leastExpected / Math.min(n, m)) continue;
    cells.push(open);
    open = [0, 0];
  }
  if (open[0] + open[1] > 0) cells.push(open);
  return cells;
}

function nearZero(low: number, high: number): number {
  return Math.abs(low) < Math.abs(high) ? low : high;
}
