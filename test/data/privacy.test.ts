import { expect, test } from 'vitest';
import { mergeProfiles } from '../../src/data/merge-profiles.ts';
import { refuseUnknownColumns, withPrivacy } from '../../src/data/privacy.ts';
import { Profile } from '../../src/data/profile-document.ts';
import { quantile } from '../../src/data/quantile.ts';
import { compareProfiles } from '../../src/drift/compare.ts';
import { DriftPolicy } from '../../src/policy/drift-policy.ts';
import { PrivacyPolicy } from '../../src/policy/privacy-policy.ts';
import { profileOf, randomNumbers } from './profile-of.ts';

const privacy = (given: object) => PrivacyPolicy.parse(given);
const digest = 'sha256:0' as const;

function drift(a: Profile, b: Profile) {
  const policy = DriftPolicy.parse({});
  return compareProfiles({ reference: { profile: a, digest }, current: { profile: b, digest }, policy });
}

test('categories of few rows are counted together and not named', () => {
  const texts = [...Array(30).fill('red'), ...Array(20).fill('green'), ...Array(9).fill('rare'), 'Ada Lovelace'];

  const folded = withPrivacy(profileOf({ c: texts }), privacy({ 'fold-below': 10 }));

  expect(Profile.parse(folded).columns[0]).toMatchObject({
    categories: {
      kind: 'listed',
      values: [
        ['red', 30],
        ['green', 20],
      ],
    },
    folded: { below: 10, texts: 2, rows: 10 },
    count: 60,
  });
  expect(JSON.stringify(folded)).not.toMatch(/Lovelace|rare/);
  expect(() => mergeProfiles(folded, folded)).toThrow(/merge first and fold the result/);
});

test('folding drops small hash buckets and their names too', () => {
  const texts = Array.from({ length: 6000 }, (_, at) => (at % 3 === 0 ? 'often' : `person-${at}`));

  const folded = withPrivacy(profileOf({ c: texts }), privacy({ 'fold-below': 5 }));

  const [column] = Profile.parse(folded).columns;
  if (column?.kind !== 'string' || column.categories.kind !== 'hashed') throw new Error('kind');
  expect(column.categories.buckets.filter((count) => count > 0 && count < 5)).toEqual([]);
  expect(column.categories.frequent).toEqual(['often']);
  expect(column.categories.buckets.reduce((a, b) => a + b, 0) + (column.folded?.rows ?? 0)).toBe(6000);
});

test('a redacted column shows no value: neither text, nor extremes, nor moments', () => {
  const profile = profileOf({ who: ['Ada', 'Grace', 'Ada'], salary: [51234.5, 60321, 70499] });

  const redacted = withPrivacy(profile, privacy({ redact: ['who', 'salary'] }));

  expect(JSON.stringify(Profile.parse(redacted))).not.toMatch(/Ada|Grace|51234|60321|70499/);
  const [, salary] = redacted.columns;
  expect(salary).toMatchObject({ count: 3, moments: null, extremes: { min: 49152, max: 73728 } });
});

test('hashed texts compare one by one without their names', () => {
  const [before, after] = [
    profileOf({ c: Array.from({ length: 900 }, (_, at) => ['a', 'b', 'c'][at % 3] ?? '') }),
    profileOf({ c: Array.from({ length: 900 }, (_, at) => ['a', 'a', 'c'][at % 3] ?? '') }),
  ].map((profile) => withPrivacy(profile, privacy({ hash: ['c'] })));
  if (before === undefined || after === undefined) throw new Error('profiles');

  const { columns } = drift(before, after);

  expect(columns['c']).toMatchObject({ kind: 'category', verdict: 'moved' });
  expect(columns['c']?.bars.labels.every((label) => /^#[0-9a-f]{12}$/.test(label))).toBe(true);
});

test('folding, redacting and hashing alarm no more than chance, and still see what moved', () => {
  const random = randomNumbers(3);
  const draw = (rows: number, shift: number) =>
    profileOf({
      c: Array.from({ length: rows }, () => `k${Math.floor(60 * random() ** 2 + shift)}`),
      x: Array.from({ length: rows }, () => random() + shift),
    });
  const policies = [privacy({ 'fold-below': 20 }), privacy({ redact: ['c', 'x'] }), privacy({ hash: ['c'] })];

  for (const policy of policies) {
    const alarms = Array.from({ length: 20 }, () =>
      drift(withPrivacy(draw(800, 0), policy), withPrivacy(draw(500, 0), policy)),
    ).filter(({ verdict }) => verdict === 'moved');
    const moved = drift(withPrivacy(draw(800, 0), policy), withPrivacy(draw(500, 6), policy));

    expect(alarms.length).toBeLessThanOrEqual(1);
    expect(Object.values(moved.columns).map(({ verdict }) => verdict)).toEqual(['moved', 'moved']);
  }
});

test('a folded category is not called unseen', () => {
  const many = (label: string, count: number) => Array.from({ length: count }, () => label);
  const before = withPrivacy(profileOf({ c: [...many('a', 500), ...many('b', 9)] }), privacy({ 'fold-below': 10 }));
  const after = withPrivacy(profileOf({ c: [...many('a', 500), ...many('b', 11)] }), privacy({ 'fold-below': 10 }));

  const { columns } = drift(before, after);

  expect(columns['c']).toMatchObject({ unseen: null, verdict: 'steady', bars: { labels: ['a', 'b'] } });
});

test('a name that no profile has is refused, because it would show what it was meant to hide', () => {
  expect(() => refuseUnknownColumns([profileOf({ a: [1] })], privacy({ redact: ['b'], hash: ['a'] }))).toThrow(
    'expected columns of the data, found b to redact or hash; correct the names',
  );
});

test('quantiles lie in their bounds, and whole numbers are exact', () => {
  const random = randomNumbers(11);
  const values = Array.from({ length: 5000 }, () => 10 ** (6 * random() - 3) * (random() < 0.3 ? -1 : 1));
  const sorted = [...values].sort((a, b) => a - b);
  const [column] = profileOf({ x: values }).columns;
  const [whole] = profileOf({ n: Array.from({ length: 1000 }, (_, at) => at) }).columns;
  if (column?.kind !== 'number' || whole?.kind !== 'number') throw new Error('kind');

  for (const share of [0, 0.001, 0.25, 0.5, 0.9, 0.999, 1]) {
    const exact = sorted[Math.max(0, Math.ceil(share * 5000) - 1)] ?? 0;
    const found = quantile(column, share);
    expect(found?.low).toBeLessThanOrEqual(exact);
    expect(found?.high).toBeGreaterThanOrEqual(exact);
    expect(Math.abs((found?.value ?? 0) - exact)).toBeLessThanOrEqual(Math.abs(exact) * 2 ** -column.histogram.bits);
  }
  expect(quantile(whole, 0.5)?.value).toBe(499);
});
