import type { CategoryCounts } from '../data/category-counts.ts';
import { alignedCategories } from '../data/folded-categories.ts';
import { binsOf } from '../data/histogram.ts';
import type { ColumnProfile, NumberProfile, StringProfile } from '../data/profile-document.ts';
import { isNumberProfile, standardDeviation, valueCount } from '../data/profile-document.ts';
import { normalSurvival } from '../statistics/normal.ts';
import { andersonDarling } from './anderson-darling.ts';
import { categoryBars, labelledBars, noBars, numberBars } from './bars.ts';
import { categoryCellsOf, fineCells, joinedCells, mostCells, specialCells, type Weighting } from './cells.ts';
import { calibratedChiSquare } from './chi-square.ts';
import { cramerVonMises } from './cramer-von-mises.ts';
import type { ColumnDrift, DriftTest } from './drift-report.ts';
import { compareEmbeddings } from './embedding-comparison.ts';
import { type Effect, jensenShannonEffect } from './jensen-shannon.ts';
import { binnedKolmogorovSmirnov, kolmogorovSmirnovP } from './kolmogorov-smirnov.ts';
import { flooredShares, psiEffect } from './psi.ts';
import { type Cells, total } from './sample.ts';
import { hellinger, kullbackLeibler, lInfinity } from './share-distances.ts';
import { energyDistance } from './tied-groups.ts';
import { twoProportions } from './two-proportions.ts';
import { binnedWasserstein, normOf } from './wasserstein.ts';

/** A statistic before the q-values of the whole report are known. */
export interface RawStatistic {
  readonly value: number;
  readonly pValue: number | null;
  readonly effect: { readonly low: number; readonly high: number } | null;
}

/** Rows whose category only their own side has: their share, up to five names, and how surely and by how much that is new. */
export interface OneSided {
  readonly share: number;
  readonly examples: readonly string[];
  /** How many standard errors it lies above what a second sample of the other side would show. */
  readonly deviation: number;
  readonly pValue: number;
  readonly effect: Effect;
}

/** Everything that one column's two profiles say; compare.ts adds q-values and the verdict. */
export interface ColumnComparison {
  readonly name: string;
  readonly kind: ColumnDrift['kind'];
  readonly statistics: Readonly<Partial<Record<DriftTest, RawStatistic>>>;
  /** Values (not null) on the smaller side. */
  readonly values: number;
  readonly nulls: {
    readonly reference: number;
    readonly current: number;
    readonly pValue: number;
    readonly effect: Effect;
  };
  /** Current rows with a category that the reference never had; null for what has no listed categories. */
  readonly unseen: OneSided | null;
  /** The same with the sides exchanged: reference rows with a category that no longer occurs. */
  readonly vanished: OneSided | null;
  readonly mean: ColumnDrift['mean'];
  readonly bars: ColumnDrift['bars'];
  /** Set when the two sides do not hold the same kind of value. */
  readonly kindChange: string | null;
}

/** Compares the two profiles of a column. `z` is the normal quantile of every interval. */
export function compareColumn(options: {
  readonly reference: ColumnProfile;
  readonly current: ColumnProfile;
  readonly z: number;
}): ColumnComparison {
  const { reference, current, z } = options;
  const shared = {
    name: reference.name,
    values: Math.min(valueCount(reference), valueCount(current)),
    nulls: compareNulls(options),
    kindChange: null,
    unseen: null,
    vanished: null,
  };
  if (valueCount(reference) === 0 || valueCount(current) === 0) {
    const filled = valueCount(reference) > 0 ? reference : current;
    return { ...shared, kind: kindOf(filled), statistics: {}, mean: null, bars: noBars };
  }
  if (reference.kind === 'string' && current.kind === 'string') {
    return { ...shared, ...compareStrings({ reference, current, z }) };
  }
  if (isNumberProfile(reference) && isNumberProfile(current) && reference.kind === current.kind) {
    return { ...shared, ...compareNumbers({ reference, current, z }) };
  }
  if (reference.kind === 'embedding' && current.kind === 'embedding' && reference.dimension === current.dimension) {
    return { ...shared, ...compareEmbeddings({ reference, current, z }) };
  }
  const kindChange = `${kindText(reference)} became ${kindText(current)}`;
  return { ...shared, kind: kindOf(reference), statistics: {}, mean: null, bars: noBars, kindChange };
}

