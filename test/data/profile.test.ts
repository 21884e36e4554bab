import fc from 'fast-check';
import { expect, test } from 'vitest';
import { binRange, binsOf, emptyHistogram, histogramBuilder } from '../../src/data/histogram.ts';
import { mergeProfiles } from '../../src/data/merge-profiles.ts';
import { distinctCount, Profile, parseProfile, profileDigest } from '../../src/data/profile-document.ts';
import { profileOf } from './profile-of.ts';

const number = fc.oneof(
  fc.double({ noNaN: false }),
  fc.integer({ min: -50, max: 3000 }),
  fc.double({ min: -1, max: 1, noNaN: true }),
  fc.constant(null),
);
const text = fc.oneof(fc.string({ maxLength: 3 }), fc.integer({ min: 0, max: 4000 }).map(String), fc.constant(null));
const rows = fc.array(fc.record({ number, text }), { minLength: 1, maxLength: 60 });

/** What merging must keep exactly: everything but means and spreads, which agree to rounding. */
function integers(profile: Profile): unknown {
  return profile.columns.map((column) => {
    if (column.kind !== 'number') return column;
    const { moments: _, ...exact } = column;
    return exact;
  });
}

function profileRows(list: readonly { readonly number: number | null; readonly text: string | null }[]): Profile {
  const profile = profileOf({ number: list.map((row) => row.number), text: list.map((row) => row.text) });
  // A list of nulls only has no type of its own.
  const isUntyped = list.every((row) => row.text === null);
  const empty = {
    name: 'text',
    kind: 'string' as const,
    nulls: list.length,
    count: 0,
    categories: { kind: 'listed' as const, values: [] },
    lengths: { extremes: null, total: 0, histogram: emptyHistogram },
  };
  return isUntyped
    ? { ...profile, columns: profile.columns.map((column) => (column.name === 'text' ? empty : column)) }
    : profile;
}

test('the profiles of shards merge to the profile of the whole, integer by integer, in any order', () => {
  fc.assert(
    fc.property(rows, rows, rows, (a, b, c) => {
      const [x, y, z] = [profileRows(a), profileRows(b), profileRows(c)];
      const whole = integers(profileRows([...a, ...b, ...c]));

      expect(integers(mergeProfiles(mergeProfiles(x, y), z))).toEqual(whole);
      expect(integers(mergeProfiles(x, mergeProfiles(y, z)))).toEqual(whole);
      expect(integers(mergeProfiles(z, mergeProfiles(y, x)))).toEqual(whole);
    }),
    { numRuns: 150 },
  );
});

test('histograms with more bins than fit become coarser to the same grid, whole or in shards', () => {
  const values = Array.from({ length: 9000 }, (_, index) => Math.sin(index) * 10 ** (index % 7));
  const whole = profileOf({ x: values });
  const shards = [0, 1, 2].map((part) => profileOf({ x: values.filter((_, index) => index % 3 === part) }));

  const merged = shards.reduce(mergeProfiles);

  expect(integers(merged)).toEqual(integers(whole));
  expect(whole.columns[0]?.kind === 'number' && whole.columns[0].histogram.bits).toBeLessThan(20);
});

test('more texts than can be listed are hashed to the same buckets, whole or in shards', () => {
  const values = Array.from({ length: 3000 }, (_, index) => `id-${index % 1500}`);
  const whole = profileOf({ id: values });
  const merged = mergeProfiles(profileOf({ id: values.slice(0, 900) }), profileOf({ id: values.slice(900) }));

  const [column, other] = [whole.columns[0], merged.columns[0]];
  if (column?.kind !== 'string' || other?.kind !== 'string') throw new Error('no text column');
  const [a, b] = [column.categories, other.categories];
  expect(a.kind === 'hashed' && b.kind === 'hashed' && a.buckets).toEqual(b.kind === 'hashed' && b.buckets);
  expect(Math.abs((distinctCount(column) ?? 0) / 1500 - 1)).toBeLessThan(0.1);
});

test('every finite number lies in the range of its bin, and bins rise with values', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 40 }),
      (values) => {
        const halves = new Int32Array(2);
        const double = new Float64Array(halves.buffer);
        const builder = histogramBuilder();
        for (const value of values) {
          double[0] = value + 0;
          builder.add(halves[1] ?? 0);
        }
        const histogram = builder.finish();

        const ranges = binsOf(histogram).map(({ key, count }) => ({ ...binRange(key, histogram.bits), count }));
        expect(ranges.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
        for (const value of values) expect(ranges.some(({ low, high }) => low <= value && value <= high)).toBe(true);
        for (const [index, { low }] of ranges.entries()) {
          if (index > 0) expect(low).toBeGreaterThanOrEqual(ranges[index - 1]?.high ?? Number.NEGATIVE_INFINITY);
        }
      },
    ),
  );
});

test('a profile survives its JSON document and keeps its address', () => {
  const profile = profileOf({
    x: [1, 2.5, Number.NaN, null, Number.POSITIVE_INFINITY],
    c: ['a', 'b', 'a', null, '__proto__'],
  });

  const read = parseProfile(JSON.stringify(profile), 'p.json');

  expect(Profile.parse(read)).toEqual(profile);
  expect(profileDigest(read)).toBe(profileDigest(profile));
});

test('profiles of other columns do not merge, and a document that is no profile says so', () => {
  expect(() => mergeProfiles(profileOf({ a: [1] }), profileOf({ b: [1] }))).toThrow(
    /found column a as only one of them/,
  );
  expect(() => mergeProfiles(profileOf({ a: [1] }), profileOf({ a: ['x'] }))).toThrow(/number and string/);
  expect(() => parseProfile('{"schema":"siskin.profile/v9"}', 'p.json')).toThrow(
    /expected a profile of schema siskin.profile\/v2/,
  );
  expect(() => parseProfile('nonsense', 'p.json')).toThrow(/text that is not JSON in p.json/);
});
