import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { betaCdf, betaQuantile, betaSurvival, studentSurvival } from '../../src/statistics/beta.ts';
import { chiSquareCdf, chiSquareQuantile } from '../../src/statistics/chi-square.ts';
import { gammaCdf, gammaSurvival, logGamma } from '../../src/statistics/gamma.ts';
import { normalCdf, normalQuantile, normalSurvival } from '../../src/statistics/normal.ts';

/** Written by scripts/goldens.py from scipy. Numbers only, so the cast is checked by every comparison below. */
const golden = JSON.parse(
  readFileSync(new URL('../fixtures/statistics/distributions.json', import.meta.url), 'utf8'),
) as Record<string, number[][]>;

function rows(name: string): [number, number, number, number, number][] {
  return (golden[name] ?? []).map(([a = 0, b = 0, c = 0, d = 0, e = 0]) => [a, b, c, d, e]);
}

/** Equal to 12 digits; below 1e-290 doubles lose digits themselves. */
function close(actual: number, expected: number, tolerance = 1e-12): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.abs(expected) + 1e-290);
}

test('logGamma agrees with scipy to 12 digits', () => {
  for (const [x, expected] of rows('logGamma')) close(logGamma(x), expected);
});

test('both tails of the gamma distribution agree with scipy to 12 digits', () => {
  for (const [x, shape, lower, upper] of rows('gamma')) {
    close(gammaCdf(x, shape), lower, 4e-12);
    close(gammaSurvival(x, shape), upper, 4e-12);
  }
});

test('chi-square quantiles agree with scipy and invert the cdf', () => {
  for (const [p, degrees, expected] of rows('chiSquareQuantile')) {
    close(chiSquareQuantile(p, degrees), expected);
    close(chiSquareCdf(chiSquareQuantile(p, degrees), degrees), p, 2e-12);
  }
});

test('the normal distribution and its quantile agree with scipy, deep into both tails', () => {
  for (const [x, lower, upper] of rows('normal')) {
    close(normalCdf(x), lower);
    close(normalSurvival(x), upper);
  }
  for (const [p, expected] of rows('normalQuantile')) close(normalQuantile(p), expected);
});

test('the beta distribution, its quantile and Student t agree with scipy', () => {
  for (const [x, a, b, lower, upper] of rows('beta')) {
    close(betaCdf(x, a, b), lower, 2e-12);
    close(betaSurvival(x, a, b), upper, 2e-12);
  }
  for (const [p, a, b, expected] of rows('betaQuantile')) close(betaQuantile(p, a, b), expected, 2e-12);
  for (const [t, degrees, expected] of rows('student')) close(studentSurvival(t, degrees), expected, 2e-12);
});

test('arguments outside the domain give NaN and the ends give the limits', () => {
  expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
  expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
  expect(normalQuantile(1.1)).toBeNaN();
  expect(gammaCdf(1, 0)).toBeNaN();
  expect(gammaSurvival(Number.POSITIVE_INFINITY, 3)).toBe(0);
  expect(betaCdf(-1, 2, 2)).toBe(0);
  expect(betaSurvival(2, 2, 2)).toBe(0);
  expect(betaQuantile(Number.NaN, 2, 2)).toBeNaN();
});
