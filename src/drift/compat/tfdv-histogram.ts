import { type CumulatedQuantiles, sketchedQuantiles } from './quantile-sketch.ts';

/** A bucket of a histogram: its ends, which may be one point or infinite, and how many rows, in parts, it holds. */
export interface Bucket {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** Ten buckets of equal width, from a thousand quantiles whose rows lie evenly between them; infinities in buckets of their own. */
export function equalWidthHistogram(values: Float64Array): readonly Bucket[] {
  const finite = values.filter(Number.isFinite);
  const [above, below] = [countOf(values, Number.POSITIVE_INFINITY), countOf(values, Number.NEGATIVE_INFINITY)];
  if (finite.length === 0) {
    return values.length === 0 ? [] : [{ low: Infinity, high: -Infinity, count: values.length }];
  }
  const least = finite.reduce((a, b) => Math.min(a, b));
  const most = finite.reduce((a, b) => Math.max(a, b));
  const quantiles = withoutInfinities(sketchedQuantiles(values, 1000), most, above);
  const between = quantileBuckets(quantiles);
  const edges = least === most ? [least, most] : evenEdges(least, most);
  const counts = edges.slice(1).map((high, index) => {
    const low = edges[index] ?? least;
    return { low, high, count: countWithin(between, { low, high, isFirst: index === 0 }) };
  });
  const isFlat = edges.every(Number.isFinite);
  return [
    ...(below > 0 ? [{ low: -Infinity, high: -Infinity, count: below }] : []),
    ...(isFlat ? counts : []),
    ...(above > 0 ? [{ low: Infinity, high: Infinity, count: above }] : []),
  ];
}

const bucketCount = 10;

/** numpy's linspace: the step is multiplied, the end is exact. */
function evenEdges(low: number, high: number): readonly number[] {
  const step = (high - low) / bucketCount;
  return Array.from({ length: bucketCount + 1 }, (_, at) => (at === bucketCount ? high : at * step + low));
}

function countOf(values: Float64Array, wanted: number): number {
  return values.reduce((count, value) => (value === wanted ? count + 1 : count), 0);
}

function withoutInfinities(quantiles: CumulatedQuantiles, most: number, above: number): CumulatedQuantiles {
  const first = quantiles.values.findIndex((value) => value > Number.NEGATIVE_INFINITY);
  const below = first > 0 ? (quantiles.counts[first - 1] ?? 0) : 0;
  const values = quantiles.values.slice(first);
  const counts = quantiles.counts.slice(first).map((count) => count - below);
  if (above === 0) return { values, counts };
  const end = values.indexOf(Number.POSITIVE_INFINITY);
  const kept = end < 0 ? values.length : end;
  const all = (counts.at(-1) ?? 0) - above;
  return { values: [...values.slice(0, kept), most], counts: [...counts.slice(0, kept), all] };
}

/** Rows between neighbouring quantiles; where several have one upper end, each has its part; the first rows belong to the first. */
function quantileBuckets({ values, counts }: CumulatedQuantiles): readonly Bucket[] {
  const lows = values.slice(0, -1);
  const highs = values.slice(1);
  const weights = highs.map((_, at) => (counts[at + 1] ?? 0) - (counts[at] ?? 0));
  for (let from = 0; from < highs.length; ) {
    let to = from + 1;
    while (to < highs.length && highs[to] === highs[from]) to += 1;
    const share = weights.slice(from, to).reduce((sum, weight) => sum + weight, 0) / (to - from);
    weights.fill(share, from, to);
    from = to;
  }
  const other = lows.findIndex((low, at) => low !== lows[0] || highs[at] !== highs[0]);
  const equal = other < 0 ? lows.length : other;
  return lows.map((low, at) => {
    const first = at < equal ? (counts[0] ?? 0) / equal : 0;
    return { low, high: highs[at] ?? low, count: (weights[at] ?? 0) + first };
  });
}

interface Interval {
  readonly low: number;
  readonly high: number;
  readonly isFirst: boolean;
}

function countWithin(buckets: readonly Bucket[], interval: Interval): number {
  let count = 0;
  for (const bucket of buckets) {
    if (!(bucket.low === bucket.high && bucket.high === interval.low) && bucket.low > interval.high) break;
    count += overlap(bucket, interval) * bucket.count;
  }
  return count;
}

/** The part of a bucket inside an interval. A point on an edge belongs to the interval below it, or to the first. */
function overlap({ low, high }: Bucket, interval: Interval): number {
  if (low === high && high === interval.low) return interval.isFirst ? 1 : 0;
  if (high < interval.low || low > interval.high) return 0;
  if (interval.low <= low && interval.high >= high) return 1;
  return (Math.min(high, interval.high) - Math.max(low, interval.low)) / (high - low);
}
