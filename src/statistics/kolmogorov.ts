import { binomialProbability } from './beta.ts';
import { logGamma } from './gamma.ts';

/**
 * P(D ≥ d) for the two-sided one-sample Kolmogorov–Smirnov statistic of n values: exact by Durbin's matrix for small n or d,
 * twice the exact one-sided tail where both sides cannot be exceeded together in practice, else the expansion of Pelz and
 * Good (1976). The choice of regions follows Simard and L'Ecuyer (2011); relative error at most about 1e-6 in the middle,
 * far less in the tail.
 */
export function kolmogorovSurvival(d: number, n: number): number {
  if (Number.isNaN(d) || !(n >= 1)) return Number.NaN;
  if (d >= 1) return 0;
  if (n * d <= 0.5) return 1;
  const square = n * d * d;
  if (square >= 370) return 0;
  if (d >= 0.5 || square >= (n <= 140 ? 4 : 2.2)) return Math.min(1, 2 * oneSidedSurvival(d, n));
  const isSmall = n <= 140 || (n <= 2000 && n * d ** 1.5 <= 1.4);
  return clip(1 - (isSmall ? durbinCdf(d, n) : pelzGoodCdf(d, n)));
}

/**
 * P(D ≥ d) for two samples without ties of n and m values, exactly: every order of the two samples is a path on a grid,
 * and the paths that leave the band are summed, so that tiny values keep their digits. Takes n·m steps.
 */
export function twoSampleSurvival(options: { readonly d: number; readonly n: number; readonly m: number }): number {
  const { n, m } = options;
  const limit = Math.round(options.d * n * m);
  if (limit <= 0) return 1;
  // outside[j]: the probability that a random path from the origin to (i, j) touches the edge of the band on its way.
  const outside = new Float64Array(m + 1);
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= m; j++) {
      const from = i + j;
      if (Math.abs(i * m - j * n) >= limit) outside[j] = 1;
      else if (from === 0) outside[j] = 0;
      else outside[j] = (i * (outside[j] ?? 0) + (j === 0 ? 0 : j * (outside[j - 1] ?? 0))) / from;
    }
  }
  return outside[m] ?? 1;
}

/** P(D⁺ ≥ d) of n values (Birnbaum and Tingey 1951), a sum of positive terms. */
function oneSidedSurvival(d: number, n: number): number {
  const last = Math.floor(n * (1 - d));
  let sum = 0;
  for (let j = 0; j <= last; j++) {
    const share = d + j / n;
    if (share >= 1) sum += j === n ? 1 : 0;
    else sum += binomialProbability({ successes: j, trials: n, share }) / share;
  }
  return d * sum;
}

/** Marsaglia, Tsang and Wang (2003): P(D < d) as the middle of a matrix power. */
function durbinCdf(d: number, n: number): number {
  const k = Math.floor(n * d) + 1;
  const size = 2 * k - 1;
  const h = k - n * d;
  const at = (i: number, j: number) => i * size + j;
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) for (let j = 0; j <= Math.min(size - 1, i + 1); j++) matrix[at(i, j)] = 1;
  for (let i = 0; i < size; i++) {
    matrix[at(i, 0)] = (matrix[at(i, 0)] ?? 0) - h ** (i + 1);
    matrix[at(size - 1, i)] = (matrix[at(size - 1, i)] ?? 0) - h ** (size - i);
  }
  matrix[at(size - 1, 0)] = (matrix[at(size - 1, 0)] ?? 0) + (2 * h > 1 ? (2 * h - 1) ** size : 0);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      if (i - j + 1 > 0) for (let g = 2; g <= i - j + 1; g++) matrix[at(i, j)] = (matrix[at(i, j)] ?? 0) / g;
    }
  }
  let power = identity(size);
  // n! / n^n spread evenly over the factors: nothing over- or underflows.
  const factor = Math.exp((logGamma(n + 1) - n * Math.log(n)) / n);
  for (let i = 1; i <= n; i++) {
    power = product(power, matrix, size);
    for (let entry = 0; entry < power.length; entry++) power[entry] = (power[entry] ?? 0) * factor;
  }
  return power[at(k - 1, k - 1)] ?? 0;
}

function identity(size: number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) matrix[i * size + i] = 1;
  return matrix;
}

function product(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const result = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const factor = a[i * size + k] ?? 0;
      if (factor === 0) continue;
      for (let j = 0; j < size; j++) {
        result[i * size + j] = (result[i * size + j] ?? 0) + factor * (b[k * size + j] ?? 0);
      }
    }
  }
  return result;
}

function pelzGoodCdf(d: number, n: number): number {
  const z = d * Math.sqrt(n);
  const z2 = z * z;
  const z4 = z2 * z2;
  const z6 = z4 * z2;
  const sums = [0, 0, 0, 0, 0, 0];
  const add = (index: number, value: number) => {
    sums[index] = (sums[index] ?? 0) + value;
  };
  for (let k = Math.ceil((16 * z) / Math.PI) + 1; k >= 0; k--) {
    const odd = (Math.PI * (k + 0.5)) ** 2;
    const weight = Math.exp(-odd / (2 * z2));
    add(0, weight);
    add(1, (odd - z2) * weight);
    add(2, (6 * z6 + 2 * z4 + odd * (2 * z4 - 5 * z2) + odd ** 2 * (1 - 2 * z2)) * weight);
    const fourth = odd ** 3 * (5 - 30 * z2) + odd ** 2 * (-60 * z2 + 212 * z4);
    add(3, (fourth + odd * (135 * z4 - 96 * z6) - 30 * z6 - 90 * z4 * z4) * weight);
    const whole = (Math.PI * k) ** 2;
    const wholeWeight = Math.exp(-whole / (2 * z2));
    add(4, whole * wholeWeight);
    add(5, (3 * whole * z2 - whole ** 2) * wholeWeight);
  }
  const [k0 = 0, k1 = 0, k2 = 0, k3 = 0, whole2 = 0, whole3 = 0] = sums;
  const root = Math.sqrt(n);
  const series =
    k0 / z +
    k1 / (6 * z4) / root +
    (k2 / (72 * z ** 7) - whole2 / (36 * z ** 3)) / n +
    (k3 / (6480 * z ** 10) + whole3 / (216 * z6)) / (n * root);
  return Math.sqrt(2 * Math.PI) * series;
}

function clip(probability: number): number {
  return Math.min(1, Math.max(0, probability));
}
