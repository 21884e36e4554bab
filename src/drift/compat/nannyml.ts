import { categoryCells, nannymlCells } from '../binning.ts';
import { yatesChiSquare } from '../chi-square.ts';
import { jensenShannonDistance } from '../jensen-shannon.ts';
import { kolmogorovSmirnov } from '../kolmogorov-smirnov.ts';
import { type Cells, samplePair } from '../sample.ts';
import { hellinger, lInfinity } from '../share-distances.ts';
import { wasserstein } from '../wasserstein.ts';
import type { CompatColumn, RawColumn } from './raw-column.ts';

/** A NannyML verdict with the chunks that it is made of. */
export interface NannymlColumn extends CompatColumn {
  /** The Jensen–Shannon distance of each chunk of the current rows, null without values, and whether it raises an alert. */
  readonly chunks: readonly { readonly value: number | null; readonly alert: boolean }[];
}

/**
 * What NannyML 0.13 says of a column with its defaults: the Jensen–Shannon distance (base 2) of each tenth of the current
 * rows to the whole reference, with an alert above mean + 3 standard deviations of the reference's own tenths
 * (drift/univariate, thresholds.py). `drifted` means that any chunk raises one; the statistics are those of all current
 * rows. Null where it raises an error: fewer than ten rows or no value on a side, infinite numbers, another type.
 */
export function nannymlColumn(reference: RawColumn, current: RawColumn): NannymlColumn | null {
  const whole = statisticsOf(reference, current);
  if (whole === null || reference.values.length < chunkCount || current.values.length < chunkCount) return null;
  const known = chunksOf(reference).flatMap((chunk) => distance(reference, chunk) ?? []);
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const deviation = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length);
  const threshold = mean + 3 * deviation;
  const chunks = chunksOf(current).map((chunk) => {
    const value = distance(reference, chunk);
    return { value, alert: value !== null && value > threshold };
  });
  const value = whole['jensen-shannon']?.value ?? null;
  const drifted = chunks.some(({ alert }) => alert);
  return { chosen: 'jensen_shannon', value, threshold, drifted, statistics: whole, chunks };
}

const chunkCount = 10;

/** Adjacent tenths of the rows; what is left over is a chunk of its own. */
function chunksOf(column: RawColumn): readonly RawColumn[] {
  const size = Math.floor(column.values.length / chunkCount);
  const starts = Array.from({ length: Math.ceil(column.values.length / size) }, (_, chunk) => chunk * size);
  return starts.map((start) =>
    column.kind === 'number'
      ? { ...column, values: column.values.subarray(start, start + size) }
      : { ...column, values: column.values.slice(start, start + size) },
  );
}

function distance(reference: RawColumn, chunk: RawColumn): number | null {
  const cells = cellsOf(reference, chunk);
  return cells === null ? null : jensenShannonDistance(cells, 2);
}

/** Shares in Doane's bins of the reference and outside of them, or by category; null when a side has no value. */
function cellsOf(reference: RawColumn, current: RawColumn): Cells | null {
  if (reference.kind === 'number' && current.kind === 'number') {
    const pair = samplePair(reference.values, current.values);
    return pair === null ? null : nannymlCells(pair);
  }
  if (reference.kind !== 'category' || current.kind !== 'category') return null;
  const isText = (value: string | null): value is string => value !== null;
  const [first, second] = [reference.values.filter(isText), current.values.filter(isText)];
  return first.length === 0 || second.length === 0 ? null : categoryCells(first, second);
}

function statisticsOf(reference: RawColumn, current: RawColumn): CompatColumn['statistics'] | null {
  const cells = cellsOf(reference, current);
  if (cells === null) return null;
  const of = (value: number) => ({ value, pValue: null });
  const common = { 'jensen-shannon': of(jensenShannonDistance(cells, 2)), hellinger: of(hellinger(cells)) };
  if (reference.kind !== 'number' || current.kind !== 'number') {
    const { statistic, pValue } = yatesChiSquare(cells);
    return { ...common, 'chi-square': { value: statistic, pValue }, 'l-infinity': of(lInfinity(cells)) };
  }
  const pair = samplePair(reference.values, current.values);
  const isInfinite = (value: number) => Math.abs(value) === Number.POSITIVE_INFINITY;
  if (pair === null || reference.values.some(isInfinite) || current.values.some(isInfinite)) return null;
  // From here on it estimates both from 10 000 bins.
  if (pair.reference.length >= 10_000) return common;
  return { ...common, 'kolmogorov-smirnov': of(kolmogorovSmirnov(pair)), wasserstein: of(wasserstein(pair)) };
}
