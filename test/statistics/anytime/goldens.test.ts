import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { logBetaMixture } from '../../../src/statistics/anytime/beta-mixture.ts';
import { logHalfNormalMixture } from '../../../src/statistics/anytime/half-normal-mixture.ts';
import {
  logOneSidedNormalMixture,
  logTwoSidedNormalMixture,
  mixturePrecision,
  normalMixtureBound,
} from '../../../src/statistics/anytime/normal-mixture.ts';
import { rateLikelihood } from '../../../src/statistics/anytime/rate-likelihood.ts';
import { logTwoByTwo, type TwoGroups } from '../../../src/statistics/anytime/two-by-two.ts';

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/anytime', `${name}.json`), 'utf8'));
}

interface MixtureRow {
  readonly name: string;
  readonly case: readonly (readonly [number, number, number, number])[];
  readonly at: number;
  readonly side: 'above' | 'below';
  readonly log: number;
}

describe('the mixture over rate ratios', () => {
  // Written by scripts/goldens-anytime.py with 25 digits.
  it.each(fixture('rate-mixture') as readonly MixtureRow[])(
    'is exact for $name, $side $at',
    ({ case: rows, at, side, log }) => {
      const likelihood = rateLikelihood();
      for (const [n, m, x, y] of rows) likelihood.add({ share: n / (n + m), candidate: x, both: x + y });

      const found = logHalfNormalMixture({ likelihood, at, side, sd: 0.5 });

      // Beyond ten thousand events their sums themselves are known to so many digits only.
      const events = rows.reduce((sum, [, , x, y]) => sum + x + y, 0);
      expect(Math.abs(found - log)).toBeLessThan(1e-10 * Math.max(1, Math.abs(log)) + 3e-15 * events);
    },
  );
});

describe('the normal mixtures', () => {
  it('are exact over many orders of magnitude', () => {
    for (const [s = 0, v = 0, rho = 0, two = 0, one = 0] of fixture('normal-mixture') as readonly number[][]) {
      expect(logTwoSidedNormalMixture({ s, v, rho }), `${s}, ${v}, ${rho}`).toBeCloseTo(two, 9);
      const found = logOneSidedNormalMixture({ s, v, rho });
      expect(Math.abs(found - one), `${s}, ${v}, ${rho}`).toBeLessThan(1e-9 * Math.max(1, Math.abs(one)));
    }
  });

  it('are those of the package confseq', () => {
    const rho = mixturePrecision(100, 0.05);

    expect(rho).toBeCloseTo(12.60056, 5);
    expect(logTwoSidedNormalMixture({ s: 10, v: 100, rho })).toBeCloseTo(-0.6510052, 7);
    expect(normalMixtureBound({ v: 100, rho, alpha: 0.05 })).toBeCloseTo(30.35209, 5);
    expect(logOneSidedNormalMixture({ s: 10, v: 100, rho: mixturePrecision(100, 0.1) })).toBeCloseTo(-0.06502391, 8);
    // At its bound of 27.66071 the one-sided mixture reaches 1/α.
    expect(logOneSidedNormalMixture({ s: 27.66071, v: 100, rho: mixturePrecision(100, 0.1) })).toBeCloseTo(
      Math.log(20),
      6,
    );
  });

  it.each([
    [1000, 0.12190753],
    [10_000, 0.03035209],
    [100_000, 0.01025123],
  ])('give the asymptotic confidence sequence of %d values', (n, half) => {
    const rho = 1 / 0.02817118 ** 2;

    expect(normalMixtureBound({ v: n, rho, alpha: 0.05 }) / n).toBeCloseTo(half, 8);
  });

  it('give the mixture sequential probability ratio test', () => {
    const [n, mean, v, tau2] = [1000, 0.1, 2, 0.01];

    const log = logTwoSidedNormalMixture({ s: n * mean, v: n * v, rho: (v * v) / tau2 });

    expect(Math.exp(log)).toBeCloseTo(3.2787216, 7);
  });
});

