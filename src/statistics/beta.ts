import { deviance, stirlingError } from './gamma.ts';

/** I_x(a, b), the regularised incomplete beta function: the beta distribution's cdf, for a, b > 0. */
export function betaCdf(x: number, a: number, b: number): number {
  if (!(a > 0 && b > 0) || Number.isNaN(x)) return Number.NaN;
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  return tails(x, 1 - x, a, b).lower;
}

/** 1 − I_x(a, b), with small values as precise as large ones. */
export function betaSurvival(x: number, a: number, b: number): number {
  if (!(a > 0 && b > 0) || Number.isNaN(x)) return Number.NaN;
  if (x <= 0) return 1;
  if (x >= 1) return 0;
  return tails(x, 1 - x, a, b).upper;
}

/** The x with I_x(a, b) = p. Bracketed Newton on whichever tail is smaller. */
export function betaQuantile(p: number, a: number, b: number): number {
  if (!(p >= 0 && p <= 1) || !(a > 0 && b > 0)) return Number.NaN;
  if (p === 0 || p === 1) return p;
  let low = 0;
  let high = 1;
  let x = a / (a + b);
  for (let step = 0; step < 1100; step++) {
    const excess = p < 0.5 ? betaCdf(x, a, b) - p : 1 - p - betaSurvival(x, a, b);
    if (excess > 0) high = x;
    else low = x;
    const density = (binomialDensity(a, b, x, 1 - x) * a * b) / ((a + b) * x * (1 - x));
    const newton = x - excess / density;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - x) <= 2e-16 * next) return next;
    x = next;
  }
  return x;
}

/** P(T > t) of Student’s t distribution, for any real `degrees` > 0. */
export function studentSurvival(t: number, degrees: number): number {
  if (t < 0) return 1 - studentSurvival(-t, degrees);
  const square = t * t;
  const x = degrees / (degrees + square);
  if (x === 1) return 0.5;
  if (x === 0) return 0;
  return 0.5 * tails(x, square / (degrees + square), degrees / 2, 0.5).lower;
}

/** The probability of `successes` in `trials` of a given chance, to full precision also for millions of trials. */
export function binomialProbability(options: {
  readonly successes: number;
  readonly trials: number;
  readonly share: number;
}): number {
  const { successes, trials, share } = options;
  if (successes === 0) return Math.exp(trials * Math.log1p(-share));
  if (successes === trials) return share ** trials;
  return binomialDensity(successes, trials - successes, share, 1 - share);
}

/** x and y = 1 − x are both given so that neither loses digits when it is tiny. */
function tails(x: number, y: number, a: number, b: number): { readonly lower: number; readonly upper: number } {
  const front = (binomialDensity(a, b, x, y) * a * b) / (a + b);
  if (x <= a / (a + b)) {
    const lower = Math.min(1, front / fraction(x, y, a, b));
    return { lower, upper: 1 - lower };
  }
  const upper = Math.min(1, front / fraction(y, x, b, a));
  return { lower: 1 - upper, upper };
}

/** Γ(a+b+1) / (Γ(a+1) Γ(b+1)) · x^a · y^b by Loader's saddle-point form, for real a, b > 0. */
function binomialDensity(a: number, b: number, x: number, y: number): number {
  const n = a + b;
  const exponent = stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x) - deviance(b, n * y);
  return Math.exp(exponent) * Math.sqrt(n / (2 * Math.PI * a * b));
}

/** The continued fraction of DiDonato and Morris (1992, eq. 9), which never subtracts x from 1, with Lentz's method. */
function fraction(x: number, y: number, a: number, b: number): number {
  const tiny = 1e-300;
  let result = (a * (a * y - b * x + 1)) / (a + 1) || tiny;
  let c = result;
  let d = 0;
  for (let m = 1; m < 1_000_000; m++) {
    const odd = a + 2 * m - 1;
    const step = ((m * (b - m) * x) / odd) * x * ((a + m - 1) / odd) * (a + b + m - 1);
    const base = m + (m * (b - m) * x) / odd + ((a + m) * (a * y - b * x + 1 + m * (1 + y))) / (odd + 2);
    d = 1 / (base + step * d || tiny);
    c = base + step / c || tiny;
    const factor = c * d;
    result *= factor;
    if (Math.abs(factor - 1) < 2e-16) break;
  }
  return result;
}
