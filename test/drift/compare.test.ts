import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Profile } from '../../src/data/profile-document.ts';
import { compareProfiles } from '../../src/drift/compare.ts';
import { DriftReport } from '../../src/drift/drift-report.ts';
import { DriftPolicy } from '../../src/policy/drift-policy.ts';
import { profileOf, randomNumbers } from '../data/profile-of.ts';

const digest = `sha256:${'0'.repeat(64)}` as const;

function compare(reference: Profile, current: Profile, policy: Partial<DriftPolicy> = {}): DriftReport {
  return compareProfiles({
    reference: { profile: reference, digest },
    current: { profile: current, digest },
    policy: { ...DriftPolicy.parse({}), ...policy },
  });
}

function compareColumns(
  reference: readonly (number | string | null)[],
  current: readonly (number | string | null)[],
  policy: Partial<DriftPolicy> = {},
) {
  const column = compare(profileOf({ x: reference }), profileOf({ x: current }), policy).columns['x'];
  if (column === undefined) throw new Error('no column');
  return column;
}

function repeated<T>(count: number, value: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => value(index));
}

describe('a column has moved when its difference is certain and large enough', () => {
  const random = randomNumbers(7);
  const normal = (mean: number) => () =>
    mean + Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

  test('a clear shift of a few hundred rows moves it', () => {
    const column = compareColumns(repeated(300, normal(0)), repeated(300, normal(0.7)));

    expect(column.verdict).toBe('moved');
    expect(column.statistics['jensen-shannon']?.effect?.low).toBeGreaterThan(0.05);
    expect(column.statistics['kolmogorov-smirnov']?.qValue).toBeLessThan(1e-6);
    expect(Math.abs((column.statistics.wasserstein?.value ?? 0) - 0.7)).toBeLessThan(0.2);
  });

  test('a shift that is certain but tiny does not, however many rows there are', () => {
    const column = compareColumns(repeated(60_000, normal(0)), repeated(60_000, normal(0.05)));

    expect(column).toMatchObject({ verdict: 'steady', reason: 'too small to matter' });
    expect(column.statistics['chi-square']?.qValue).toBeLessThan(0.001);
  });

  test('a large difference of very few rows is not assessed, one of some rows not beyond chance', () => {
    expect(compareColumns([1, 2, 3], [7, 8, 9])).toMatchObject({
      verdict: 'not-assessed',
      reason: 'fewer than 20 values on one side',
    });
    expect(compareColumns(repeated(25, normal(0)), repeated(25, normal(0.1)))).toMatchObject({ verdict: 'steady' });
  });

  test('empty values that became frequent move it even when the others stayed', () => {
    const values = repeated(1000, (index) => index % 50);
    const column = compareColumns(
      values,
      values.map((value, index) => (index % 10 === 0 ? null : value)),
    );

    expect(column).toMatchObject({
      verdict: 'moved',
      reason: 'empty values went from 0 % to 10 %',
      nulls: { reference: 0, current: 0.1 },
    });
  });

  test('NaN that became frequent moves it: it is a value like others, not a hole', () => {
    const values = repeated(1000, (index) => index % 50);

    expect(
      compareColumns(
        values,
        values.map((value, index) => (index % 5 === 0 ? Number.NaN : value)),
      ).verdict,
    ).toBe('moved');
  });

  test('a category that the reference never had moves it, by its share and with its name', () => {
    const column = compareColumns(
      repeated(1000, (i) => ['a', 'b', 'c'][i % 3] ?? ''),
      repeated(1000, (i) => ['a', 'b', 'c', 'a', 'b', 'c', 'new'][i % 7] ?? ''),
    );

    expect(column).toMatchObject({ kind: 'category', verdict: 'moved', unseen: { examples: ['new'] } });
    expect(column.reason).toContain('14.2 % of the rows have a category that the reference never had');
  });

  test('rare categories that appear because there are thousands do not move it', () => {
    const draw = () => `c${Math.floor(3000 * random())}`;

    expect(compareColumns(repeated(800, draw), repeated(800, draw)).verdict).toBe('steady');
  });

  test('a type that changed moves it, an ignored column and a point in time are not assessed', () => {
    const numbers = repeated(100, (index) => index);
    expect(
      compareColumns(
        numbers,
        numbers.map((value) => `v${value}`),
      ).reason,
    ).toBe('the type changed: number became category');
    expect(
      compareColumns(
        numbers,
        numbers.map((value) => value + 500),
        { ignore: ['x'] },
      ).reason,
    ).toBe('by the policy');
  });

  test('constant, empty and single columns give typed results', () => {
    const constant = repeated(50, () => 3);
    expect(compareColumns(constant, constant)).toMatchObject({
      verdict: 'steady',
      statistics: { 'chi-square': { value: 0, pValue: 1 } },
    });
    expect(
      compareColumns(
        constant,
        repeated(50, () => 4),
      ).verdict,
    ).toBe('moved');
    expect(
      compareColumns(
        constant,
        repeated(50, () => null),
      ).reason,
    ).toBe('empty values went from 0 % to 100 %');
    expect(compareColumns([null, null], [null])).toMatchObject({
      verdict: 'not-assessed',
      reason: 'no values on one side',
    });
    expect(compareColumns([1], [2]).verdict).toBe('not-assessed');
    expect(compareColumns([], []).verdict).toBe('not-assessed');
  });

  test('columns of one side only are named, and a report without columns is not assessed', () => {
    expect(compare(profileOf({ a: [1], b: [1] }), profileOf({ b: [1], c: [1] }))).toMatchObject({
      removed: ['a'],
      added: ['c'],
    });
    expect(compare(profileOf({ a: [1] }), profileOf({ c: [1] })).verdict).toBe('not-assessed');
  });
});

