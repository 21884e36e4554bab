import { createHash } from 'node:crypto';
import { z } from 'zod';
import { registers } from './distinct.ts';

/** Up to so many distinct texts are counted one by one. */
export const categoryLimit = 1000;

/**
 * A text of at least one in so many rows is named among the frequent ones, however the data are cut: it is that frequent in one of
 * the shards at least, where it is therefore named, and no merge on the way to the whole drops it.
 */
export const frequentShare = 50;
const mostFrequent = 200;

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
    /** Frequent texts, most frequent first; how often each occurs its bucket bounds. For people: nothing is decided on it. */
    frequent: z.array(Label).max(mostFrequent),
  }),
]);
export type CategoryCounts = z.infer<typeof CategoryCounts>;

type Hashed = CategoryCounts & { readonly kind: 'hashed' };
type Counts = readonly (readonly [string, number])[];

/** The counts of both sets of values together. */
export function mergeCategories(a: CategoryCounts, b: CategoryCounts): CategoryCounts {
  if (a.kind === 'listed' && b.kind === 'listed') {
    const values = summed([...a.values, ...b.values]);
    return values.length <= categoryLimit ? { kind: 'listed', values } : hashed(values);
  }
  const [x, y] = [asHashed(a), asHashed(b)];
  const merged: Hashed = {
    kind: 'hashed',
    buckets: x.buckets.map((count, index) => count + (y.buckets[index] ?? 0)),
    ranks: x.ranks.map((rank, index) => Math.max(rank, y.ranks[index] ?? 0)),
    frequent: [],
  };
  return { ...merged, frequent: frequentIn(merged, [...x.frequent, ...y.frequent]) };
}

/**
 * Texts with their counts, most frequent first: exact where they are listed, else what the buckets say, which is the number of
 * rows in the text's bucket less a bucket's share of all others.
 */
export function frequentTexts(counts: CategoryCounts): readonly (readonly [string, number])[] {
  if (counts.kind === 'listed') return counts.values;
  const total = counts.buckets.reduce((sum, count) => sum + count, 0);
  return counts.frequent.map((label) => {
    const inBucket = counts.buckets[hashOf(label).bucket] ?? 0;
    return [label, Math.max(0, Math.round((registers * inBucket - total) / (registers - 1)))] as const;
  });
}

/** Those of some texts that may be frequent, by the buckets they fall into. */
export function frequentIn(counts: Pick<Hashed, 'buckets'>, labels: readonly string[]): string[] {
  const total = counts.buckets.reduce((sum, count) => sum + count, 0);
  return [...new Set(labels)]
    .map((label): [string, number] => [label, counts.buckets[hashOf(label).bucket] ?? 0])
    .filter(([, count]) => count * frequentShare >= total)
    .sort(byFrequency)
    .slice(0, mostFrequent)
    .map(([label]) => label);
}

/** The same counts by hash, whatever their form. */
export function asHashed(counts: CategoryCounts): Hashed {
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

function hashed(values: Counts): Hashed {
  const buckets = new Array<number>(registers).fill(0);
  const ranks = new Array<number>(registers).fill(0);
  for (const [label, count] of values) {
    const { bucket, rank } = hashOf(label);
    buckets[bucket] = (buckets[bucket] ?? 0) + count;
    ranks[bucket] = Math.max(ranks[bucket] ?? 0, rank);
  }
  const total = values.reduce((sum, [, count]) => sum + count, 0);
  const frequent = values.filter(([, count]) => count * frequentShare >= total).map(([label]) => label);
  return { kind: 'hashed', buckets, ranks, frequent: frequentIn({ buckets }, frequent) };
}

function summed(counts: Counts): [string, number][] {
  const sums = new Map<string, number>();
  for (const [label, count] of counts) sums.set(label, (sums.get(label) ?? 0) + count);
  return [...sums].sort(byFrequency);
}