type Compared = Pick<ColumnComparison, 'kind' | 'statistics' | 'mean' | 'bars'>;

function compareNumbers(options: {
  readonly reference: NumberProfile;
  readonly current: NumberProfile;
  readonly z: number;
}): Compared {
  const { reference, current, z } = options;
  const fine = fineCells(reference, current);
  const special = specialCells(reference, current);
  const hasNumbers = total(fine.reference) > 0 && total(fine.current) > 0;
  const cells = (most: number, by: Weighting): Cells => {
    const joined = hasNumbers ? joinedCells({ cells: fine, most, by }) : fine;
    return {
      reference: [...joined.reference, ...special.reference],
      current: [...joined.current, ...special.current],
    };
  };
  const mean =
    reference.moments === null || current.moments === null
      ? null
      : { reference: reference.moments.mean, current: current.moments.mean };
  const bars =
    reference.kind === 'boolean'
      ? labelledBars(['false', 'true'], booleanCounts(reference), booleanCounts(current))
      : numberBars(fine);
  const tests = cellStatistics({
    tested: cells(mostCells(fine), 'pooled'),
    distances: cells(mostCells(fine), 'mixture'),
    stability: cells(10, 'mixture'),
    z,
  });
  const ordered = hasNumbers && reference.kind !== 'boolean' ? orderedStatistics({ fine, reference, z }) : {};
  return { kind: reference.kind, statistics: { ...tests, ...ordered }, mean, bars };
}

function compareStrings(options: {
  readonly reference: StringProfile;
  readonly current: StringProfile;
  readonly z: number;
}): Compared & Pick<ColumnComparison, 'unseen' | 'vanished'> {
  const { reference, current, z } = options;
  const aligned = alignedCategories(reference, current);
  const both = { reference: aligned.a, current: aligned.b };
  const distances = categoryCellsOf({ ...both, by: 'mixture' });
  return {
    kind: reference.categories.kind === 'listed' && current.categories.kind === 'listed' ? 'category' : 'text',
    statistics: cellStatistics({
      tested: categoryCellsOf({ ...both, by: 'pooled' }),
      distances,
      stability: distances,
      z,
    }),
    // A category that is only on one side may have been folded on the other.
    unseen: aligned.isFolded ? null : compareUnseen({ ...both, z }),
    vanished: aligned.isFolded ? null : compareUnseen({ reference: both.current, current: both.reference, z }),
    mean: null,
    bars: categoryBars(both.reference, both.current),
  };
}

/** "No difference" is one hypothesis: both distances carry the p-value of the test that keeps its level best. */
function cellStatistics(options: {
  readonly tested: Cells;
  readonly distances: Cells;
  readonly stability: Cells;
  readonly z: number;
}) {
  const { tested, distances, stability, z } = options;
  const { statistic, pValue } = calibratedChiSquare(tested);
  return {
    psi: { ...effectStatistic(psiEffect(stability, z)), pValue },
    'jensen-shannon': { ...effectStatistic(jensenShannonEffect(distances, z)), pValue },
    'chi-square': { value: statistic, pValue, effect: null },
    hellinger: { value: hellinger(distances), pValue, effect: null },
    'kullback-leibler': {
      value: kullbackLeibler(flooredShares(distances.reference), flooredShares(distances.current)),
      pValue,
      effect: null,
    },
    'l-infinity': { value: lInfinity(distances), pValue, effect: null },
  };
}

