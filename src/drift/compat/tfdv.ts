import { categoryCells } from '../binning.ts';
import { type Cells, total } from '../sample.ts';
import { lInfinity } from '../share-distances.ts';
import type { CompatColumn, RawColumn } from './raw-column.ts';
import { type Bucket, equalWidthHistogram } from './tfdv-histogram.ts';

/** What TensorFlow Data Validation compares two spans by, by our names. */
export const tfdvMeasures = ['l-infinity', 'jensen-shannon', 'normalized-absolute-difference'] as const;
/** One of them. */
export type TfdvMeasure = (typeof tfdvMeasures)[number];
/**
 * Above which value of each measure a column counts as moved; the tool itself has no defaults. `usual` is that of the
 * measure that is usual for a column: l-infinity for texts, jensen-shannon for numbers.
 */
export type TfdvThresholds = Readonly<Partial<Record<TfdvMeasure | 'usual', number>>>;

/**
 * What TensorFlow Data Validation 1.16 says of a column with the given thresholds: for texts the largest difference of one
 * value's share, the Jensen–Shannon divergence (base 2, no root) and the largest difference of counts over the total of both; for
 * numbers the divergence of two histograms of ten buckets that are cut anew on
 * the edges of both (anomalies/metrics.cc). Null where a side has no values or the kinds differ, for which it has no number.
 */
export function tfdvColumn(reference: RawColumn, current: RawColumn, thresholds: TfdvThresholds): CompatColumn | null {
  const values = measured(reference, current);
  if (values === null) return null;
  const usual = reference.kind === 'number' ? 'jensen-shannon' : 'l-infinity';
  const known = tfdvMeasures.flatMap((measure) => {
    const threshold = thresholds[measure] ?? (measure === usual ? thresholds.usual : undefined);
    const value = values[measure];
    return value === undefined || threshold === undefined ? [] : [{ measure, value, threshold }];
  });
  const chosen = known.find(({ value, threshold }) => value > threshold) ?? known[0];
  if (chosen === undefined) return null;
  const statistics = Object.fromEntries(
    Object.entries(values).map(([measure, value]) => [measure, { value, pValue: null }]),
  );
  const { value, threshold } = chosen;
  return { chosen: chosen.measure, value, threshold, drifted: value > threshold, statistics };
}

function measured(reference: RawColumn, current: RawColumn): Partial<Record<TfdvMeasure, number>> | null {
  if (reference.kind === 'number' && current.kind === 'number') {
    const divergence = histogramDivergence(sideOf(reference), sideOf(current));
    return divergence === null ? null : { 'jensen-shannon': divergence };
  }
  if (reference.kind !== 'category' || current.kind !== 'category') return null;
  const cells = textCells(reference.values, current.values);
  const [n, m] = [total(cells.reference), total(cells.current)];
  if (n === 0 || m === 0) return null;
  const both = n + m;
  const gaps = cells.reference.map((count, cell) => Math.abs(count / both - (cells.current[cell] ?? 0) / both));
  return {
    'l-infinity': lInfinity(cells),
    'jensen-shannon': divergenceOf(cells),
    'normalized-absolute-difference': gaps.reduce((most, gap) => Math.max(most, gap), 0),
  };
}

interface Side {
  readonly buckets: readonly Bucket[];
  readonly nan: number;
}

/** Missing rows do not count at all, NaN counts as a value. */
function sideOf(column: RawColumn & { readonly kind: 'number' }): Side {
  const values = column.values.filter((value) => !Number.isNaN(value));
  return { buckets: equalWidthHistogram(values), nan: column.values.length - values.length - column.nulls };
}

function histogramDivergence(reference: Side, current: Side): number | null {
  const edges = [...new Set([...edgesOf(reference), ...edgesOf(current)])].sort((a, b) => a - b);
  const points = [...new Set([...pointsOf(reference), ...pointsOf(current)])];
  const [p, q] = [reference, current].map((side) => [...recut(side, edges), ...atPoints(side, points)]);
  const [beyondP, beyondQ] = [beyond(reference), beyond(current)];
  // NaN is forgotten when buckets are cut anew: it counts only where both sides already have the same edges.
  const isCut = [reference, current].some((side) => new Set(edgesOf(side)).size !== edges.length);
  const [nanP, nanQ] = isCut ? [0, 0] : [reference.nan, current.nan];
  const cells = {
    // Infinities and NaN of the two sides never share a bucket.
    reference: [...(p ?? []), beyondP, 0, 0, nanP],
    current: [...(q ?? []), 0, beyondQ, nanQ, 0],
  };
  if (total(cells.reference) === 0 || total(cells.current) === 0) return null;
  return divergenceOf(cells);
}

function isPoint({ low, high }: Bucket): boolean {
  return low === high && Number.isFinite(low);
}

function isWide({ low, high }: Bucket): boolean {
  return low !== high && Number.isFinite(low) && Number.isFinite(high);
}

function edgesOf({ buckets }: Side): readonly number[] {
  return buckets.filter(isWide).flatMap(({ low, high }) => [low, high]);
}

function pointsOf({ buckets }: Side): readonly number[] {
  return buckets.filter(isPoint).map(({ low }) => low);
}

/** Counts between all edges: what a bucket holds is spread evenly over it. */
function recut({ buckets }: Side, edges: readonly number[]): readonly number[] {
  const wide = buckets.filter(isWide);
  return edges.slice(1).map((high, index) => {
    const low = edges[index] ?? high;
    const bucket = wide.find((one) => one.low <= low && high <= one.high);
    return bucket === undefined ? 0 : ((high - low) / (bucket.high - bucket.low)) * bucket.count;
  });
}

function atPoints({ buckets }: Side, points: readonly number[]): readonly number[] {
  return points.map((point) => buckets.find((one) => isPoint(one) && one.low === point)?.count ?? 0);
}

function beyond({ buckets }: Side): number {
  const outside = buckets.filter((bucket) => !Number.isFinite(bucket.low) || !Number.isFinite(bucket.high));
  return total(outside.map(({ count }) => count));
}

/** The Jensen–Shannon divergence to base 2, at most 1. */
function divergenceOf(cells: Cells): number {
  const [n, m] = [total(cells.reference), total(cells.current)];
  let [first, second] = [0, 0];
  for (const [cell, count] of cells.reference.entries()) {
    const [p, q] = [count / n, (cells.current[cell] ?? 0) / m];
    const middle = (p + q) / 2;
    if (p > 0) first += p * Math.log2(p / middle);
    if (q > 0) second += q * Math.log2(q / middle);
  }
  return Math.min(1, (first + second) / 2);
}

/** Counts by text. Beyond a thousand texts of a side the tool keeps a sketch of them; here all are counted. */
function textCells(reference: readonly (string | null)[], current: readonly (string | null)[]): Cells {
  const isText = (value: string | null): value is string => value !== null;
  return categoryCells(reference.filter(isText), current.filter(isText));
}
