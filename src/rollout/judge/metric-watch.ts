import type { RolloutMetricPolicy } from '../../policy/rollout-metric-policy.ts';
import type { ArmCounts } from '../evidence.ts';
import type { Dispersion, Effect } from '../judgement.ts';
import { boundedMeanWatch } from './bounded-mean-watch.ts';
import { conversionWatch } from './conversion-watch.ts';
import { countWatch } from './count-watch.ts';
import { latencyWatch } from './latency-watch.ts';
import { meanWatch } from './mean-watch.ts';
import { ratioWatch } from './ratio-watch.ts';

/** The two arms of one interval, both measured. */
export interface ArmPair {
  readonly candidate: ArmCounts;
  readonly champion: ArmCounts;
}

/** The logarithms of the e-values of one metric after all intervals so far. */
export interface LogEvidence {
  readonly harm: number;
  readonly nonInferiority: number;
  readonly superiority: number;
}

/** All that is kept of one metric while intervals come in. What it costs to add one does not grow with their number. */
export interface MetricWatch {
  /** The champion alone, before any traffic moved. Returns why it says nothing; null when it does. */
  addHistory(champion: ArmCounts): string | null;
  /** Returns why the interval was not judged; null when it was. */
  add(pair: ArmPair): string | null;
  evidence(): LogEvidence;
  dispersion(): Dispersion;
  effect(): Effect | null;
}

/** Begins to watch a metric by the test of its kind. */
export function watchMetric(policy: RolloutMetricPolicy): MetricWatch {
  const { kind, bounds } = policy;
  switch (kind) {
    case 'error-rate':
      return countWatch(policy);
    case 'latency-quantile':
      return latencyWatch(policy);
    case 'mean':
      return bounds === undefined ? meanWatch(policy) : boundedMeanWatch(policy, bounds);
    case 'ratio':
      return ratioWatch(policy);
    case 'conversion':
      return conversionWatch(policy);
    default:
      return kind satisfies never;
  }
}
