import type { GroupRate } from './fairness-metric.ts';
import { type GroupCounts, rateParts } from './group-counts.ts';

/** What is to be added to each group's rate before groups are compared, by the group's place. */
export type Shifts = Readonly<Record<GroupRate, Float64Array>>;

type Assessed = Readonly<Record<GroupRate, readonly number[]>>;

/** All groups moved to their mean, so that whatever a replicate still shows is chance. */
export function levelling(counts: GroupCounts, assessed: Assessed): Shifts {
  return shiftsBy(counts, { assessed, keptOf: () => 0 });
}

/**
 * How far each rate is drawn towards the mean of the groups so that the spread that is left is what chance does not
 * explain (James and Stein; Efron and Morris, 1973): `1 − noise variance / variance between groups`, at least 0. Replicates
 * are centred on these rates: centred on the measured ones, which chance has driven apart already, they would show too
 * little of what chance does.
 */
export function shrinkage(counts: GroupCounts, assessed: Assessed): Shifts {
  return shiftsBy(counts, {
    assessed,
    keptOf: (rates, mean) => {
      const between = rates.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / (rates.length - 1);
      const noise = rates.reduce((sum, one) => sum + one.noise, 0) / rates.length;
      return between > 0 ? Math.max(0, 1 - noise / between) : 0;
    },
  });
}

interface MeasuredRate {
  readonly group: number;
  readonly value: number;
  /** The variance of the rate. */
  readonly noise: number;
}

function shiftsBy(
  counts: GroupCounts,
  options: {
    readonly assessed: Assessed;
    readonly keptOf: (rates: readonly MeasuredRate[], mean: number) => number;
  },
): Shifts {
  const shiftsOf = (rate: GroupRate) => {
    const shifts = new Float64Array(counts.rows.length);
    const rates = options.assessed[rate].map((group) => {
      const { hits, of } = rateParts(rate, counts, group);
      return { group, value: hits / of, noise: (hits * (of - hits)) / of ** 3 };
    });
    const mean = rates.reduce((sum, { value }) => sum + value, 0) / rates.length;
    const kept = options.keptOf(rates, mean);
    for (const { group, value } of rates) shifts[group] = (1 - kept) * (mean - value);
    return shifts;
  };
  return {
    'selection-rate': shiftsOf('selection-rate'),
    'true-positive-rate': shiftsOf('true-positive-rate'),
    'false-positive-rate': shiftsOf('false-positive-rate'),
    'positive-predictive-value': shiftsOf('positive-predictive-value'),
  };
}
