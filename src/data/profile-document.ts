import { z } from 'zod';
import { canonicalJson, type Digest, digestOf } from '../digest.ts';
import { AppError } from '../error.ts';
import { CategoryCounts, mergeCategories } from './category-counts.ts';
import { distinctEstimate, mergeSketches, parseSketch, sketchText } from './distinct.ts';
import { Histogram, mergeHistograms } from './histogram.ts';

const Count = z.number().int().nonnegative();

const Extremes = z.strictObject({ min: z.number(), max: z.number() });

/** The sum of squared deviations from the mean beside the mean: both to about 15 digits. */
const Moments = z.strictObject({ mean: z.number(), squares: z.number().nonnegative() });

const NumberColumn = z.strictObject({
  name: z.string().max(200),
  /** Booleans are counted as 0 and 1, points in time as seconds since 1970 (UTC). */
  kind: z.enum(['number', 'boolean', 'timestamp']),
  nulls: Count,
  nan: Count,
  positiveInfinite: Count,
  negativeInfinite: Count,
  /** Finite values. */
  count: Count,
  /** Null without finite values. */
  extremes: Extremes.nullable(),
  /** Null without finite values, and when their sums exceed what a double holds. */
  moments: Moments.nullable(),
  histogram: Histogram,
  /** HyperLogLog registers of the finite values, base64. */
  distinct: z.string().max(1400),
});

const StringColumn = z.strictObject({
  name: z.string().max(200),
  kind: z.literal('string'),
  nulls: Count,
  count: Count,
  categories: CategoryCounts,
});

/** One column of a profile. */
export const ColumnProfile = z.discriminatedUnion('kind', [NumberColumn, StringColumn]);
export type ColumnProfile = z.infer<typeof ColumnProfile>;
/** A column of numbers, booleans or points in time. */
export type NumberProfile = z.infer<typeof NumberColumn>;
/** A column of texts; whether they are categories their number says. */
export type StringProfile = z.infer<typeof StringColumn>;

/** A mergeable summary of a dataset: counts, distributions, frequent texts; no rows. */
export const Profile = z.strictObject({
  schema: z.literal('siskin.profile/v1'),
  rows: Count,
  columns: z.array(ColumnProfile),
});
export type Profile = z.infer<typeof Profile>;

/** The address of a profile: the digest of its canonical JSON. */
export function profileDigest(profile: Profile): Digest {
  return digestOf(canonicalJson(profile));
}

/** Reads a profile document. Throws `bad-input` when it is none. */
export function parseProfile(text: string, file: string): Profile {
  try {
    return Profile.parse(JSON.parse(text));
  } catch (cause) {
    const found = cause instanceof z.ZodError ? (cause.issues[0]?.message ?? 'another shape') : 'text that is not JSON';
    throw new AppError(
      'bad-input',
      `expected a profile of schema siskin.profile/v1, found ${found} in ${file}; write it with \`siskin profile --json\``,
      { cause },
    );
  }
}

/**
 * The profile of the rows of both. Commutative and associative in every integer, hence in every verdict; means and
 * spreads agree to rounding. Throws `bad-input` when the columns differ in name or kind.
 */
export function mergeProfiles(a: Profile, b: Profile): Profile {
  const others = new Map(b.columns.map((column) => [column.name, column]));
  const columns = a.columns.map((column) => {
    const other = others.get(column.name);
    if (other === undefined) throw differing(column.name, 'only one of them');
    return mergeColumns(column, other);
  });
  const extra = b.columns.find((column) => !a.columns.some(({ name }) => name === column.name));
  if (extra !== undefined) throw differing(extra.name, 'only one of them');
  return { schema: 'siskin.profile/v1', rows: a.rows + b.rows, columns };
}

/** Standard deviation with divisor n, as DuckDB's stddev_pop and numpy's std; null when the moments are. */
export function standardDeviation(column: NumberProfile): number | null {
  return column.moments === null ? null : Math.sqrt(column.moments.squares / column.count);
}

/** Distinct values: exact for listed categories and where each bin holds one number, else within about 3 %. */
export function distinctCount(column: ColumnProfile): number {
  if (column.kind !== 'string') {
    const estimate = distinctEstimate(parseSketch(column.distinct));
    const filled = column.histogram.keys.length;
    // There are at least as many values as bins; an estimate this near says that there are no more.
    return estimate <= filled * 1.1 ? filled : estimate;
  }
  if (column.categories.kind === 'listed') return column.categories.values.length;
  return distinctEstimate(Uint8Array.from(column.categories.ranks));
}

function mergeColumns(a: ColumnProfile, b: ColumnProfile): ColumnProfile {
  if (a.kind === 'string' && b.kind === 'string') {
    return {
      name: a.name,
      kind: 'string',
      nulls: a.nulls + b.nulls,
      count: a.count + b.count,
      categories: mergeCategories(a.categories, b.categories),
    };
  }
  if (a.kind === 'string' || b.kind === 'string' || a.kind !== b.kind)
    throw differing(a.name, `${a.kind} and ${b.kind}`);
  return {
    name: a.name,
    kind: a.kind,
    nulls: a.nulls + b.nulls,
    nan: a.nan + b.nan,
    positiveInfinite: a.positiveInfinite + b.positiveInfinite,
    negativeInfinite: a.negativeInfinite + b.negativeInfinite,
    count: a.count + b.count,
    extremes: mergeExtremes(a, b),
    moments: mergeMoments(a, b),
    histogram: mergeHistograms(a.histogram, b.histogram),
    distinct: sketchText(mergeSketches(parseSketch(a.distinct), parseSketch(b.distinct))),
  };
}

function mergeExtremes(a: NumberProfile, b: NumberProfile): NumberProfile['extremes'] {
  if (a.extremes === null || b.extremes === null) return a.extremes ?? b.extremes;
  return { min: Math.min(a.extremes.min, b.extremes.min), max: Math.max(a.extremes.max, b.extremes.max) };
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
