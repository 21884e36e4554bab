import { wilsonInterval } from '../../statistics/wilson.ts';
import { type FairnessMetric, fairnessDefinitions, type GroupRate } from './fairness-metric.ts';
import { type GroupCounts, rateParts } from './group-counts.ts';

/**
 * The reach of a measure when a group has none or all of its cases, null when none has. A bootstrap redraws such a rate
 * without ever moving it and would take it for known. Wilson's interval knows better: a distance reaches as far as
 * Newcombe's hybrid interval of any pair with such a group (Newcombe, "Interval Estimation for the Difference Between
 * Independent Proportions", 1998), a ratio as far as the ends of its two intervals.
 */
export function bareReach(
  metric: FairnessMetric,
  options: { readonly counts: GroupCounts; readonly groups: readonly number[]; readonly confidence: number },
): { readonly low: number; readonly high: number } | null {
  const { rates, compares } = fairnessDefinitions[metric];
  const reaches = rates.flatMap((rate) => {
    const intervals = rateIntervals(rate, options);
    const pairs = intervals.flatMap((one) =>
      intervals.filter((other) => other !== one && (one.isBare || other.isBare)).map((other) => ({ one, other })),
    );
    return compares === 'ratio' ? ratioReaches(pairs) : distanceReaches(pairs);
  });
  if (reaches.length === 0) return null;
  return { low: Math.min(...reaches.map(({ low }) => low)), high: Math.max(...reaches.map(({ high }) => high)) };
}

interface RateInterval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly isBare: boolean;
}

interface RatePair {
  readonly one: RateInterval;
  readonly other: RateInterval;
}

function rateIntervals(
  rate: GroupRate,
  options: { readonly counts: GroupCounts; readonly groups: readonly number[]; readonly confidence: number },
): readonly RateInterval[] {
  return options.groups.map((group) => {
    const { hits, of } = rateParts(rate, options.counts, group);
    const interval = wilsonInterval({ hits, rows: of }, options.confidence);
    return { value: hits / of, ...interval, isBare: hits === 0 || hits === of };
  });
}

/** Of each pair, and only of the widest the lower end: others say nothing about the largest distance. */
function distanceReaches(pairs: readonly RatePair[]): readonly { readonly low: number; readonly high: number }[] {
  const found = pairs.map(({ one, other }) => {
    const distance = one.value - other.value;
    return {
      distance,
      low: distance - Math.hypot(one.value - one.low, other.high - other.value),
      high: distance + Math.hypot(one.high - one.value, other.value - other.low),
    };
  });
  const widest = Math.max(...found.map(({ distance }) => distance));
  return found.map(({ distance, low, high }) => ({ low: distance === widest ? low : widest, high }));
}

function ratioReaches(pairs: readonly RatePair[]): readonly { readonly low: number; readonly high: number }[] {
  const rising = pairs.filter(({ one, other }) => one.value <= other.value);
  const found = rising.map(({ one, other }) => ({
    ratio: other.value > 0 ? one.value / other.value : 1,
    low: one.low / other.high,
    high: other.low > 0 ? Math.min(1, one.high / other.low) : 1,
  }));
  const smallest = Math.min(...found.map(({ ratio }) => ratio));
  return found.map(({ ratio, low, high }) => ({ low, high: ratio === smallest ? high : smallest }));
}
