import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fineCells } from '../../src/drift/cells.ts';
import { calibratedChiSquare, chiSquareHomogeneity } from '../../src/drift/chi-square.ts';
import { jensenShannonDistance, jensenShannonEffect } from '../../src/drift/jensen-shannon.ts';
import { binnedKolmogorovSmirnov, kolmogorovSmirnov } from '../../src/drift/kolmogorov-smirnov.ts';
import { psiEffect, psiOfShares } from '../../src/drift/psi.ts';
import { type Cells, samplePair } from '../../src/drift/sample.ts';
import { twoProportions } from '../../src/drift/two-proportions.ts';
import { binnedWasserstein, wasserstein } from '../../src/drift/wasserstein.ts';
import { benjaminiHochberg } from '../../src/statistics/benjamini-hochberg.ts';
import { profileOf, randomNumbers } from '../data/profile-of.ts';

const z95 = 1.959963984540054;

/** Counts of `size` draws from shares. */
function drawn(shares: readonly number[], size: number, random: () => number): readonly number[] {
  const counts = shares.map(() => 0);
  for (let i = 0; i < size; i++) {
    const place = random();
    const cell = Math.max(
      0,
      shares.findIndex((_, until) => place < total(shares, until)),
    );
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  return counts;
}

function binnedOf(reference: readonly number[], current: readonly number[]) {
  const [a, b] = [profileOf({ x: reference }).columns[0], profileOf({ x: current }).columns[0]];
  if (a?.kind !== 'number' || b?.kind !== 'number') throw new Error('no numbers');
  return fineCells(a, b);
}

describe('95 % intervals hold the true value in about 95 of 100 samples', () => {
  const p = [0.05, 0.1, 0.15, 0.2, 0.2, 0.15, 0.1, 0.05];
  const q = [0.09, 0.13, 0.16, 0.19, 0.17, 0.13, 0.08, 0.05];
  const scaled = (shares: readonly number[]) => shares.map((share) => share * 1e6);
  const truth = {
    jensenShannon: jensenShannonDistance({ reference: scaled(p), current: scaled(q) }, 2),
    psi: psiOfShares(p, q),
    wasserstein: p.reduce((sum, _, cell) => sum + Math.abs(total(p, cell) - total(q, cell)), 0),
  };

  test.each([
    [600, 600],
    [4000, 1000],
  ])('%i and %i rows', (n, m) => {
    const random = randomNumbers(n);
    const held = { jensenShannon: 0, psi: 0, wasserstein: 0 };
    const runs = 300;
    for (let run = 0; run < runs; run++) {
      const cells: Cells = { reference: drawn(p, n, random), current: drawn(q, m, random) };
      const intervals = {
        jensenShannon: jensenShannonEffect(cells, z95),
        psi: psiEffect(cells, z95),
        wasserstein: binnedWasserstein({ cells, places: p.map((_, cell) => cell), z: z95 }),
      };
      for (const name of ['jensenShannon', 'psi', 'wasserstein'] as const) {
        if (intervals[name].low <= truth[name] && truth[name] <= intervals[name].high) held[name]++;
      }
    }

    for (const count of Object.values(held)) expect(count / runs).toBeGreaterThan(0.91);
  });
});

test('what chance alone shows is taken off: without a difference the mean of the corrected divergence is 0', () => {
  const random = randomNumbers(3);
  const shares = Array.from({ length: 20 }, () => 1 / 20);
  let [above, distance] = [0, 0];
  for (let run = 0; run < 300; run++) {
    const cells = { reference: drawn(shares, 400, random), current: drawn(shares, 400, random) };
    if (jensenShannonEffect(cells, z95).value > 0) above++;
    distance += jensenShannonDistance(cells, 2) / 300;
  }

  expect(distance).toBeGreaterThan(0.09);
  expect(above / 300).toBeLessThan(0.6);
});

const sample = fc.array(fc.oneof(fc.double({ min: -100, max: 100, noNaN: true }), fc.integer({ min: -3, max: 3 })), {
  minLength: 1,
  maxLength: 60,
});

test('on counts, the Kolmogorov–Smirnov distance is never above that of the values, and within its bound', () => {
  fc.assert(
    fc.property(sample, sample, (a, b) => {
      const pair = samplePair(a, b);
      if (pair === null) return;
      const exact = kolmogorovSmirnov(pair);
      const { distance, bound } = binnedKolmogorovSmirnov(binnedOf(a, b));

      expect(distance).toBeLessThanOrEqual(exact + 1e-12);
      expect(distance + bound).toBeGreaterThanOrEqual(exact - 1e-12);
    }),
  );
});

test('on counts of the finest grid, the Wasserstein distance is that of the values to a millionth', () => {
  fc.assert(
    fc.property(sample, sample, (a, b) => {
      const pair = samplePair(a, b);
      if (pair === null) return;
      const fine = binnedOf(a, b);

      expect(binnedWasserstein({ cells: fine, places: fine.middle, z: 1 }).distance).toBeCloseTo(wasserstein(pair), 3);
    }),
  );
});

test('a cell that is empty on both sides and a sample of nothing do not count', () => {
  expect(chiSquareHomogeneity({ reference: [10, 0, 20], current: [12, 0, 18] })).toMatchObject({ degrees: 1 });
  expect(chiSquareHomogeneity({ reference: [0, 0], current: [1, 2] })).toEqual({ statistic: 0, degrees: 0, pValue: 1 });
  expect(calibratedChiSquare({ reference: [1], current: [1] }).pValue).toBe(1);
  expect(twoProportions({ reference: { count: 0, of: 0 }, current: { count: 0, of: 5 } })).toEqual({ z: 0, pValue: 1 });
});

test('q-values are those of Benjamini and Hochberg, in the order given', () => {
  // scipy.stats.false_discovery_control of the same values.
  const qValues = benjaminiHochberg([0.01, 0.04, 0.03, 0.005, 0.9]);

  expect(qValues.map((q) => Number(q.toFixed(12)))).toEqual([0.025, 0.05, 0.05, 0.025, 0.9]);
  expect(benjaminiHochberg([])).toEqual([]);
});

function total(shares: readonly number[], until: number): number {
  return shares.slice(0, until + 1).reduce((a, b) => a + b, 0);
}
