import { AppError } from '../error.ts';
import { mergeCategories } from './category-counts.ts';
import { mergeSketches, parseSketch, sketchText } from './distinct.ts';
import { mergeEmbeddings } from './embedding-profile.ts';
import { mergeHistograms } from './histogram.ts';
import { mergePairs, type PairProfile } from './pair-profile.ts';
import {
  type ColumnProfile,
  type NumberProfile,
  type Profile,
  profileSchema,
  type StringProfile,
  valueCount,
} from './profile-document.ts';
import { mergeExtremes } from './profile-parts.ts';

/**
 * The profile of the rows of both. Commutative and associative in every integer, hence in every verdict; means and
 * spreads agree to rounding. A column without any value has no kind of its own: it takes the other's. Throws `bad-input`
 * when the columns differ in name or kind, and when rare categories were folded away in either.
 */
export function mergeProfiles(a: Profile, b: Profile): Profile {
  const others = new Map(b.columns.map((column) => [column.name, column]));
  const columns = a.columns.map((column) => {
    const other = others.get(column.name);
    if (other === undefined) throw differing(column.name, 'only one of them');
    return mergeColumns(column, other);
  });
  const names = new Set(columns.map(({ name }) => name));
  const extra = b.columns.find(({ name }) => !names.has(name));
  if (extra !== undefined) throw differing(extra.name, 'only one of them');
  // Where the files do not agree on an order of columns no order but that of the names is the same for every merge.
  const isInOrder = a.columns.every(({ name }, index) => b.columns[index]?.name === name);
  if (!isInOrder) columns.sort((x, y) => (x.name < y.name ? -1 : 1));
  const pairs = mergeAllPairs(a.pairs ?? [], b.pairs ?? []);
  return { schema: profileSchema, rows: a.rows + b.rows, columns, ...(pairs.length > 0 && { pairs }) };
}

/** Pairs that only one side has say nothing of the whole: they are left out. */
function mergeAllPairs(a: readonly PairProfile[], b: readonly PairProfile[]): PairProfile[] {
  const others = new Map(b.map((pair) => [JSON.stringify([pair.x, pair.y]), pair]));
  return a.flatMap((pair) => {
    const other = others.get(JSON.stringify([pair.x, pair.y]));
    return other === undefined ? [] : [mergePairs(pair, other)];
  });
}

function mergeColumns(a: ColumnProfile, b: ColumnProfile): ColumnProfile {
  if (a.kind === 'string' && b.kind === 'string') return mergeStrings(a, b);
  if (a.kind === 'embedding' && b.kind === 'embedding') return mergeEmbeddings(a, b);
  if (a.kind === b.kind && a.kind !== 'string' && a.kind !== 'embedding') {
    // The kinds are equal: what narrows one of them narrows the other.
    return mergeNumbers(a, b as NumberProfile);
  }
  const [first, second] = kindOrder[a.kind] <= kindOrder[b.kind] ? [a, b] : [b, a];
  if (valueCount(second) === 0) return { ...first, nulls: first.nulls + second.nulls };
  if (valueCount(first) === 0) return { ...second, nulls: first.nulls + second.nulls };
  throw differing(a.name, `${a.kind} and ${b.kind}`);
}

/** Of two columns without values the one whose kind says more stays. */
const kindOrder = { embedding: 0, number: 1, timestamp: 2, boolean: 3, string: 4 } as const;

function mergeStrings(a: StringProfile, b: StringProfile): StringProfile {
  if (a.folded !== undefined || b.folded !== undefined) {
    throw new AppError(
      'bad-input',
      `expected profiles with all their categories, found column ${a.name} with rare ones folded; merge first and fold the result`,
    );
  }
  return {
    name: a.name,
    kind: 'string',
    nulls: a.nulls + b.nulls,
    count: a.count + b.count,
    categories: mergeCategories(a.categories, b.categories),
    lengths: {
      extremes: mergeExtremes(a.lengths.extremes, b.lengths.extremes),
      total: a.lengths.total + b.lengths.total,
      histogram: mergeHistograms(a.lengths.histogram, b.lengths.histogram),
    },
  };
}

function mergeNumbers(a: NumberProfile, b: NumberProfile): NumberProfile {
  return {
    name: a.name,
    kind: a.kind,
    nulls: a.nulls + b.nulls,
    nan: a.nan + b.nan,
    positiveInfinite: a.positiveInfinite + b.positiveInfinite,
    negativeInfinite: a.negativeInfinite + b.negativeInfinite,
    count: a.count + b.count,
    extremes: mergeExtremes(a.extremes, b.extremes),
    moments: mergeMoments(a, b),
    histogram: mergeHistograms(a.histogram, b.histogram),
    distinct: sketchText(mergeSketches(parseSketch(a.distinct), parseSketch(b.distinct))),
  };
}

/** Chan, Golub and LeVeque (1979). */
function mergeMoments(a: NumberProfile, b: NumberProfile): NumberProfile['moments'] {
  if (a.count === 0 || b.count === 0) return a.count === 0 ? b.moments : a.moments;
  if (a.moments === null || b.moments === null) return null;
  const total = a.count + b.count;
  const difference = b.moments.mean - a.moments.mean;
  const mean = a.moments.mean * (a.count / total) + b.moments.mean * (b.count / total);
  const squares = a.moments.squares + b.moments.squares + difference * difference * ((a.count * b.count) / total);
  return Number.isFinite(mean) && Number.isFinite(squares) ? { mean, squares } : null;
}

function differing(name: string, found: string): AppError {
  return new AppError(
    'bad-input',
    `expected profiles of the same columns, found column ${name} as ${found}; profile files of one schema`,
  );
}
