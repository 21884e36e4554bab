import fc from 'fast-check';
import { expect, test } from 'vitest';
import { embeddingSummary } from '../../src/data/embedding-summary.ts';
import { mergeProfiles } from '../../src/data/merge-profiles.ts';
import { correlation, mergePairs, type PairProfile, tableOf } from '../../src/data/pair-profile.ts';
import type { Profile } from '../../src/data/profile-document.ts';
import { compareProfiles } from '../../src/drift/compare.ts';
import { DriftPolicy } from '../../src/policy/drift-policy.ts';
import { integersOf } from './integers.ts';
import { profileOf, randomNumbers } from './profile-of.ts';

interface Row {
  readonly number: number | null;
  readonly text: string | null;
  readonly vector: readonly number[] | null;
}

const row: fc.Arbitrary<Row> = fc.record({
  number: fc.oneof(fc.double(), fc.integer({ min: -50, max: 3000 }), fc.constant(null)),
  text: fc.oneof(fc.string({ maxLength: 3 }), fc.string({ minLength: 40, maxLength: 50 }), fc.constant(null)),
  vector: fc.oneof(fc.array(fc.double(), { minLength: 3, maxLength: 3 }), fc.constant(null)),
});

/** Rows with the shard that each falls into, and how the shards are put together again. */
const sharded = fc.record({
  rows: fc.array(fc.tuple(row, fc.nat(4)), { minLength: 1, maxLength: 60 }),
  picks: fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 5, maxLength: 5 }),
});

function profileRows(rows: readonly Row[]): Profile {
  const numbers = profileOf({ number: rows.map(({ number }) => number) });
  // A leading text gives the column its kind also where all are missing; it is taken out by what all shards share.
  const texts = profileOf({ text: ['', ...rows.map(({ text }) => text)] });
  return {
    ...numbers,
    columns: [...numbers.columns, ...texts.columns, embeddingOf(rows)],
    pairs: [pairOf(rows)],
  };
}

function embeddingOf(rows: readonly Row[]) {
  const summary = embeddingSummary(3);
  const values = Float64Array.from(rows.flatMap(({ vector }) => vector ?? [0, 0, 0]));
  summary.add({ rows: rows.length, dimension: 3, values, hasVector: (at) => rows[at]?.vector !== null });
  return summary.finish('vector');
}

function pairOf(rows: readonly Row[]): PairProfile {
  const filled = rows.flatMap(({ text }) => (text === null ? [] : [text]));
  const table = tableOf(filled.map((text) => [text, text.slice(0, 1), 1] as const));
  return { kind: 'categories', x: 'text', y: 'start', count: filled.length, table };
}

/** Merges two of the profiles at a time, whichever the picks say, until one is left. */
function mergedAnyhow(profiles: readonly Profile[], picks: readonly (readonly [number, number])[]): Profile {
  const open = [...profiles];
  for (const [first, second] of picks) {
    if (open.length < 2) break;
    const [a] = open.splice(first % open.length, 1);
    const [b] = open.splice(second % open.length, 1);
    if (a !== undefined && b !== undefined) open.push(mergeProfiles(a, b));
  }
  return open.reduce(mergeProfiles);
}

test('shards in any order and grouping merge to the profile of the whole, integer by integer', () => {
  fc.assert(
    fc.property(sharded, ({ rows, picks }) => {
      const shards = [0, 1, 2, 3, 4]
        .map((shard) => rows.flatMap(([one, at]) => (at === shard ? [one] : [])))
        .filter((shard) => shard.length > 0);

      const merged = mergedAnyhow(shards.map(profileRows), picks);

      // Each shard's texts begin with an empty one of its own: so do those of the whole.
      const whole = profileRows(rows.map(([one]) => one));
      const extra = Array.from({ length: shards.length - 1 }, () => profileOf({ text: [''] }));
      const texts = extra.reduce(mergeProfiles, { ...whole, columns: whole.columns.slice(1, 2), pairs: [] });
      const expected = { ...whole, columns: [whole.columns[0], texts.columns[0], whole.columns[2]] } as Profile;
      expect(integersOf(merged)).toEqual(integersOf(expected));
    }),
    { numRuns: 60 },
  );
});

