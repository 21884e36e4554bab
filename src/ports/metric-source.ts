import type { RolloutMetricPolicy } from '../policy/rollout-metric-policy.ts';
import type { ArmCounts } from '../rollout/evidence.ts';

/** What is asked of a source: one metric of one arm in one window. */
export interface MetricQuestion {
  readonly name: string;
  readonly metric: RolloutMetricPolicy;
  readonly model: string;
  readonly arm: 'candidate' | 'champion';
  /** The version that the arm serves, as it appears in labels. */
  readonly version: string;
  /** ISO 8601, after the first, up to and with the second. */
  readonly from: string;
  readonly to: string;
}

/** The answer of a source. It never judges. */
export type Measured =
  | {
      readonly kind: 'value';
      readonly counts: ArmCounts /** A counter began again in the window. */;
      readonly reset: boolean;
    }
  | { readonly kind: 'missing'; readonly missing: 'no-series' | 'no-traffic'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** Where metrics are asked. `measure` never throws: what goes wrong is an answer. */
export interface MetricSource {
  measure(question: MetricQuestion): Promise<Measured>;
  /** Sentences that say why a metric can never be measured here (unknown part, no such series, two series); none when it can. */
  check(question: MetricQuestion): Promise<readonly string[]>;
}
