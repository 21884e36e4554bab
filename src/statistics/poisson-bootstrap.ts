import { logGamma } from './gamma.ts';
import { normalQuantile, normalSurvival } from './normal.ts';
import type { PairedEstimate, PairedInference } from './paired-estimate.ts';
import { reproducibleSum } from './reproducible-sum.ts';

/**
 * Rows that no statistic of interest can tell apart, counted. A cell's key is its content, so the same data give the same
 * replicates in any order and from any sharding.
 */
export interface Cells {
  readonly keys: Uint32Array;
  readonly counts: Float64Array;
}

/**
 * Calls `visit` with the cell weights of each Poisson bootstrap replicate. A row's weight in a replicate is Poisson(1), so
 * a cell of n rows weighs Poisson(n): the cost is in cells, not rows (Chamandy et al., "Estimating Uncertainty for
 * Massive Data Streams", 2012). The weights are drawn by hashing key and replicate number; no random state is kept.
 */
export function forEachReplicate(
  cells: Cells,
  replicates: number,
  visit: (weights: Float64Array, replicate: number) => void,
): void {
  const { keys, counts } = cells;
  const weights = new Float64Array(counts.length);
  const tables = new Map<number, PoissonTable>();
  for (const count of counts) if (count < normalFrom && !tables.has(count)) tables.set(count, poissonTable(count));
  const tableOf = Array.from(counts, (count) => tables.get(count));
  for (let replicate = 0; replicate < replicates; replicate++) {
    const salt = mixed((replicate + 1) ^ replicateSeed);
    for (let cell = 0; cell < weights.length; cell++) {
      const hash = mixed((keys[cell] ?? 0) ^ salt);
      const table = tableOf[cell];
      weights[cell] = table === undefined ? nearNormal(counts[cell] ?? 0, hash) : draw(table, hash);
    }
    visit(weights, replicate);
  }
}

/**
 * Keys are hashes of small numbers too. Were the salts hashes of the same numbers, they would cancel, and one cell in each
 * of the first replicates would weigh the least that can be drawn.
 */
const replicateSeed = 0x2545f491;

/** The interval of bootstrap replicates at one confidence: see bootstrapInference. */
export function bootstrapEstimate(value: number, replicates: Float64Array, confidence: number): PairedEstimate | null {
  return bootstrapInference(value, replicates)?.at(confidence) ?? null;
}

/**
 * What bootstrap replicates say of a difference: percentiles, moved so that the replicates' mean is the value, which takes
 * away what they add by binning and by estimators that noise inflates. Replicates in which the statistic does not exist are
 * NaN and left out; null when more than 5 % are. `widenedBy` tells by how much the replicates spread too little.
 */
export function bootstrapInference(
  value: number,
  replicates: Float64Array,
  widenedBy: (confidence: number) => number = () => 1,
): PairedInference | null {
  const known = replicates.filter((replicate) => !Number.isNaN(replicate)).sort();
  if (known.length < 0.95 * replicates.length || known.length < 2) return null;
  const mean = reproducibleSum(known) / known.length;
  const deviations = known.map((replicate) => replicate - mean);
  const error = Math.sqrt(reproducibleSum(deviations.map((deviation) => deviation ** 2)) / (known.length - 1));
  /** P-values are read off as far out as intervals at 95 % reach. */
  const width = widenedBy(0.95);
  /** Of so many of them: beyond what the replicates resolve, the tail goes on as the normal's does. */
  const pOf = (beyond: number, distance: number) => {
    const share = (1 + beyond) / (deviations.length + 1);
    return beyond < fewestBeyond && error > 0 ? Math.min(share, normalSurvival(distance / (error * width))) : share;
  };
  return {
    value,
    error: error * width,
    at(confidence) {
      const factor = widenedBy(confidence);
      const less = smaller(deviations, (0 - value) / width);
      const greater = deviations.length - smallerOrLevel(deviations, (0 - value) / width);
      const level = deviations.length - less - greater;
      const isFar = ((1 - confidence) / 2) * deviations.length < fewestBeyond;
      const reach = isFar ? normalQuantile((1 + confidence) / 2) * error : 0;
      return {
        value,
        low: value - factor * Math.max(reach, 0 - quantile(deviations, (1 - confidence) / 2)),
        high: value + factor * Math.max(reach, quantile(deviations, (1 + confidence) / 2)),
        pValue: Math.min(1, (2 * (1 + Math.min(less, greater) + level)) / (deviations.length + 1)),
      };
    },
    pBelow: (limit) => pOf(deviations.length - smaller(deviations, (limit - value) / width), limit - value),
    pAbove: (limit) => pOf(smallerOrLevel(deviations, (limit - value) / width), value - limit),
  };
}

/** Where fewer replicates than this lie further out, they say too little of how far out that is. */
const fewestBeyond = 10;

/** How many ascending values lie below the limit. */
function smaller(sorted: Float64Array, limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function smallerOrLevel(sorted: Float64Array, limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A well-mixed 32-bit number (the finaliser of MurmurHash3). */
export function mixed(key: number): number {
  let hash = key | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** From this mean on the normal with a correction for skewness is exact to a fraction of one row. */
const normalFrom = 10_000;

/** A Poisson distribution for drawing by inversion: what to draw up to each 32-bit number. */
interface PoissonTable {
  readonly lowest: number;
  /** P(X ≤ lowest + k) · 2^32. */
  readonly cumulated: Float64Array;
  /** Where to begin to look, by the upper eight bits of the number. */
  readonly guide: Uint16Array;
}

function poissonTable(mean: number): PoissonTable {
  const reach = Math.ceil(8 * Math.sqrt(mean) + 20);
  const lowest = Math.max(0, Math.floor(mean - reach));
  const cumulated = new Float64Array(Math.ceil(mean + reach) - lowest + 1);
  let sum = 0;
  for (let k = 0; k < cumulated.length; k++) {
    const value = lowest + k;
    const logProbability = value === 0 ? -mean : value * Math.log(mean) - mean - logGamma(value + 1);
    sum += Math.exp(logProbability);
    cumulated[k] = sum * 2 ** 32;
  }
  const guide = new Uint16Array(256);
  for (let part = 0, k = 0; part < guide.length; part++) {
    while (k < cumulated.length - 1 && (cumulated[k] ?? 0) < part * 2 ** 24) k++;
    guide[part] = k;
  }
  return { lowest, cumulated, guide };
}

function draw({ lowest, cumulated, guide }: PoissonTable, hash: number): number {
  let k = guide[hash >>> 24] ?? 0;
  while (k < cumulated.length - 1 && (cumulated[k] ?? 0) <= hash + 0.5) k++;
  return lowest + k;
}

/** Poisson by the Box–Muller normal with the correction for skewness. */
function nearNormal(mean: number, hash: number): number {
  const first = (hash + 0.5) / 2 ** 32;
  const second = (mixed(hash ^ 0x9e3779b9) + 0.5) / 2 ** 32;
  const z = Math.sqrt(-2 * Math.log(first)) * Math.cos(2 * Math.PI * second);
  return Math.max(0, Math.round(mean + Math.sqrt(mean) * z + (z * z - 1) / 6));
}

/** A quantile of ascending values, between two of them in proportion. */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const floor = Math.floor(place);
  const low = sorted[floor] ?? Number.NaN;
  const high = sorted[Math.min(floor + 1, sorted.length - 1)] ?? Number.NaN;
  return low + (place - floor) * (high - low);
}
