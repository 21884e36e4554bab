import { expect, test } from 'vitest';
import { andersonDarling } from '../../src/drift/anderson-darling.ts';
import { categoryCells, cellsBetween, evidentlyShares, nannymlCells, sturgesEdges } from '../../src/drift/binning.ts';
import { cramerVonMises } from '../../src/drift/cramer-von-mises.ts';
import { samplePair } from '../../src/drift/sample.ts';
import { hellinger, kullbackLeibler, lInfinity } from '../../src/drift/share-distances.ts';
import { energyDistance, tiedGroups } from '../../src/drift/tied-groups.ts';

/** Two fixed samples that need no random numbers, of n and m values. */
function samples(n: number, m: number) {
  const reference = Array.from({ length: n }, (_, i) => ((i * 7919) % 10007) / 10007);
  const current = Array.from({ length: m }, (_, j) => (((j * 104729 + 13) % 10007) / 10007) ** 1.2);
  const pair = samplePair(reference, current);
  if (pair === null) throw new Error('no sample');
  return pair;
}

function expectDigits(actual: number | undefined, expected: number): void {
  expect(Math.abs((actual ?? Number.NaN) / expected - 1)).toBeLessThan(3e-11);
}

const goldens = [
  {
    n: 800,
    m: 600,
    cvm: [0.82312172619, 0.0064374699284],
    ad: [4.60332933082, 0.00482791824964],
    energy: 0.0693660800482,
    kl: 0.0143875060313,
    doane: 0.0609606411562,
  },
  {
    n: 5000,
    m: 4000,
    cvm: [5.40332311481, 2.1974189135e-10],
    ad: [37.4880921477, 0.001],
    energy: 0.0697398850895,
    kl: 0.0147111526363,
    doane: 0.0612330218372,
  },
] as const;

test.each(goldens)(
  'rank tests and share distances of $n and $m values have every digit of their references',
  (golden) => {
    const pair = samples(golden.n, golden.m);
    const groups = tiedGroups(pair);
    const { statistic, pValue } = cramerVonMises(groups);
    const anderson = andersonDarling(groups);
    const { p, q } = evidentlyShares(cellsBetween(sturgesEdges(pair), pair));

    expectDigits(statistic, golden.cvm[0]);
    // What is left of 1 − (1 − 2e-10) has lost ten digits, in scipy too.
    expect(Math.abs(pValue - golden.cvm[1])).toBeLessThan(1e-13);
    expectDigits(anderson?.statistic, golden.ad[0]);
    expectDigits(anderson?.pValue, golden.ad[1]);
    expectDigits(energyDistance(groups), golden.energy);
    expectDigits(kullbackLeibler(p, q), golden.kl);
    expectDigits(hellinger(nannymlCells(pair)), golden.doane);
  },
);

test('the largest difference of categories has every digit of its reference', () => {
  const letters = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).flatMap(([letter, count]) => Array.from({ length: count }, () => letter));
  const cells = categoryCells(letters({ a: 500, b: 300, c: 200 }), letters({ a: 380, b: 250, c: 150, d: 20 }));

  expectDigits(lInfinity(cells), 0.025);
});
