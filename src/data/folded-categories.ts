import { asHashed, byFrequency, type CategoryCounts } from './category-counts.ts';
import type { StringProfile } from './profile-document.ts';

/** What folded categories are called where they are one. */
const foldedLabel = '(rare)';

/**
 * The categories of two columns, of which either may be folded, in a form that can be compared. A category that is named on one side only
 * has fewer rows than the limit on the folded side: it is given there as many as make the sides most alike, so that folding never
 * makes a difference that may not be there. What else was folded is one category.
 */
export function alignedCategories(
  a: StringProfile,
  b: StringProfile,
): { readonly a: CategoryCounts; readonly b: CategoryCounts; readonly isFolded: boolean } {
  if (a.folded === undefined && b.folded === undefined) return { a: a.categories, b: b.categories, isFolded: false };
  const [x, y] = [a.categories, b.categories];
  if (x.kind === 'listed' && y.kind === 'listed') {
    const sides = aligned({ counts: new Map(x.values), of: a }, { counts: new Map(y.values), of: b });
    const listed = ({ counts, rest }: Aligned<string>): CategoryCounts => ({
      kind: 'listed',
      values: [...counts, ...(rest > 0 ? [[foldedLabel, rest] as const] : [])]
        .filter(([, count]) => count > 0)
        .map(([label, count]): [string, number] => [label, count])
        .sort(byFrequency),
    });
    return { a: listed(sides[0]), b: listed(sides[1]), isFolded: true };
  }
  const [p, q] = [asHashed(x), asHashed(y)];
  const sides = aligned({ counts: filled(p.buckets), of: a }, { counts: filled(q.buckets), of: b });
  // A bucket that neither side has filled stands for all that is left; where there is none, the first one does.
  const place = Math.max(
    0,
    p.buckets.findIndex((count, at) => count === 0 && q.buckets[at] === 0),
  );
  const bucketed = ({ counts, rest }: Aligned<number>) =>
    p.buckets.map((_, at) => (counts.get(at) ?? 0) + (at === place ? rest : 0));
  return { a: { ...p, buckets: bucketed(sides[0]) }, b: { ...q, buckets: bucketed(sides[1]) }, isFolded: true };
}

interface Side<Key> {
  readonly counts: ReadonlyMap<Key, number>;
  readonly of: StringProfile;
}

interface Aligned<Key> {
  readonly counts: ReadonlyMap<Key, number>;
  /** Folded rows of no category that is named on either side. */
  readonly rest: number;
}

function aligned<Key>(a: Side<Key>, b: Side<Key>): readonly [Aligned<Key>, Aligned<Key>] {
  return [completed(a, b), completed(b, a)];
}

/** A side with those categories of the other that it may have folded. */
function completed<Key>(own: Side<Key>, other: Side<Key>): Aligned<Key> {
  const counts = new Map(own.counts);
  const { folded, count: rows } = own.of;
  if (folded === undefined) return { counts, rest: 0 };
  let rest = folded.rows;
  const missing = [...other.counts]
    .filter(([key]) => !own.counts.has(key))
    .sort(([x, p], [y, q]) => q - p || (x < y ? -1 : 1));
  for (const [key, count] of missing) {
    const alike = Math.round((count * rows) / Math.max(1, other.of.count));
    const given = Math.min(folded.below - 1, alike, rest);
    counts.set(key, given);
    rest -= given;
  }
  return { counts, rest };
}

function filled(buckets: readonly number[]): ReadonlyMap<number, number> {
  return new Map(buckets.flatMap((count, at) => (count > 0 ? [[at, count] as const] : [])));
}
