import { type MetricName, metricDefinitions } from './metric-name.ts';

/** Metrics where lower is better that cannot exceed 1. */
const atMostOne: readonly MetricName[] = ['hamming-loss', 'ece', 'ece-classwise'];

/** The least and the most that a metric can be, by its definition; infinite where it has no end. */
export function metricRange(name: MetricName): { readonly least: number; readonly most: number } {
  if (name === 'r2') return { least: -Infinity, most: 1 };
  if (name === 'mcc' || name === 'cohen-kappa') return { least: -1, most: 1 };
  // What a mistake costs is for the policy to say, also that it brings something in.
  if (name === 'expected-cost') return { least: -Infinity, most: Infinity };
  if (metricDefinitions[name].better === 'higher') return { least: 0, most: 1 };
  return { least: 0, most: atMostOne.includes(name) ? 1 : name === 'smape' || name === 'brier' ? 2 : Infinity };
}
