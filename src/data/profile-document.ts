import { z } from 'zod';
import { canonicalJson, type Digest, digestOf } from '../digest.ts';
import { AppError } from '../error.ts';
import { CategoryCounts } from './category-counts.ts';
import { distinctEstimate, parseSketch } from './distinct.ts';
import { EmbeddingColumn } from './embedding-profile.ts';
import { Histogram } from './histogram.ts';
import { PairProfile } from './pair-profile.ts';
import { Extremes } from './profile-parts.ts';

const Count = z.number().int().nonnegative();

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
  /** Lengths in code points; `total` is their sum, so that the mean is exact. */
  lengths: z.strictObject({ extremes: Extremes.nullable(), total: Count, histogram: Histogram }),
  /** Categories of fewer rows than `below`, which are not listed: how many of them, and how many rows. Done last, never undone. */
  folded: z.strictObject({ below: Count, texts: Count, rows: Count }).optional(),
});

/** One column of a profile. */
export const ColumnProfile = z.discriminatedUnion('kind', [NumberColumn, StringColumn, EmbeddingColumn]);
export type ColumnProfile = z.infer<typeof ColumnProfile>;
/** A column of numbers, booleans or points in time. */
export type NumberProfile = z.infer<typeof NumberColumn>;
/** A column of texts; whether they are categories their number says. */
export type StringProfile = z.infer<typeof StringColumn>;

/** The version of the document's shape; it also changes when the same data would give other numbers. */
export const profileSchema = 'siskin.profile/v2';

/** A mergeable summary of a dataset: counts, distributions, frequent texts; no rows. */
export const Profile = z.strictObject({
  schema: z.literal(profileSchema),
  rows: Count,
  columns: z.array(ColumnProfile),
  /** How columns go together, where that was asked for. */
  pairs: z.array(PairProfile).max(1000).optional(),
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
    throw new AppError(
      'bad-input',
      `expected a profile of schema ${profileSchema}, found ${otherShape(cause, text)} in ${file}; write it with \`siskin profile --json\``,
      { cause },
    );
  }
}

function otherShape(cause: unknown, text: string): string {
  if (!(cause instanceof z.ZodError)) return 'text that is not JSON';
  const other = /"schema"\s*:\s*"(siskin\.profile\/v\d{1,6})"/.exec(text)?.[1];
  if (other !== undefined && other !== profileSchema) return `${other}, which another version of Siskin wrote,`;
  const issue = cause.issues[0];
  return issue === undefined
    ? 'another shape'
    : `${issue.message} (at ${issue.path.map(String).join('.') || 'its top'})`;
}

/** Standard deviation with divisor n, as DuckDB's stddev_pop and numpy's std; null when the moments are. */
export function standardDeviation(column: NumberProfile): number | null {
  return column.moments === null ? null : Math.sqrt(column.moments.squares / column.count);
}

/** Whether a column is one of numbers, booleans or points in time. */
export function isNumberProfile(column: ColumnProfile): column is NumberProfile {
  return column.kind !== 'string' && column.kind !== 'embedding';
}

/** Values that are not null: of numbers also NaN and the infinite ones, of embeddings also those that hold some. */
export function valueCount(column: ColumnProfile): number {
  if (column.kind === 'string') return column.count;
  if (column.kind === 'embedding') return column.count + column.nonFinite;
  return column.count + column.nan + column.positiveInfinite + column.negativeInfinite;
}

/** Distinct values: exact for listed categories and where each bin holds one number, else within about 3 %; null where they are not counted. */
export function distinctCount(column: ColumnProfile): number | null {
  if (column.kind === 'embedding') return null;
  if (column.kind !== 'string') {
    const estimate = distinctEstimate(parseSketch(column.distinct));
    const filled = column.histogram.keys.length;
    // There are at least as many values as bins; an estimate this near says that there are no more.
    return estimate <= filled * 1.1 ? filled : estimate;
  }
  if (column.categories.kind === 'listed') return column.categories.values.length + (column.folded?.texts ?? 0);
  return distinctEstimate(Uint8Array.from(column.categories.ranks));
}
