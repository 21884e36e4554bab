import { createHash } from 'node:crypto';
import { z } from 'zod';
import { registers } from './distinct.ts';

/** Up to so many distinct texts are counted one by one. */
export const categoryLimit = 1000;

const Label = z.string().max(100);
const Counted = z.tuple([Label, z.number().int().positive()]);

/**
 * How often each text occurs. Up to categoryLimit distinct texts are listed, most frequent first. Beyond that texts are
 * counted by a hash of their bytes (MD5's first ten bits: every SQL engine has it, and nothing here is a secret), which
 * is a grid that does not depend on the data, so both forms merge exactly, and in any order to the same result.
 */
export const CategoryCounts = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('listed'), values: z.array(Counted).max(categoryLimit) }),
  z.strictObject({
    kind: z.literal('hashed'),
    buckets: z.array(z.number().int().nonnegative()).length(registers),
    /** HyperLogLog registers: the largest rank of the next 32 bits of the hash. */
    ranks: z.array(z.number().int().min(0).max(33)).length(registers),
    /** Frequent texts with a lower bound of their counts; for people, nothing is decided on it. */
    frequent: z.array(Counted).max(20),
  }),
]);
export type CategoryCounts = z.infer<typeof CategoryCounts>;

type Counts = readonly (readonly [string, number])[];

/** The counts of both sets of values together. */
export function mergeCategories(a: CategoryCounts, b: CategoryCounts): CategoryCounts {
  if (a.kind === 'listed' && b.kind === 'listed') {
    const values = summed([...a.values, ...b.values]);
    return values.length <= categoryLimit ? { kind: 'listed', values } : hashed(values);
  }
  const [x, y] = [asHashed(a), asHashed(b)];
  return {
    kind: 'hashed',
    buckets: x.buckets.map((count, index) => count + (y.buckets[index] ?? 0)),
    ranks: x.ranks.map((rank, index) => Math.max(rank, y.ranks[index] ?? 0)),
    frequent: summed([...x.frequent, ...y.frequent]).slice(0, 20),
  };
}

/** The same counts by hash, whatever their form. */
export function asHashed(counts: CategoryCounts): CategoryCounts & { readonly kind: 'hashed' } {
  return counts.kind === 'hashed' ? counts : hashed(counts.values);
}

/** Where a text falls: its bucket, and its rank for the distinct estimate. */
export function hashOf(label: string): { readonly bucket: number; readonly rank: number } {
  const hex = createHash('md5').update(label).digest('hex');
  return {
    bucket: Number.parseInt(hex.slice(0, 3), 16) >> 2,
    rank: Math.clz32(Number.parseInt(hex.slice(3, 11), 16)) + 1,
  };
}

/** Most frequent first, then by code unit: one order for one content. */
export function byFrequency(a: readonly [string, number], b: readonly [string, number]): number {
  return b[1] - a[1] || (a[0] < b[0] ? -1 : 1);
}

function hashed(values: Counts): CategoryCounts & { readonly kind: 'hashed' } {
  const buckets = new Array<number>(registers).fill(0);
  const ranks = new Array<number>(registers).fill(0);
  for (const [label, count] of values) {
    const { bucket, rank } = hashOf(label);
    buckets[bucket] = (buckets[bucket] ?? 0) + count;
    ranks[bucket] = Math.max(ranks[bucket] ?? 0, rank);
  }
  return { kind: 'hashed', buckets, ranks, frequent: summed(values).slice(0, 20) };
}

function summed(counts: Counts): [string, number][] {
  const sums = new Map<string, number>();
  for (const [label, count] of counts) sums.set(label, (sums.get(label) ?? 0) + count);
  return [...sums].sort(byFrequency);
}
