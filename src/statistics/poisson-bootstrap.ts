import type { PairedEstimate } from './paired-estimate.ts';

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
  const weights = new Float64Array(cells.counts.length);
  for (let replicate = 0; replicate < replicates; replicate++) {
    for (let cell = 0; cell < weights.length; cell++) {
      weights[cell] = poissonDraw(cells.counts[cell] ?? 0, mixed((cells.keys[cell] ?? 0) ^ mixed(replicate + 1)));
    }
    visit(weights, replicate);
  }
}

/**
 * The percentile interval of bootstrap replicates, moved so that their mean is the value: this takes away what the
 * replicates add by binning and by estimators that noise inflates. Replicates in which the statistic does not exist are
 * NaN and left out; null when more than 5 % are.
 */
export function bootstrapEstimate(value: number, replicates: Float64Array, confidence: number): PairedEstimate | null {
  const known = replicates.filter((replicate) => !Number.isNaN(replicate)).sort();
  if (known.length < 0.95 * replicates.length || known.length < 2) return null;
  let sum = 0;
  for (const replicate of known) sum += replicate;
  const shift = value - sum / known.length;
  let below = 0;
  let above = 0;
  for (const replicate of known) {
    if (replicate + shift <= 0) below++;
    if (replicate + shift >= 0) above++;
  }
  return {
    value,
    low: Math.min(value, quantile(known, (1 - confidence) / 2) + shift),
    high: Math.max(value, quantile(known, (1 + confidence) / 2) + shift),
    pValue: Math.min(1, (2 * (1 + Math.min(below, above))) / (known.length + 1)),
  };
}

/** A well-mixed 32-bit number (the finaliser of MurmurHash3). */
export function mixed(key: number): number {
  let hash = key | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Above this mean the Cornish–Fisher form of the normal is exact to a fraction of one row. */
const normalFrom = 64;

function poissonDraw(mean: number, hash: number): number {
  const uniform = (hash + 0.5) / 2 ** 32;
  if (mean >= normalFrom) return nearNormal(mean, uniform, (mixed(hash ^ 0x9e3779b9) + 0.5) / 2 ** 32);
  let probability = Math.exp(-mean);
  let cumulated = probability;
  let draw = 0;
  while (uniform > cumulated && draw < 400) {
    draw++;
    probability *= mean / draw;
    cumulated += probability;
  }
  return draw;
}

/** Poisson by the Box–Muller normal with the correction for skewness. */
function nearNormal(mean: number, first: number, second: number): number {
  const z = Math.sqrt(-2 * Math.log(first)) * Math.cos(2 * Math.PI * second);
  return Math.max(0, Math.round(mean + Math.sqrt(mean) * z + (z * z - 1) / 6));
}

function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const floor = Math.floor(place);
  const low = sorted[floor] ?? Number.NaN;
  const high = sorted[Math.min(floor + 1, sorted.length - 1)] ?? Number.NaN;
  return low + (place - floor) * (high - low);
}