describe('the mixture over a fixed split', () => {
  it.each([
    [10, 30, 0.05, 0.05, 0.95, 5.577569],
    [5200, 4800, 0.5, 0.5, 0.5, 3.171148],
    [5200, 4800, 0.5, 5000, 5000, 3.653881],
  ])('of %d and %d against %d is the closed form', (firsts, seconds, share, a, b, log) => {
    expect(logBetaMixture({ firsts, seconds, share, a, b })).toBeCloseTo(log, 6);
  });
});

describe('the beta mixture of a walk', () => {
  // In confseq's terms: a sum s of variance v whose steps are −g or h, with a precision tuned to v = 100.
  const [g, h, v] = [0.2, 0.8, 100];
  const r = mixturePrecision(v, 0.05) - g * h;
  const log = (s: number): number => {
    const steps = v / (g * h);
    const firsts = s + g * steps;
    return logBetaMixture({ firsts, seconds: steps - firsts, share: g, a: r / h, b: r / g });
  };

  it('is that of the package confseq, and reaches 1/α at its bound', () => {
    expect(log(10)).toBeCloseTo(-0.6941012, 7);
    expect(log(31.4308)).toBeCloseTo(Math.log(20), 4);
  });

  it.each([
    [700, 1000, 100, [0.651629, 0.745949]],
    [15, 50, 50, [0.129556, 0.511896]],
    [100, 200, 1, [0.328923, 0.671076]],
  ] as const)('bounds the chance of %d among %d, tuned to %d, as confseq does', (firsts, trials, tuned, bounds) => {
    for (const share of bounds) {
      const [a, b] = [1 - share, share].map((other) => {
        const unit = share * (1 - share);
        return Math.max(mixturePrecision(tuned * unit, 0.05) - unit, 1e-3 * unit) / other;
      });
      const found = logBetaMixture({ firsts, seconds: trials - firsts, share, a: a ?? 0, b: b ?? 0 });

      expect(found).toBeCloseTo(Math.log(20), 3);
    }
  });
});

interface TwoByTwoRow {
  readonly n: TwoGroups['n'];
  readonly x: TwoGroups['x'];
  readonly guess: readonly [number, number];
  readonly factor: number;
  readonly side: 'above' | 'below';
  readonly log: number;
}

describe('the 2 × 2 e-value', () => {
  it.each(fixture('two-by-two') as readonly TwoByTwoRow[])(
    'divides by the nearest pair of the null: $n, factor $factor',
    (row) => {
      const { n, x, guess, factor, side, log } = row;

      expect(logTwoByTwo({ block: { n, x }, guess, factor, side })).toBeCloseTo(log, 8);
    },
  );

  it('has a mean of at most one over the whole null, by every outcome of small blocks', () => {
    const n = [7, 12] as const;
    const means: number[] = [];
    for (const factor of [1, 0.8, 1.25]) {
      for (const second of [0.05, 0.3, 0.6, 0.78]) {
        for (const beyond of [1, 0.7]) {
          const first = factor * second * beyond;
          if (first >= 1) continue;
          let sum = 0;
          for (let x = 0; x <= n[0]; x += 1) {
            for (let y = 0; y <= n[1]; y += 1) {
              const log = logTwoByTwo({ block: { n, x: [x, y] }, guess: [0.7, 0.4], factor, side: 'above' });
              sum += Math.exp(log) * binomial(n[0], x, first) * binomial(n[1], y, second);
            }
          }
          means.push(sum);
        }
      }
    }

    expect(Math.max(...means)).toBeLessThanOrEqual(1 + 1e-9);
    expect(Math.max(...means)).toBeGreaterThan(0.9);
  });
});

function binomial(n: number, x: number, p: number): number {
  let ways = 1;
  for (let k = 0; k < x; k += 1) ways = (ways * (n - k)) / (k + 1);
  return ways * p ** x * (1 - p) ** (n - x);
}
