import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairedRocAuc, rocAuc } from '../../src/statistics/delong.ts';
import { mcnemarExact, mcnemarMidP, pairedAccuracy } from '../../src/statistics/mcnemar.ts';
import { momentsOf } from '../../src/statistics/moments.ts';
import { normalQuantile } from '../../src/statistics/normal.ts';
import { pairedMean } from '../../src/statistics/paired-mean.ts';
import { bootstrapEstimate, forEachReplicate, mixed } from '../../src/statistics/poisson-bootstrap.ts';
import { studentQuantile, studentTwoSided } from '../../src/statistics/student-t.ts';

interface Goldens {
  readonly delong: {
    readonly truth: readonly number[];
    readonly first: readonly number[];
    readonly second: readonly number[];
    readonly difference: number;
    readonly error: number;
    readonly pValue: number;
  };
  readonly tango: readonly {
    readonly onlyFirst: number;
    readonly onlySecond: number;
    readonly rows: number;
    readonly level: number;
    readonly limits: readonly [number, number];
  }[];
  readonly pairedMean: {
    readonly differences: readonly number[];
    readonly value: number;
    readonly limits: readonly [number, number];
    readonly pValue: number;
  };
  readonly studentQuantile: readonly { readonly p: number; readonly degrees: number; readonly t: number }[];
}

const goldens: Goldens = JSON.parse(readFileSync(new URL('../fixtures/metrics/goldens.json', import.meta.url), 'utf8'));

/** The published example: 500 rows, 200 of them positive, two correlated scores. */
function example() {
  const truth = new Uint8Array(500);
  const first = new Float64Array(500);
  const second = new Float64Array(500);
  for (let row = 0; row < 500; row++) {
    const u = ((row * 7919) % 10007) / 10007;
    const v = ((row * 104729) % 10007) / 10007;
    truth[row] = (row * 37) % 100 < 40 ? 1 : 0;
    first[row] = 0.5 * (truth[row] ?? 0) + u;
    second[row] = 0.45 * (truth[row] ?? 0) + 0.8 * u + 0.2 * v;
  }
  return { truth, first, second };
}

function auc(truth: Uint8Array, scores: Float64Array) {
  const found = rocAuc(truth, scores);
  if (found === null) throw new Error('expected both classes');
  return found;
}

describe('DeLong', () => {
  it('gives areas, difference, error and p to twelve digits', () => {
    const { truth, first, second } = example();

    const estimate = pairedRocAuc(auc(truth, first), auc(truth, second))?.at(0.95);

    expect(auc(truth, first).value).toBeCloseTo(0.869116666667, 11);
    expect(auc(truth, second).value).toBeCloseTo(0.882516666667, 11);
    expect(estimate?.value).toBeCloseTo(-0.0134, 12);
    expect(((estimate?.high ?? 0) - (estimate?.low ?? 0)) / 2 / normalQuantile(0.975)).toBeCloseTo(
      0.00491315994733,
      13,
    );
    expect(estimate?.pValue).toBeCloseTo(0.00638416068098, 12);
  });

  it('agrees with the definition, pair by pair, on tied scores', () => {
    const { truth, first, second, difference, error, pValue } = goldens.delong;
    const flags = Uint8Array.from(truth);

    const estimate = pairedRocAuc(auc(flags, Float64Array.from(first)), auc(flags, Float64Array.from(second)))?.at(
      0.95,
    );

    expect(estimate?.value).toBeCloseTo(difference, 12);
    expect(estimate?.high).toBeCloseTo(difference + normalQuantile(0.975) * error, 12);
    expect(estimate?.pValue).toBeCloseTo(pValue, 11);
  });

  it('has no area where a class is absent, and no interval where one has a single row', () => {
    expect(rocAuc(Uint8Array.of(1, 1), Float64Array.of(0.1, 0.2))).toBeNull();
    const single = auc(Uint8Array.of(1, 0, 0), Float64Array.of(0.9, 0.1, 0.2));
    expect(pairedRocAuc(single, single)).toBeNull();
  });

  it('does not depend on the order of rows', () => {
    const { truth, first, second } = example();
    const order = Array.from(truth.keys()).sort((a, b) => mixed(a) - mixed(b));
    const shuffled = (values: Float64Array) => Float64Array.from(order, (row) => values[row] ?? 0);
    const flags = Uint8Array.from(order, (row) => truth[row] ?? 0);

    const estimate = pairedRocAuc(auc(flags, shuffled(first)), auc(flags, shuffled(second)))?.at(0.95);

    expect(estimate?.low).toBeCloseTo(pairedRocAuc(auc(truth, first), auc(truth, second))?.at(0.95)?.low ?? 0, 12);
  });
});