function orderedStatistics(options: {
  readonly fine: ReturnType<typeof fineCells>;
  readonly reference: NumberProfile;
  readonly z: number;
}) {
  const { fine, reference, z } = options;
  const [n, m] = [total(fine.reference), total(fine.current)];
  const { distance, bound } = binnedKolmogorovSmirnov(fine);
  const moved = binnedWasserstein({ cells: fine, places: fine.middle, z });
  const norm = normOf(standardDeviation(reference) ?? Number.NaN);
  // Each distribution function is within such a band of the true one everywhere (Dvoretzky, Kiefer, Wolfowitz; Massart 1990).
  const band = Math.sqrt(-Math.log(normalSurvival(z)) / 2) * Math.sqrt(1 / n + 1 / m);
  const method = n * m <= 1_000_000 ? 'exact' : 'asymptotic';
  const groups = { ...fine, places: fine.middle };
  const cramer = cramerVonMises(groups);
  const anderson = andersonDarling(groups);
  return {
    'kolmogorov-smirnov': {
      value: distance,
      pValue: kolmogorovSmirnovP({ distance, n, m, method }),
      effect: { low: Math.max(0, distance - band), high: Math.min(1, distance + bound + band) },
    },
    'cramer-von-mises': { value: cramer.statistic, pValue: cramer.pValue, effect: null },
    ...(anderson === null
      ? {}
      : { 'anderson-darling': { value: anderson.statistic, pValue: anderson.pValue, effect: null } }),
    energy: { value: energyDistance(groups), pValue: null, effect: null },
    wasserstein: { value: moved.distance, pValue: null, effect: { low: moved.low, high: moved.high } },
    'wasserstein-normed': {
      value: moved.distance / norm,
      pValue: null,
      effect: { low: moved.low / norm, high: moved.high / norm },
    },
  };
}

/** Null or not, as two cells: a share of nulls that changes is a change of its own, however the other values lie. */
function compareNulls(options: {
  readonly reference: ColumnProfile;
  readonly current: ColumnProfile;
  readonly z: number;
}) {
  const { reference, current, z } = options;
  const [n, m] = [rowsOf(reference), rowsOf(current)];
  return {
    reference: n === 0 ? 0 : reference.nulls / n,
    current: m === 0 ? 0 : current.nulls / m,
    pValue: twoProportions({ reference: { count: reference.nulls, of: n }, current: { count: current.nulls, of: m } })
      .pValue,
    effect: jensenShannonEffect(
      { reference: [reference.nulls, n - reference.nulls], current: [current.nulls, m - current.nulls] },
      z,
    ),
  };
}

/**
 * The current rows whose category the reference never had, held against what a second sample of the reference would
 * show: about as many as the reference has categories that occur once (Good and Turing 1953).
 */
function compareUnseen(options: {
  readonly reference: CategoryCounts;
  readonly current: CategoryCounts;
  readonly z: number;
}): ColumnComparison['unseen'] {
  const { reference, current, z } = options;
  if (reference.kind === 'hashed' || current.kind === 'hashed') return null;
  const known = new Set(reference.values.map(([label]) => label));
  const unseen = current.values.filter(([label]) => !known.has(label));
  const n = total(reference.values.map(([, count]) => count));
  const m = total(current.values.map(([, count]) => count));
  const count = total(unseen.map(([, each]) => each));
  const times = (often: number) => reference.values.filter(([, each]) => each === often).length;
  const once = times(1);
  const expected = (once + count) / (n + m);
  // The reference's estimate varies by 2·(those that occur twice)/n² beyond a share's own error (Esty 1983).
  const variance = expected * (1 - expected) * (1 / n + 1 / m) + (2 * times(2)) / n ** 2;
  const rise = variance > 0 ? (count / m - once / n) / Math.sqrt(variance) : 0;
  return {
    share: count / m,
    examples: unseen.slice(0, 5).map(([label]) => label),
    deviation: rise,
    pValue: normalSurvival(rise),
    effect: jensenShannonEffect({ reference: [once, n - once], current: [count, m - count] }, z),
  };
}

function effectStatistic({ value, low, high }: Effect): Pick<RawStatistic, 'value' | 'effect'> {
  return { value, effect: { low, high } };
}

function booleanCounts(profile: NumberProfile): readonly number[] {
  const trues = total(binsOf(profile.histogram).map(({ key, count }) => (key > 0 ? count : 0)));
  return [profile.count - trues, trues];
}

function rowsOf(column: ColumnProfile): number {
  return valueCount(column) + column.nulls;
}

function kindText(column: ColumnProfile): string {
  return column.kind === 'embedding' ? `embedding of ${column.dimension} numbers` : kindOf(column);
}

function kindOf(column: ColumnProfile): ColumnDrift['kind'] {
  if (column.kind !== 'string') return column.kind;
  return column.categories.kind === 'listed' ? 'category' : 'text';
}
