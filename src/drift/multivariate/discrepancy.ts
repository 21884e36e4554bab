import { mixed } from '../../statistics/poisson-bootstrap.ts';
import { sortedOrder } from '../../statistics/sorted-order.ts';
import type { Sides } from './cross-fit.ts';
import type { Discrepancy } from './multivariate-report.ts';
import type { Points } from './standardised-rows.ts';

const frequencies = 256;
const permutations = 199;
/** Of pairs of rows, for the median distance. */
const pairs = 2000;

/**
 * The unbiased squared maximum mean discrepancy of both sides (Gretton et al., "A Kernel Two-Sample Test", 2012) with a
 * Gaussian kernel whose bandwidth is the median distance, by random Fourier features (Rahimi and Recht, 2007): linear in
 * rows. The error of the features is about 1/√256 of a kernel value, the same for both sides, and the p-value by
 * permutation does not hang on it. Null when all rows are the same point.
 */
export function discrepancyOf(points: Points, sides: Sides): Discrepancy | null {
  const bandwidth = medianDistance(points);
  if (points.dimension === 0 || !(bandwidth > 0)) return null;
  const embedded = embed(points, bandwidth);
  const value = squaredDiscrepancy(embedded, sides.isCurrent);
  const current = sides.isCurrent.reduce((sum, flag) => sum + flag, 0);
  const occurrence = occurrences(sides.keys);
  let atLeast = 1;
  for (let permutation = 1; permutation <= permutations; permutation++) {
    const salt = mixed(permutation);
    const drawn = Float64Array.from(sides.keys, (key, row) => mixed(mixed(key ^ salt) ^ (occurrence[row] ?? 0)));
    const shuffled = new Uint8Array(points.rows);
    for (const row of sortedOrder(drawn).subarray(0, current)) shuffled[row] = 1;
    if (squaredDiscrepancy(embedded, shuffled) >= value) atLeast += 1;
  }
  return { value, pValue: atLeast / (permutations + 1), permutations, frequencies, bandwidth };
}

/** Equal rows are told apart by their number, so that each goes its own way in a permutation. */
function occurrences(keys: Uint32Array): Uint32Array {
  const seen = new Map<number, number>();
  return Uint32Array.from(keys, (key) => {
    const number = seen.get(key) ?? 0;
    seen.set(key, number + 1);
    return mixed(number);
  });
}

function medianDistance({ rows, dimension, values }: Points): number {
  const distances = new Float64Array(pairs);
  for (let pair = 0; pair < pairs; pair++) {
    const [first, second] = [mixed(2 * pair + 1) % rows, mixed(2 * pair + 2) % rows];
    let squares = 0;
    for (let at = 0; at < dimension; at++) {
      squares += ((values[first * dimension + at] ?? 0) - (values[second * dimension + at] ?? 0)) ** 2;
    }
    distances[pair] = Math.sqrt(squares);
  }
  const apart = distances.filter((distance) => distance > 0).sort();
  return apart[apart.length >> 1] ?? 0;
}

/** Of each row cos and sin of each frequency, scaled to length 1. */
function embed({ rows, dimension, values }: Points, bandwidth: number): Float64Array {
  const directions = new Float64Array(frequencies * dimension);
  for (let place = 0; place < directions.length; place++) directions[place] = normal(place) / bandwidth;
  const embedded = new Float64Array(rows * 2 * frequencies);
  const scale = 1 / Math.sqrt(frequencies);
  for (let row = 0; row < rows; row++) {
    for (let frequency = 0; frequency < frequencies; frequency++) {
      let angle = 0;
      for (let at = 0; at < dimension; at++) {
        angle += (values[row * dimension + at] ?? 0) * (directions[frequency * dimension + at] ?? 0);
      }
      embedded[2 * (row * frequencies + frequency)] = scale * Math.cos(angle);
      embedded[2 * (row * frequencies + frequency) + 1] = scale * Math.sin(angle);
    }
  }
  return embedded;
}

/** A standard normal number by Box and Muller, from its place alone. */
function normal(place: number): number {
  const [first, second] = [mixed(2 * place + 0x1f3d), mixed((2 * place + 0x1f3e) ^ 0x9e3779b9)];
  return Math.sqrt(-2 * Math.log((first + 0.5) / 2 ** 32)) * Math.cos((2 * Math.PI * (second + 0.5)) / 2 ** 32);
}

function squaredDiscrepancy(embedded: Float64Array, isCurrent: Uint8Array): number {
  const width = 2 * frequencies;
  const sums = [new Float64Array(width), new Float64Array(width)] as const;
  const counts = [0, 0];
  for (let row = 0; row < isCurrent.length; row++) {
    const side = isCurrent[row] === 1 ? 1 : 0;
    const sum = sums[side];
    counts[side] = (counts[side] ?? 0) + 1;
    for (let at = 0; at < width; at++) sum[at] = (sum[at] ?? 0) + (embedded[row * width + at] ?? 0);
  }
  const [n = 0, m = 0] = counts;
  // Every row has the length 1, so a row with itself gives 1.
  const within = (side: 0 | 1, count: number) => (dot(sums[side], sums[side]) - count) / (count * (count - 1));
  return within(0, n) + within(1, m) - (2 * dot(sums[0], sums[1])) / (n * m);
}

function dot(first: Float64Array, second: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < first.length; at++) sum += (first[at] ?? 0) * (second[at] ?? 0);
  return sum;
}
