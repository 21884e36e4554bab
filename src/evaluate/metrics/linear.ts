import { momentsOf } from '../../statistics/moments.ts';
import type { MetricName } from '../metric-name.ts';
import { forecastMetric } from './forecast-error.ts';
import { multilabelMetric } from './label-sets.ts';
import { manyClassAuc } from './one-against.ts';
import { rankingMetric } from './ranking.ts';
import type { Scores } from './scores.ts';

/**
 * A metric's value and its influence function: how far, to first order, each unit moves it, times the number of units.
 * A unit is a row, or a query of a ranking. The spread of the influence is the metric's variance (Hampel 1974; the
 * infinitesimal jackknife), so that two models on the same rows are compared by the differences of their influences.
 */
export interface Linear {
  readonly kind: 'linear';
  readonly value: number;
  /** One number per unit; only differences from its mean matter. */
  readonly influence: Float64Array;
}

/** A metric that has no value on these rows, and why. */
export interface Undefined {
  readonly kind: 'undefined' | 'missing';
  readonly reason: string;
}

/** What was computed already: a comparison needs the influences of what was a value before. */
const known = new WeakMap<Scores, Map<MetricName, Linear | Undefined | null>>();

/** The metric as a value with influences; null for a metric that is not computed so. Scores must not change afterwards. */
export function linearMetric(metric: MetricName, scores: Scores): Linear | Undefined | null {
  const found = known.get(scores) ?? new Map<MetricName, Linear | Undefined | null>();
  known.set(scores, found);
  const remembered = found.get(metric);
  if (remembered !== undefined) return remembered;
  const computed = computedMetric(metric, scores);
  found.set(metric, computed);
  return computed;
}

function computedMetric(metric: MetricName, scores: Scores): Linear | Undefined | null {
  switch (scores.kind) {
    case 'multilabel':
      return multilabelMetric(metric, scores);
    case 'ranking':
      return rankingMetric(metric, scores);
    case 'forecasting':
      return forecastMetric(metric, scores);
    case 'multiclass':
      return manyClassAuc(metric, scores);
    case 'binary':
    case 'regression':
      return null;
    default:
      return scores satisfies never;
  }
}

/** The mean of what each unit gives. */
export function meanMetric(units: number, valueAt: (unit: number) => number): Linear {
  const influence = new Float64Array(units);
  for (let unit = 0; unit < units; unit++) influence[unit] = valueAt(unit);
  return { kind: 'linear', value: momentsOf(units, (unit) => influence[unit] ?? 0).mean, influence };
}

/** Σ part / Σ whole, by the delta method. Null when the whole is 0. */
export function ratioMetric(
  units: number,
  parts: { readonly part: (unit: number) => number; readonly whole: (unit: number) => number },
): Linear | null {
  let part = 0;
  let whole = 0;
  for (let unit = 0; unit < units; unit++) {
    part += parts.part(unit);
    whole += parts.whole(unit);
  }
  if (whole === 0) return null;
  const value = part / whole;
  const scale = units / whole;
  const influence = new Float64Array(units);
  for (let unit = 0; unit < units; unit++) {
    influence[unit] = (parts.part(unit) - value * parts.whole(unit)) * scale;
  }
  return { kind: 'linear', value, influence };
}
