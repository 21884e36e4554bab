import { chiSquareSurvival } from '../../statistics/chi-square.ts';
import { categoryCells, cellsBetween, evidentlyShares, sturgesEdges } from '../binning.ts';
import { jensenShannonDistance } from '../jensen-shannon.ts';
import { kolmogorovSmirnov, kolmogorovSmirnovP } from '../kolmogorov-smirnov.ts';
import { psiOfShares } from '../psi.ts';
import { type Cells, type SamplePair, samplePair, total } from '../sample.ts';
import { hellinger, kullbackLeibler } from '../share-distances.ts';
import { twoProportions } from '../two-proportions.ts';
import { wassersteinNormed } from '../wasserstein.ts';
import type { CompatColumn, CompatStatistic, RawColumn } from './raw-column.ts';

/**
 * What Evidently 0.7 says of a column with its defaults: its choice of test by the reference's size and the number of
 * distinct values, that test's number, and every statistic as it defines it (legacy/calculations/stattests). What is null or infinite is
 * dropped first. Null when a side is empty then, for which it raises an error.
 */
export function evidentlyColumn(reference: RawColumn, current: RawColumn): CompatColumn | null {
  if (reference.kind === 'number' && current.kind === 'number') {
    const pair = samplePair(reference.values, current.values);
    return pair === null ? null : numberColumn(pair, reference.isWhole && current.isWhole ? 1 : 0);
  }
  if (reference.kind !== 'category' || current.kind !== 'category') return null;
  const isText = (value: string | null): value is string => value !== null;
  const sides = { reference: reference.values.filter(isText), current: current.values.filter(isText) };
  return sides.reference.length === 0 || sides.current.length === 0 ? null : categoryColumn(sides);
}

/** Whether Evidently calls a dataset drifted: half of its columns, of those that it could look at. */
export function evidentlyDataset(columns: readonly CompatColumn[]): boolean {
  return columns.length > 0 && columns.filter(({ drifted }) => drifted).length / columns.length >= 0.5;
}

/** Up to so many rows of the reference it tests by p-values, beyond by distances. */
const smallReference = 1000;

function numberColumn(pair: SamplePair, leastWidth: number): CompatColumn {
  const [n, m] = [pair.reference.length, pair.current.length];
  const method = Math.max(n, m) <= 10_000 ? 'exact' : 'asymptotic';
  const distinct = new Set(pair.reference).size > 20;
  const values = categoryCells([...pair.reference].map(String), [...pair.current].map(String));
  const cells = distinct ? cellsBetween(sturgesEdges(pair, leastWidth), pair) : values;
  const uniques = Float64Array.from(new Set([...pair.reference, ...pair.current])).sort();
  const edges = sturgesEdges({ reference: uniques, current: new Float64Array() }, leastWidth);
  const largest = kolmogorovSmirnov(pair);
  const p = kolmogorovSmirnovP({ distance: largest, n, m, method });
  const moved = wassersteinNormed(pair);
  const divergence = jensenShannonDistance(cells, 'e');
  const statistics = {
    'kolmogorov-smirnov': { value: largest, pValue: p },
    'wasserstein-normed': distance(moved),
    ...ofCells(cells),
    hellinger: distance(hellinger(cellsBetween(edges, pair))),
  };
  const few = uniques.length <= 5;
  if (n > smallReference) {
    return few ? byDistance('jensenshannon', divergence, statistics) : byDistance('wasserstein', moved, statistics);
  }
  // Its p-value may equal the threshold here, and here only.
  if (!few) return { chosen: 'ks', value: p, threshold: 0.05, drifted: p <= 0.05, statistics };
  return byShares(
    sortedByLabel(values, (a, b) => Number(a) - Number(b)),
    statistics,
  );
}

function categoryColumn(sides: {
  readonly reference: readonly string[];
  readonly current: readonly string[];
}): CompatColumn {
  const cells = categoryCells(sides.reference, sides.current);
  const statistics = { 'chi-square': goodnessOfFit(cells), ...ofCells(cells), hellinger: distance(hellinger(cells)) };
  if (sides.reference.length > smallReference) {
    return byDistance('jensenshannon', jensenShannonDistance(cells, 'e'), statistics);
  }
  return byShares(
    sortedByLabel(cells, (a, b) => (a < b ? -1 : 1)),
    statistics,
  );
}

function ofCells(cells: Cells) {
  const { p, q } = evidentlyShares(cells);
  return {
    'jensen-shannon': distance(jensenShannonDistance(cells, 'e')),
    psi: distance(psiOfShares(p, q)),
    'kullback-leibler': distance(kullbackLeibler(p, q)),
  };
}

function distance(value: number): CompatStatistic {
  return { value, pValue: null };
}

function byDistance(chosen: string, value: number, statistics: CompatColumn['statistics']): CompatColumn {
  return { chosen, value, threshold: 0.1, drifted: value >= 0.1, statistics };
}

function byShares(cells: Cells, statistics: CompatColumn['statistics']): CompatColumn {
  if (cells.reference.length > 2) {
    const value = goodnessOfFit(cells).pValue;
    return { chosen: 'chisquare', value, threshold: 0.05, drifted: (value ?? 1) < 0.05, statistics };
  }
  const [first = 0, otherFirst = 0] = [cells.reference[0], cells.current[0]];
  const [n, m] = [total(cells.reference), total(cells.current)];
  const shares = { reference: { count: n - first, of: n }, current: { count: m - otherFirst, of: m } };
  const value = twoProportions(shares).pValue;
  return { chosen: 'z', value, threshold: 0.05, drifted: value < 0.05, statistics };
}

/** Pearson's test that takes the reference's shares for exact: a new category gives p = 0, a single one no p at all. */
function goodnessOfFit(cells: Cells): CompatStatistic {
  const scale = total(cells.current) / total(cells.reference);
  if (cells.reference.length < 2) return { value: 0, pValue: null };
  let statistic = 0;
  for (const [cell, count] of cells.reference.entries()) {
    const expected = count * scale;
    statistic += ((cells.current[cell] ?? 0) - expected) ** 2 / expected;
  }
  if (!Number.isFinite(statistic)) return { value: null, pValue: 0 };
  return { value: statistic, pValue: chiSquareSurvival(statistic, cells.reference.length - 1) };
}

function sortedByLabel(
  cells: Cells & { readonly labels: readonly string[] },
  order: (a: string, b: string) => number,
): Cells {
  const places = cells.labels.map((_, at) => at).sort((a, b) => order(cells.labels[a] ?? '', cells.labels[b] ?? ''));
  return {
    reference: places.map((at) => cells.reference[at] ?? 0),
    current: places.map((at) => cells.current[at] ?? 0),
  };
}
