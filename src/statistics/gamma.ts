const halfLogTwoPi = 0.9189385332046727;

/** Coefficients of Stirling's series for log Γ: B(2k) / (2k (2k − 1)). */
const stirlingCoefficients = [
  1 / 12,
  -1 / 360,
  1 / 1260,
  -1 / 1680,
  1 / 1188,
  -691 / 360360,
  1 / 156,
  -3617 / 122400,
  43867 / 244188,
] as const;

/** From here on nine terms of Stirling's series are exact to double precision. */
const stirlingFrom = 12;

/** The natural logarithm of Γ(x) for x > 0, within 1e-14 of the larger of 1 and the value; NaN elsewhere. */
export function logGamma(x: number): number {
  if (!(x > 0)) return Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  let product = 1;
  let shifted = x;
  while (shifted < stirlingFrom) {
    product *= shifted;
    shifted += 1;
  }
  return (shifted - 0.5) * Math.log(shifted) - shifted + halfLogTwoPi + stirlingSeries(shifted) - Math.log(product);
}

/**
 * log Γ(x + 1) − ((x + ½) log x − x + ½ log 2π), the error of Stirling's formula, for x > 0. What is left when the large
 * terms of a density cancel (Loader, "Fast and Accurate Computation of Binomial Probabilities", 2000).
 */
export function stirlingError(x: number): number {
  if (x >= stirlingFrom) return stirlingSeries(x);
  return logGamma(x + 1) - (x + 0.5) * Math.log(x) + x - halfLogTwoPi;
}

/** x log(x / mean) + mean − x without cancellation when the two are close (Loader's deviance). */
export function deviance(x: number, mean: number): number {
  if (x === 0) return mean;
  const difference = x - mean;
  if (Math.abs(difference) >= 0.1 * (x + mean)) return x * Math.log(x / mean) - difference;
  const v = difference / (x + mean);
  let sum = difference * v;
  let term = 2 * x * v;
  for (let j = 1; ; j++) {
    term *= v * v;
    const next = sum + term / (2 * j + 1);
    if (next === sum) return sum;
    sum = next;
  }
}

/** x^shape · e^−x / Γ(shape + 1): the Poisson probability of `shape` events at mean x, for real shape > 0. */
export function poissonDensity(shape: number, x: number): number {
  if (x === 0) return 0;
  if (shape < stirlingFrom) return Math.exp(shape * Math.log(x) - x - logGamma(shape + 1));
  return Math.exp(-stirlingError(shape) - deviance(shape, x)) / Math.sqrt(2 * Math.PI * shape);
}

/** P(shape, x), the regularised lower incomplete gamma function: the gamma distribution's cdf at scale 1. */
export function gammaCdf(x: number, shape: number): number {
  if (!(shape > 0) || Number.isNaN(x)) return Number.NaN;
  if (x <= 0) return 0;
  if (x === Number.POSITIVE_INFINITY) return 1;
  return x < shape + 1 ? lowerSeries(x, shape) : 1 - upperFraction(x, shape);
}

/** Q(shape, x) = 1 − P(shape, x), with small values as precise as large ones. */
export function gammaSurvival(x: number, shape: number): number {
  if (!(shape > 0) || Number.isNaN(x)) return Number.NaN;
  if (x <= 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  return x < shape + 1 ? 1 - lowerSeries(x, shape) : upperFraction(x, shape);
}

/** The x with P(shape, x) = p. Bracketed Newton on whichever tail is smaller. */
export function gammaQuantile(p: number, shape: number): number {
  if (!(p >= 0 && p <= 1) || !(shape > 0)) return Number.NaN;
  if (p === 0) return 0;
  if (p === 1) return Number.POSITIVE_INFINITY;
  let low = 0;
  let high = Math.max(1, shape);
  while (gammaCdf(high, shape) < p && high < Number.MAX_VALUE / 4) {
    low = high;
    high *= 2;
  }
  // For a tiny p the distribution behaves like x^shape / Γ(shape + 1), which gives a start of the right magnitude.
  const start = Math.exp((Math.log(p) + logGamma(shape + 1)) / shape);
  let x = start > low && start < high ? start : (low + high) / 2;
  for (let step = 0; step < 200; step++) {
    const excess = p < 0.5 ? gammaCdf(x, shape) - p : 1 - p - gammaSurvival(x, shape);
    if (excess > 0) high = x;
    else low = x;
    const density = (poissonDensity(shape, x) * shape) / x;
    const newton = x - excess / density;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - x) <= 4e-16 * next) return next;
    x = next;
  }
  return x;
}

function stirlingSeries(x: number): number {
  const inverseSquare = 1 / (x * x);
  let sum = 0;
  for (let k = stirlingCoefficients.length - 1; k >= 0; k--) sum = sum * inverseSquare + (stirlingCoefficients[k] ?? 0);
  return sum / x;
}

/** P by its power series (NIST DLMF 8.11.4); all terms are positive. */
function lowerSeries(x: number, shape: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= x / (shape + n);
    sum += term;
  }
  return Math.min(1, poissonDensity(shape, x) * sum);
}

/** Q by its continued fraction (NIST DLMF 8.9.2) with Lentz's method. */
function upperFraction(x: number, shape: number): number {
  const tiny = 1e-300;
  let b = x + 1 - shape;
  let c = 1 / tiny;
  let d = 1 / b;
  let fraction = d;
  for (let i = 1; i < 1_000_000; i++) {
    const a = -i * (i - shape);
    b += 2;
    d = a * d + b;
    if (Math.abs(d) < tiny) d = tiny;
    c = b + a / c;
    if (Math.abs(c) < tiny) c = tiny;
    d = 1 / d;
    const factor = d * c;
    fraction *= factor;
    if (Math.abs(factor - 1) < 2e-16) break;
  }
  return poissonDensity(shape, x) * shape * fraction;
}