test('every verdict and every integer of a drift report is the same whichever way the shards were merged', () => {
  const random = randomNumbers(7);
  const column = (shift: number) => Array.from({ length: 2500 }, () => random() + shift * random());
  const ids = (start: number) =>
    Array.from({ length: 2500 }, (_, at) => (at % 10 === 0 ? 'often' : `id-${start + at}`));
  const reference = { x: column(0), id: ids(0) };
  const current = { x: column(0.4), id: ids(1000) };
  const shardsOf = ({ x, id }: typeof reference) =>
    [0, 1, 2, 3].map((shard) => {
      const mine = <Value>(values: readonly Value[]) => values.filter((_, at) => at % 4 === shard);
      return profileOf({ x: mine(x), id: mine(id) });
    });
  const policy = DriftPolicy.parse({});
  const report = (a: Profile, b: Profile) => {
    const digest = 'sha256:0' as const;
    const { columns, verdict } = compareProfiles({
      reference: { profile: a, digest },
      current: { profile: b, digest },
      policy,
    });
    return {
      verdict,
      columns: Object.entries(columns).map(([name, { statistics, mean: _, ...rest }]) => {
        // Divided by the spread, which agrees to rounding.
        const { 'wasserstein-normed': __, ...exact } = statistics;
        return [name, rest, exact];
      }),
    };
  };

  const whole = report(profileOf(reference), profileOf(current));
  const forwards = report(shardsOf(reference).reduce(mergeProfiles), shardsOf(current).reduce(mergeProfiles));
  const backwards = report(
    shardsOf(reference).reverse().reduce(mergeProfiles),
    shardsOf(current).reduce(mergeProfiles),
  );

  expect(whole.verdict).toBe('moved');
  expect(forwards).toEqual(whole);
  expect(backwards).toEqual(whole);
});

test('a text of one row in fifty is named however the rows are cut, with a count near its own', () => {
  const texts = Array.from({ length: 6000 }, (_, at) => (at % 45 === 0 ? 'often' : `rare-${at}`));
  const whole = profileOf({ t: texts });
  // Sorted, so that one shard has all of them and most have none.
  const sorted = [...texts].sort();
  const shards = [0, 1, 2, 3].map((shard) => profileOf({ t: sorted.slice(shard * 1500, (shard + 1) * 1500) }));

  for (const profile of [whole, shards.reduce(mergeProfiles), [...shards].reverse().reduce(mergeProfiles)]) {
    const [column] = profile.columns;
    if (column?.kind !== 'string' || column.categories.kind !== 'hashed') throw new Error('no hashed texts');
    expect(column.categories.frequent).toEqual(['often']);
  }
  expect(integersOf(shards.reduce(mergeProfiles))).toEqual(integersOf(whole));
});

test('a column without values takes the kind of the other, on either side', () => {
  const numbers = profileOf({ x: [1, 2, null] });
  const empty: Profile = { ...profileOf({ x: ['a'] }), rows: 2 };
  const [text] = empty.columns;
  if (text?.kind !== 'string') throw new Error('no text');
  const nulls: Profile = {
    ...empty,
    columns: [
      {
        ...text,
        nulls: 2,
        count: 0,
        categories: { kind: 'listed', values: [] },
        lengths: { ...text.lengths, extremes: null },
      },
    ],
  };

  expect(mergeProfiles(numbers, nulls)).toEqual(mergeProfiles(nulls, numbers));
  expect(mergeProfiles(numbers, nulls).columns[0]).toMatchObject({ kind: 'number', nulls: 3, count: 2 });
});

test('pairs of numbers merge to the correlation of the whole; what does not vary has none', () => {
  const pair = (xs: readonly number[], ys: readonly number[]): PairProfile => {
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [meanX, meanY] = [mean(xs), mean(ys)];
    const sum = (of: (at: number) => number) => xs.reduce((total, _, at) => total + of(at), 0);
    const [x, y] = [(at: number) => (xs[at] ?? 0) - meanX, (at: number) => (ys[at] ?? 0) - meanY];
    const moments = {
      meanX,
      meanY,
      squaresX: sum((at) => x(at) ** 2),
      squaresY: sum((at) => y(at) ** 2),
      products: sum((at) => x(at) * y(at)),
    };
    return { kind: 'numbers', x: 'x', y: 'y', count: xs.length, moments };
  };
  const [xs, ys] = [
    [1, 2, 3, 5, 8, 13],
    [2, 1, 4, 4, 9, 7],
  ];

  const merged = mergePairs(pair(xs.slice(0, 2), ys.slice(0, 2)), pair(xs.slice(2), ys.slice(2)));

  if (merged.kind !== 'numbers') throw new Error('kind');
  // numpy.corrcoef([1, 2, 3, 5, 8, 13], [2, 1, 4, 4, 9, 7])
  expect(correlation(merged)).toBeCloseTo(0.8099921812702345, 12);
  const constant = pair([1, 1], [2, 3]);
  expect(constant.kind === 'numbers' && correlation(constant)).toBeNull();
});
