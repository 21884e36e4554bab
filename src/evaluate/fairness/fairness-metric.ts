/** How unequally a classifier treats groups of people: every measure that can be named in a policy, in the order of reports. */
export const fairnessMetrics = [
  'demographic-parity',
  'equal-opportunity',
  'equalised-odds',
  'predictive-parity',
  'four-fifths',
] as const;
/** The name of such a measure as policies and reports write it. */
export type FairnessMetric = (typeof fairnessMetrics)[number];

/** The rates of a group that the measures compare, in the order of reports. */
export const groupRates = [
  'selection-rate',
  'true-positive-rate',
  'false-positive-rate',
  'positive-predictive-value',
] as const;
/** The name of a rate of a group. */
export type GroupRate = (typeof groupRates)[number];

/** What a measure is: the rates that it compares, whether by their distance or their ratio, and its better direction. */
export interface FairnessDefinition {
  readonly title: string;
  readonly rates: readonly [GroupRate, ...GroupRate[]];
  readonly compares: 'distance' | 'ratio';
  readonly better: 'higher' | 'lower';
}

/**
 * The definitions, as Fairlearn has them where it has them: the largest rate less the smallest (of several rates the larger
 * distance), or the smallest rate over the largest. Equalised odds: Hardt, Price and Srebro, "Equality of Opportunity in
 * Supervised Learning", 2016. Four fifths: 29 CFR 1607.4(D).
 */
export const fairnessDefinitions: Readonly<Record<FairnessMetric, FairnessDefinition>> = {
  'demographic-parity': {
    title: 'demographic parity',
    rates: ['selection-rate'],
    compares: 'distance',
    better: 'lower',
  },
  'equal-opportunity': {
    title: 'equal opportunity',
    rates: ['true-positive-rate'],
    compares: 'distance',
    better: 'lower',
  },
  'equalised-odds': {
    title: 'equalised odds',
    rates: ['true-positive-rate', 'false-positive-rate'],
    compares: 'distance',
    better: 'lower',
  },
  'predictive-parity': {
    title: 'predictive parity',
    rates: ['positive-predictive-value'],
    compares: 'distance',
    better: 'lower',
  },
  'four-fifths': { title: 'four-fifths ratio', rates: ['selection-rate'], compares: 'ratio', better: 'higher' },
};
