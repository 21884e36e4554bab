import { betaCdf } from './beta.ts';
import { normalCdf, normalQuantile } from './normal.ts';
import type { PairedInference } from './paired-estimate.ts';

/** How often only the first and only the second of two classifiers is right, among `rows` rows. */
export interface Discordance {
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly rows: number;
}

/** The exact two-sided binomial p-value of McNemar's test: all discordant rows fall either way with probability ½. */
export function mcnemarExact({ onlyFirst, onlySecond }: Discordance): number {
  const total = onlyFirst + onlySecond;
  return Math.min(1, 2 * halfBinomialCdf(Math.min(onlyFirst, onlySecond), total));
}

/** The mid-p form of McNemar's exact test, which is not conservative (Fagerland, Lydersen and Laake 2013). */
export function mcnemarMidP({ onlyFirst, onlySecond }: Discordance): number {
  const total = onlyFirst + onlySecond;
  const fewer = Math.min(onlyFirst, onlySecond);
  if (total === 0) return 1;
  return Math.min(1, 2 * halfBinomialCdf(fewer, total) - pointMass(fewer, total));
}

/**
 * The difference of two accuracies on the same rows (first − second) with Tango's score interval, which holds its
 * coverage for few rows and rare discordance (Tango, Statistics in Medicine 17, 1998). The p-value is McNemar's mid-p.
 */
export function pairedAccuracy(table: Discordance): PairedInference | null {
  const { onlyFirst, onlySecond, rows } = table;
  if (rows === 0) return null;
  const value = (onlyFirst - onlySecond) / rows;
  const spread = (onlyFirst + onlySecond) / rows - value * value;
  return {
    value,
    error: Math.sqrt(Math.max(0, spread) / rows),
    at(confidence) {
      const z = normalQuantile((1 + confidence) / 2);
      return { value, low: tangoLimit(table, z), high: tangoLimit(table, -z), pValue: mcnemarMidP(table) };
    },
    pBelow: (limit) => (limit >= 1 ? 0 : limit <= -1 ? 1 : normalCdf(scoreStatistic(table, limit))),
    pAbove: (limit) => (limit >= 1 ? 1 : limit <= -1 ? 0 : normalCdf(-scoreStatistic(table, limit))),
  };
}

/** The difference at which the score statistic, which falls as the difference grows, equals z. */
function tangoLimit(table: Discordance, z: number): number {
  let low = -1;
  let high = 1;
  for (let step = 0; step < 100 && high - low > 1e-15; step++) {
    const middle = (low + high) / 2;
    if (scoreStatistic(table, middle) > z) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function scoreStatistic({ onlyFirst, onlySecond, rows }: Discordance, difference: number): number {
  const a = 2 * rows;
  const b = -onlyFirst - onlySecond + (2 * rows - onlyFirst + onlySecond) * difference;
  const c = -onlySecond * difference * (1 - difference);
  const share = (Math.sqrt(Math.max(0, b * b - 4 * a * c)) - b) / (2 * a);
  const variance = rows * (2 * share + difference * (1 - difference));
  const excess = onlyFirst - onlySecond - rows * difference;
  if (variance <= 0) return excess === 0 ? 0 : Math.sign(excess) * Number.POSITIVE_INFINITY;
  return excess / Math.sqrt(variance);
}

/** P(X ≤ k) for X of `total` fair coins, by the incomplete beta function. */
function halfBinomialCdf(k: number, total: number): number {
  return k >= total ? 1 : betaCdf(0.5, total - k, k + 1);
}

function pointMass(k: number, total: number): number {
  return halfBinomialCdf(k, total) - (k === 0 ? 0 : halfBinomialCdf(k - 1, total));
}
