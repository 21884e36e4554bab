import { expect, test } from 'vitest';
import {
  categoryCells,
  cellsBetween,
  evidentlyShares,
  nannymlCells,
  quantileCells,
  sturgesEdges,
} from '../../src/drift/binning.ts';
import { chiSquareHomogeneity } from '../../src/drift/chi-square.ts';
import { jensenShannonDistance, jensenShannonDivergence } from '../../src/drift/jensen-shannon.ts';
import { kolmogorovSmirnov, kolmogorovSmirnovP } from '../../src/drift/kolmogorov-smirnov.ts';
import { psi, psiOfShares } from '../../src/drift/psi.ts';
import { samplePair } from '../../src/drift/sample.ts';
import { twoProportions } from '../../src/drift/two-proportions.ts';
import { wasserstein, wassersteinNormed } from '../../src/drift/wasserstein.ts';

/** Two fixed samples that need no random numbers, of n and m values. */
function samples(n: number, m: number) {
  const reference = Array.from({ length: n }, (_, i) => ((i * 7919) % 10007) / 10007);
  const current = Array.from({ length: m }, (_, j) => (((j * 104729 + 13) % 10007) / 10007) ** 1.2);
  const pair = samplePair(reference, current);
  if (pair === null) throw new Error('no sample');
  return pair;
}

function expectDigits(actual: number, expected: number): void {
  expect(Math.abs(actual / expected - 1)).toBeLessThan(3e-11);
}

/** The values that scipy 1.17 and numpy 2.4 give for these samples. */
const numeric = [
  {
    n: 800,
    m: 600,
    ks: [0.06875, 0.0751341977095, 0.0745326660748],
    w1: [0.0448778555455, 0.155457416149],
    sturges: [12, 0.0299855028325, 0.0610666004948, 0.0733484622827, 0.00537999691923],
    doane: 0.073138419346,
    deciles: 0.0284367155398,
  },
  {
    n: 5000,
    m: 4000,
    ks: [0.06815, 2.04685010539e-9, 2.03768737365e-9],
    w1: [0.0452568354542, 0.156742065376],
    sturges: [15, 0.0306818495861, 0.0617598077111, 0.0741810890042, 0.00550283396585],
    doane: 0.0734497928747,
    deciles: 0.0292255848017,
  },
] as const;

test.each(numeric)('the numeric statistics of $n and $m values have every digit of their references', (golden) => {
  const pair = samples(golden.n, golden.m);
  const sizes = { n: golden.n, m: golden.m };

  const distance = kolmogorovSmirnov(pair);
  expectDigits(distance, golden.ks[0]);
  expectDigits(kolmogorovSmirnovP({ distance, ...sizes, method: 'exact' }), golden.ks[1]);
  expectDigits(kolmogorovSmirnovP({ distance, ...sizes, method: 'asymptotic' }), golden.ks[2]);
  expectDigits(wasserstein(pair), golden.w1[0]);
  expectDigits(wassersteinNormed(pair), golden.w1[1]);

  const cells = cellsBetween(sturgesEdges(pair), pair);
  const { p, q } = evidentlyShares(cells);
  expect(cells.reference.length).toBe(golden.sturges[0]);
  expectDigits(psiOfShares(p, q), golden.sturges[1]);
  expectDigits(jensenShannonDistance(cells, 'e'), golden.sturges[2]);
  expectDigits(jensenShannonDistance(cells, 2), golden.sturges[3]);
  expectDigits(jensenShannonDivergence(cells) / Math.LN2, golden.sturges[4]);
  expectDigits(jensenShannonDistance(nannymlCells(pair), 2), golden.doane);
  expectDigits(psi(quantileCells(10, pair)), golden.deciles);
});

test('a new category is an ordinary cell of the homogeneity test, not an infinite statistic', () => {
  const cells = categoryCells(letters({ a: 500, b: 300, c: 200 }), letters({ a: 380, b: 250, c: 150, d: 20 }));
  const { p, q } = evidentlyShares(cells);
  const chiSquare = chiSquareHomogeneity(cells);

  expectDigits(jensenShannonDistance(cells, 'e'), 0.0948114846);
  expectDigits(jensenShannonDistance(cells, 2), 0.113880198763);
  expectDigits(psiOfShares(p, q), 0.14008371566);
  expectDigits(chiSquare.statistic, 26.1525974026);
  expect(chiSquare.degrees).toBe(3);
  expectDigits(chiSquare.pValue, 8.8608864319e-6);
});

test('homogeneity of three categories and the z test of two shares have every digit of their references', () => {
  const cells = categoryCells(letters({ a: 500, b: 300, c: 200 }), letters({ a: 380, b: 250, c: 170 }));
  const chiSquare = chiSquareHomogeneity(cells);
  const shares = twoProportions({ reference: { count: 280, of: 800 }, current: { count: 300, of: 1000 } });

  expectDigits(chiSquare.statistic, 1.13329238329);
  expectDigits(chiSquare.pValue, 0.567425286722);
  expectDigits(shares.z, -2.25557534221);
  expectDigits(shares.pValue, 0.0240972389032);
});

function letters(counts: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(counts).flatMap(([letter, count]) => Array.from({ length: count }, () => letter));
}
