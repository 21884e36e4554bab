import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { doaneEdges, sturgesEdges } from '../../src/drift/binning.ts';
import { chiSquareHomogeneity } from '../../src/drift/chi-square.ts';
import { jensenShannonDistance } from '../../src/drift/jensen-shannon.ts';
import { kolmogorovSmirnov, kolmogorovSmirnovP } from '../../src/drift/kolmogorov-smirnov.ts';
import { samplePair } from '../../src/drift/sample.ts';
import { wasserstein, wassersteinNormed } from '../../src/drift/wasserstein.ts';
import { kolmogorovSurvival } from '../../src/statistics/kolmogorov.ts';

interface Case {
  readonly reference: readonly number[];
  readonly current: readonly number[];
  readonly ks: number;
  readonly ksExact: number;
  readonly ksAsymptotic: number;
  readonly wasserstein: number;
  readonly normed: number;
  readonly cells: readonly [readonly number[], readonly number[]];
  readonly chiSquare: readonly [number, number] | null;
  readonly jensenShannon: number;
  readonly sturges: readonly number[];
  readonly doane: readonly number[];
}

/** Written by scripts/goldens.py from scipy and numpy; the shapes are those that the script writes. */
const cases = read('two-samples') as readonly Case[];
const kolmogorov = read('kolmogorov') as readonly (readonly [number, number, number])[];

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/statistics/${name}.json`, import.meta.url), 'utf8'));
}

function close(actual: number, expected: number, tolerance = 1e-10): void {
  expect(Math.abs(actual - expected), `${actual} is not ${expected}`).toBeLessThanOrEqual(
    tolerance * Math.abs(expected) + 1e-14,
  );
}

test.each(cases)('sample pair %# has the numbers of scipy and numpy', (golden) => {
  const pair = samplePair(golden.reference, golden.current);
  if (pair === null) throw new Error('no sample');
  const sizes = { n: golden.reference.length, m: golden.current.length };
  const cells = { reference: golden.cells[0], current: golden.cells[1] };

  close(kolmogorovSmirnov(pair), golden.ks);
  close(kolmogorovSmirnovP({ distance: golden.ks, ...sizes, method: 'exact' }), golden.ksExact);
  close(kolmogorovSmirnovP({ distance: golden.ks, ...sizes, method: 'asymptotic' }), golden.ksAsymptotic);
  close(wasserstein(pair), golden.wasserstein);
  close(wassersteinNormed(pair), golden.normed);
  close(jensenShannonDistance(cells, 2), golden.jensenShannon);
  const chiSquare = chiSquareHomogeneity(cells);
  close(chiSquare.statistic, golden.chiSquare?.[0] ?? 0);
  close(chiSquare.pValue, golden.chiSquare?.[1] ?? 1);
  expect(sturgesEdges(pair)).toEqual(golden.sturges);
  expect(doaneEdges(pair.reference)).toEqual(golden.doane);
});

test('the one-sample Kolmogorov law agrees with scipy from one value to a million, deep into the tail', () => {
  for (const [d, n, expected] of kolmogorov) close(kolmogorovSurvival(d, n), expected, 2e-9);
});
