import { judge } from '../../src/decide/judge.ts';
import type { Difference } from '../../src/evaluate/difference.ts';
import type { MetricComparison } from '../../src/evaluate/evaluation-report.ts';
import type { MetricName } from '../../src/evaluate/metric-name.ts';
import { ModelPolicy } from '../../src/policy/policy.ts';
import type { Result } from '../../src/result.ts';
import { anEvaluation, aResult } from '../result-builder.ts';

/** Gates by metric, as a policy writes them. */
export type Gates = Readonly<Partial<Record<MetricName, Readonly<Record<string, unknown>>>>>;

/** A policy with these gates. */
export function policy(metrics: Gates, drift: Readonly<Record<string, unknown>> = {}): ModelPolicy {
  return ModelPolicy.parse({ task: 'binary', target: 'y', data: { train: 't', holdout: 'h' }, metrics, drift });
}

/** A metric whose difference has this interval, on 10 000 rows. */
export function compared(value: number, low: number, high: number, candidate = 0.75): MetricComparison {
  const difference: Difference = { value, low, high, confidence: 0.95, pValue: 0.5, method: 'DeLong' };
  return {
    candidate: { kind: 'value', value: candidate },
    champion: { kind: 'value', value: candidate - value },
    difference,
    rows: 10_000,
  };
}

/** What an evaluation measured. */
export type Metrics = NonNullable<Result['evaluation']>['metrics'];

/** A result that measured this; null: nothing was evaluated. */
export function result(metrics: Metrics | null, given: Partial<Result> = {}): Result {
  const evaluation = metrics === null ? null : { ...anEvaluation({ difference: 0 }), metrics };
  return aResult({ validation: null, evaluation, ...given });
}

/** The judgement of these measurements by these gates. */
export function judged(metrics: Gates, measured: Metrics | null, given: Partial<Result> = {}) {
  return judge({ model: 'm', policy: policy(metrics), result: result(measured, given) });
}

/** Bound, verdict and reason of the only gate. */
export function gate(
  bound: Readonly<Record<string, unknown>>,
  comparison: MetricComparison,
  metric: MetricName = 'roc-auc',
) {
  const [found] = judged({ [metric]: bound }, { [metric]: comparison }).gates;
  return [found?.bound, found?.verdict, found?.reason];
}
