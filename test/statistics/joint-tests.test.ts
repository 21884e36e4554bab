import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepDownMinimum } from '../../src/statistics/max-t.ts';
import { pooledEstimates } from '../../src/statistics/partial-pooling.ts';
import { mixed } from '../../src/statistics/poisson-bootstrap.ts';
import { onGrid, reproducibleSum } from '../../src/statistics/reproducible-sum.ts';

const draws = 2000;

function normals(seed: number): Float64Array {
  const uniform = (at: number, salt: number) => (mixed(mixed(seed * 31 + salt) ^ at) + 0.5) / 2 ** 32;
  return Float64Array.from(
    { length: draws },
    (_, at) => Math.sqrt(-2 * Math.log(uniform(at, 1))) * Math.cos(2 * Math.PI * uniform(at, 2)),
  );
}

describe('joint p-values', () => {
  it('of tests that are one and the same are that of the one', () => {
    const own = normals(5);
    const single = stepDownMinimum([-2.3], [own]);

    expect(stepDownMinimum([-2.3, -2.3, -2.3], [own, own, own])).toEqual([single[0], single[0], single[0]]);
  });

  it('of independent tests are about what Šidák says', () => {
    const [found = 1] = stepDownMinimum(
      [-2.3, 1, 1, 1, 1],
      Array.from({ length: 5 }, (_, at) => normals(at + 1)),
    );

    expect(found).toBeGreaterThan(0.04);
    expect(found).toBeLessThan(0.064);
  });

  it('come in the order of the statistics and are never below the test’s own', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 1, maxLength: 8 }), (observed) => {
        const replicates = observed.map((_, at) => normals(at + 20));
        const adjusted = stepDownMinimum(observed, replicates);
        for (const [at, statistic] of observed.entries()) {
          const [own = 0] = stepDownMinimum([statistic], [replicates[at] ?? new Float64Array()]);
          expect(adjusted[at]).toBeGreaterThanOrEqual(own);
          for (const [other, rival] of observed.entries()) {
            if (rival < statistic) expect(adjusted[other]).toBeLessThanOrEqual(adjusted[at] ?? 0);
          }
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('pooled estimates', () => {
  it('are those of DerSimonian and Laird by numpy', () => {
    const file = new URL('../fixtures/comparison/goldens.json', import.meta.url);
    const { values, errors, shrunk } = JSON.parse(readFileSync(file, 'utf8')).pooled;

    const found = pooledEstimates(values.map((value: number, at: number) => ({ value, error: errors[at] })));

    for (const [at, value] of found.entries()) expect(value).toBeCloseTo(shrunk[at], 13);
  });

  it('are the mean where chance explains all, and stay where nothing is known', () => {
    const found = pooledEstimates([
      { value: 0.01, error: 0.1 },
      { value: -0.01, error: 0.1 },
      { value: 5, error: 0 },
    ]);

    expect(found[0]).toBeCloseTo(0, 12);
    expect(found[2]).toBe(5);
    expect(pooledEstimates([])).toEqual([]);
  });
});

describe('a sum that is the same in any order', () => {
  it('is exact to the last digits, and the same to the last bit', () => {
    const numbers = fc.array(fc.double({ min: -1e12, max: 1e12, noNaN: true }), { maxLength: 60 });
    fc.assert(
      fc.property(numbers, fc.integer(), (values, seed) => {
        const sum = reproducibleSum(Float64Array.from(values));
        const moved = values.map((value, at) => ({ value, key: mixed(at ^ seed) })).sort((a, b) => a.key - b.key);
        const size = values.reduce((total, value) => total + Math.abs(value), 0);
        expect(Object.is(reproducibleSum(Float64Array.from(moved, ({ value }) => value)), sum)).toBe(true);
        expect(Math.abs(sum - values.reduce((total, value) => total + value, 0))).toBeLessThanOrEqual(1e-14 * size);
      }),
    );
  });

  it('is not a number where one is none, and infinite where one is', () => {
    expect(reproducibleSum(Float64Array.of(1, Number.NaN))).toBeNaN();
    expect(reproducibleSum(Float64Array.of(1, Number.POSITIVE_INFINITY))).toBe(Number.POSITIVE_INFINITY);
    expect(reproducibleSum(Float64Array.of())).toBe(0);
    expect(reproducibleSum(Float64Array.of(1e308, 1e308))).toBe(Number.POSITIVE_INFINITY);
  });

  it('keeps nearly every digit of numbers on a grid', () => {
    const rounded = onGrid(1, 1000);
    expect(Math.abs(rounded(Math.PI / 4) - Math.PI / 4)).toBeLessThan(1e-12);
    expect(onGrid(0, 10)(3)).toBe(3);
  });
});
