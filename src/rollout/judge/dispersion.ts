import type { Dispersion } from '../judgement.ts';

/** From so many intervals of history on, dispersion is estimated from it. */
export const leastHistory = 30;

/** One interval of one arm: a rate or mean of `exposure` units, of which one has `variance` if they are independent. */
export interface HistoryPoint {
  readonly exposure: number;
  readonly rate: number;
  readonly variance: number;
}

/** The dispersion of an arm: from its history when that is long enough, else what the policy names, else 1. */
export function dispersionOf(history: readonly HistoryPoint[], named: number | undefined): Dispersion {
  const used = history.filter(({ exposure }) => exposure > 0);
  if (used.length >= leastHistory) {
    return { value: Math.max(1, betweenNeighbours(used), aroundLine(used)), source: 'history' };
  }
  return named === undefined ? { value: 1, source: 'none' } : { value: named, source: 'policy' };
}

/** Differences of neighbouring intervals over what they would be by chance (von Neumann's ratio): no drift disturbs it. */
function betweenNeighbours(points: readonly HistoryPoint[]): number {
  const squares: number[] = [];
  let expected = 0;
  for (let at = 1; at < points.length; at += 1) {
    const [a, b] = [points[at - 1], points[at]];
    if (a === undefined || b === undefined) continue;
    const both = a.exposure + b.exposure;
    squares.push((((a.rate - b.rate) ** 2 * a.exposure) / both) * b.exposure);
    expected += (a.variance * a.exposure + b.variance * b.exposure) / both;
  }
  return expected > 0 ? cappedSum(squares) / expected : 1;
}

/** Distances from the straight line through all intervals: sees what lasts longer than one, as autocorrelation does. */
function aroundLine(points: readonly HistoryPoint[]): number {
  let [weight, time, rate] = [0, 0, 0];
  for (const [at, { exposure, rate: here }] of points.entries()) {
    weight += exposure;
    time += exposure * at;
    rate += exposure * here;
  }
  const [middle, mean] = [time / weight, rate / weight];
  let [square, product, variance] = [0, 0, 0];
  for (const [at, point] of points.entries()) {
    square += point.exposure * (at - middle) ** 2;
    product += point.exposure * (at - middle) * (point.rate - mean);
    variance += (point.exposure * point.variance) / weight;
  }
  const slope = product / square;
  const squares = points.map(({ exposure, rate: here }, at) => exposure * (here - mean - slope * (at - middle)) ** 2);
  return variance > 0 ? cappedSum(squares) / (points.length - 2) / variance : 1;
}

/** One outage in the history must not blind the judge for good: the largest term counts at most four times the next. */
function cappedSum(squares: readonly number[]): number {
  let [largest, second, sum] = [0, 0, 0];
  for (const square of squares) {
    sum += square;
    if (square > largest) [largest, second] = [square, largest];
    else if (square > second) second = square;
  }
  return sum - largest + Math.min(largest, 4 * second);
}