describe('McNemar', () => {
  it('gives the exact and the mid-p value of 12 against 33', () => {
    const table = { onlyFirst: 12, onlySecond: 33, rows: 500 };

    expect(mcnemarExact(table)).toBeCloseTo(0.0024589003221, 12);
    expect(mcnemarMidP(table)).toBeCloseTo(0.00164149134085, 13);
    expect(pairedAccuracy(table)?.at(0.95)?.value).toBeCloseTo(-0.042, 14);
  });

  it.each(goldens.tango)(
    'gives Tango’s limits for $onlyFirst against $onlySecond of $rows',
    ({ level, limits, ...table }) => {
      const estimate = pairedAccuracy(table)?.at(level);

      expect(estimate?.low).toBeCloseTo(limits[0], 10);
      expect(estimate?.high).toBeCloseTo(limits[1], 10);
    },
  );

  it('sees no difference in a tie and turns with the sides', () => {
    expect(mcnemarMidP({ onlyFirst: 7, onlySecond: 7, rows: 50 })).toBeCloseTo(1, 12);
    expect(mcnemarMidP({ onlyFirst: 0, onlySecond: 0, rows: 50 })).toBe(1);
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), fc.nat(200), (onlyFirst, onlySecond, same) => {
        const rows = onlyFirst + onlySecond + same + 1;
        const there = pairedAccuracy({ onlyFirst, onlySecond, rows })?.at(0.95);
        const back = pairedAccuracy({ onlyFirst: onlySecond, onlySecond: onlyFirst, rows })?.at(0.95);
        expect(there?.low).toBeCloseTo(-(back?.high ?? 0), 9);
        expect(there?.low).toBeLessThanOrEqual(there?.value ?? -2);
        expect(there?.high).toBeGreaterThanOrEqual(there?.value ?? 2);
      }),
    );
  });
});

describe('the paired mean', () => {
  it('gives the t interval and p-value of scipy', () => {
    const { differences, value, limits, pValue } = goldens.pairedMean;

    const estimate = pairedMean(momentsOf(differences.length, (row) => differences[row] ?? 0))?.at(0.95);

    expect(estimate?.value).toBeCloseTo(value, 13);
    expect(estimate?.low).toBeCloseTo(limits[0], 12);
    expect(estimate?.high).toBeCloseTo(limits[1], 12);
    expect(estimate?.pValue).toBeCloseTo(pValue, 11);
  });

  it('knows nothing of the spread of one row, and none where all rows agree', () => {
    expect(pairedMean(momentsOf(1, () => 3))).toBeNull();
    expect(pairedMean(momentsOf(5, () => 0))?.at(0.95)).toEqual({ value: 0, low: 0, high: 0, pValue: 1 });
  });

  it.each(goldens.studentQuantile)('has the t quantile $t at p $p of $degrees degrees', ({ p, degrees, t }) => {
    expect(Math.abs(studentQuantile(p, degrees) - t)).toBeLessThan(1e-10 * Math.max(1, Math.abs(t)));
    expect(studentTwoSided(t, degrees)).toBeCloseTo(2 * Math.min(p, 1 - p), 10);
  });
});

describe('the Poisson bootstrap', () => {
  const cells = {
    keys: Uint32Array.of(mixed(1), mixed(2), mixed(3), mixed(4)),
    counts: Float64Array.of(1, 5, 40, 5000),
  };

  it('never draws a cell of a small number, in any replicate, far beyond what is likely', () => {
    const cells = {
      keys: Uint32Array.from({ length: 64 }, (_, label) => mixed(label)),
      counts: new Float64Array(64).fill(250),
    };

    let furthest = 0;
    forEachReplicate(cells, 2000, (weights) => {
      for (const weight of weights) furthest = Math.max(furthest, Math.abs(weight - 250) / Math.sqrt(250));
    });

    // 128 000 draws: the chance that one lies beyond 5.5 standard deviations is below 1 %.
    expect(furthest).toBeLessThan(5.5);
  });

  it('draws cell weights with the mean and the variance of Poisson', () => {
    const draws = cells.keys.reduce<number[][]>((all) => [...all, []], []);
    forEachReplicate(cells, 20_000, (weights) => {
      for (const [cell, weight] of weights.entries()) draws[cell]?.push(weight);
    });

    for (const [cell, values] of draws.entries()) {
      const mean = cells.counts[cell] ?? 0;
      const moments = momentsOf(values.length, (at) => values[at] ?? 0);
      expect(Math.abs(moments.mean - mean)).toBeLessThan(4 * Math.sqrt(mean / 20_000));
      expect(moments.squares / 20_000 / mean).toBeGreaterThan(0.96);
      expect(moments.squares / 20_000 / mean).toBeLessThan(1.04);
    }
  });

  it('draws the same weights for the same cells in any order', () => {
    const seen: number[][] = [];
    const reversed = { keys: cells.keys.toReversed(), counts: cells.counts.toReversed() };
    forEachReplicate(cells, 5, (weights) => seen.push([...weights]));
    let replicate = 0;
    forEachReplicate(reversed, 5, (weights) => expect([...weights].reverse()).toEqual(seen[replicate++]));
  });

  it('centres its interval on the value and refuses statistics that mostly do not exist', () => {
    const replicates = Float64Array.from({ length: 1000 }, (_, at) => at / 1000);

    const estimate = bootstrapEstimate(10, replicates, 0.9);

    expect(estimate?.low).toBeCloseTo(9.55045, 10);
    expect(estimate?.high).toBeCloseTo(10.44955, 10);
    expect(
      bootstrapEstimate(
        0,
        Float64Array.from(replicates, (value, at) => (at % 10 === 0 ? Number.NaN : value)),
        0.9,
      ),
    ).toBeNull();
  });
});