const value = fc.oneof(
  fc.double(),
  fc.integer({ min: 0, max: 5 }),
  fc.constant(null),
  fc.constant(1.7976931348623157e308),
  fc.constant(-1e308),
);
const numbers = fc.array(value, { maxLength: 80 });
const texts = fc.array(fc.oneof(fc.string(), fc.constantFrom('a', 'b', '__proto__'), fc.constant(null)), {
  maxLength: 80,
});

test('any two columns give a report of the published form', () => {
  fc.assert(
    fc.property(fc.oneof(numbers, texts), fc.oneof(numbers, texts), (a, b) => {
      DriftReport.parse(compare(profileOf({ x: a }), profileOf({ x: b })));
    }),
    { numRuns: 400 },
  );
});

const few = fc.array(fc.constantFrom('a', 'b', 'c', 'd', null), { minLength: 20, maxLength: 80 });
const sides = [fc.oneof(numbers, texts, few), fc.oneof(numbers, texts, few)] as const;

test('exchanging the sides changes no distance, no p-value and no verdict', () => {
  fc.assert(
    fc.property(...sides, (a, b) => {
      const [there, back] = [compareColumns(a, b), compareColumns(b, a)];

      expect(there.verdict).toBe(back.verdict);
      for (const name of ['psi', 'jensen-shannon', 'kolmogorov-smirnov', 'wasserstein', 'chi-square'] as const) {
        const [left, right] = [there.statistics[name], back.statistics[name]];
        expect(left?.value ?? 0).toBeCloseTo(right?.value ?? 0, 9);
        expect(left?.pValue ?? 1).toBeCloseTo(right?.pValue ?? 1, 9);
      }
    }),
    { numRuns: 200 },
  );
});

test('bars are shares: each side adds up to 1 on common labels', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.integer({ min: -9, max: 9 }), fc.double({ min: -1e6, max: 1e6, noNaN: true })), {
        minLength: 5,
        maxLength: 200,
      }),
      (list) => {
        const { bars } = compareColumns(list, list.slice(2));
        expect(bars.labels.length).toBe(bars.current.length);
        for (const side of [bars.reference, bars.current])
          if (side.length > 0) expect(side.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
      },
    ),
  );
});

describe('simulated without any drift, at a false discovery rate of 5 % and no demand on the effect', () => {
  const random = randomNumbers(20260101);
  const kinds = { '5 categories': 5, '1000 categories': 1000 };
  const sizes = [
    [200, 200],
    [2000, 2000],
    [200, 5000],
    [20_000, 20_000],
  ] as const;
  const cases = Object.entries(kinds).flatMap(([kind, categories]) =>
    sizes.map(([n, m]) => ({ kind, categories, n, m })),
  );

  test.each(cases)(
    '$kind, $n and $m rows: p-values hold their level and no column is called moved more often',
    ({ categories, n, m }) => {
      const draw = () => `c${Math.floor(categories * random())}`;
      const runs = n >= 20_000 ? 40 : 100;
      let [small, moved] = [0, 0];
      for (let run = 0; run < runs; run++) {
        const column = compareColumns(repeated(n, draw), repeated(m, draw), { alpha: 0.05, effect: 1e-6 });
        if ((column.statistics['chi-square']?.pValue ?? 0) <= 0.05) small++;
        if (column.verdict === 'moved') moved++;
      }

      // Three standard errors above 5 %.
      const most = runs * 0.05 + 3 * Math.sqrt(runs * 0.05 * 0.95);
      expect(small).toBeLessThanOrEqual(most);
      expect(moved).toBeLessThanOrEqual(most);
    },
  );

  test('a real shift of five shares is found in nearly every sample of 2000', () => {
    const draw = (tilt: number) => () => `c${Math.floor(5 * random() ** tilt)}`;
    let found = 0;
    for (let run = 0; run < 50; run++) {
      if (compareColumns(repeated(2000, draw(1)), repeated(2000, draw(1.5))).verdict === 'moved') found++;
    }

    expect(found).toBeGreaterThanOrEqual(48);
  });
});

test('a category that no longer occurs moves a column, by its share and with its name', () => {
  const column = compareColumns(
    repeated(1000, (i) => ['a', 'b', 'c', 'a', 'b', 'c', 'old'][i % 7] ?? ''),
    repeated(1000, (i) => ['a', 'b', 'c'][i % 3] ?? ''),
  );

  expect(column).toMatchObject({ verdict: 'moved', vanished: { examples: ['old'] } });
  expect(column.reason).toContain('14.2 % of the reference had a category that no longer occurs');
});
