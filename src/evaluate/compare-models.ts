import { AppError } from '../error.ts';
import type { ModelPolicy } from '../policy/policy.ts';
import type { Measurement } from '../verdict.ts';
import { type Churn, churnOf } from './churn.ts';
import { compareBytes, comparedMetric, compareLatency, isLatencyMetric, isScoreMetric } from './compare-metric.ts';
import { compareSlices } from './comparison/compare-slices.ts';
import type { RowGroups } from './comparison/row-groups.ts';
import type { EvaluationReport } from './evaluation-report.ts';
import { type TimedModel, type Timing, timeModels } from './latency.ts';
import { metricNames } from './metric-name.ts';
import type { Scores } from './metrics/scores.ts';
import type { Batch, Runtime } from './runtime/runtime.ts';
import type { SliceColumn } from './slices.ts';

/** A model that has answered for every row, with a few rows to time it on. */
export interface Side {
  readonly runtime: Runtime;
  readonly scores: Scores;
  readonly sample: Batch | null;
  /** How many rows it was asked for, and how long it took to answer for all of them. */
  readonly asked?: { readonly rows: number; readonly milliseconds: number };
}

/** Every metric of the policy overall and in each slice, and whose answers changed. */
export async function compareModels(options: {
  readonly policy: Pick<ModelPolicy, 'metrics' | 'slices-gate'>;
  /** The level of every interval. */
  readonly confidence: number;
  readonly slices: readonly SliceColumn[];
  /** Rows that belong together; null when each stands on its own. */
  readonly clusters: RowGroups | null;
  readonly candidate: Side;
  readonly champion: Side | AppError | null;
}): Promise<Pick<EvaluationReport, 'metrics' | 'slices' | 'slicesGate'> & { readonly churn: Churn | null }> {
  const { policy, candidate, confidence, clusters, slices } = options;
  const champion = options.champion instanceof AppError ? null : options.champion;
  const settings = {
    confidence,
    clusters,
    isSame: champion?.runtime.identity.digest === candidate.runtime.identity.digest,
    absent: absence(options.champion),
  };
  const names = metricNames.filter((name) => policy.metrics[name] !== undefined);
  const timing = names.some(isLatencyMetric) ? await timingOf(candidate, champion) : null;
  const pair = { candidate: candidate.scores, champion: champion?.scores ?? null, settings };
  const metrics: EvaluationReport['metrics'] = {};
  for (const name of names) {
    if (isScoreMetric(name)) metrics[name] = comparedMetric(name, pair).comparison;
    else if (isLatencyMetric(name)) metrics[name] = compareLatency(name, { timing, settings });
    else {
      const championIdentity = champion?.runtime.identity ?? null;
      metrics[name] = compareBytes(candidate.runtime.identity, { champion: championIdentity, settings });
    }
  }
  const sliced = { slices, gates: policy.metrics, gate: policy['slices-gate'], names: names.filter(isScoreMetric) };
  return {
    metrics,
    ...compareSlices({ ...sliced, ...pair }),
    churn: champion && churnOf({ candidate: candidate.scores, champion: champion.scores, slices }),
  };
}

function absence(champion: Side | AppError | null): Measurement {
  if (champion instanceof AppError) return { kind: 'failed', reason: champion.message.slice(0, 500) };
  if (champion === null) return { kind: 'missing', reason: 'no champion yet' };
  return { kind: 'missing', reason: 'the champion is a predictions file, which has no model to time' };
}

async function timingOf(candidate: Side, champion: Side | null): Promise<Timing | null> {
  const timed = timedModel(candidate);
  return timed && timeModels(timed, champion && timedModel(champion));
}

function timedModel({ runtime, sample }: Side): TimedModel | null {
  return runtime.isTimed && sample !== null && sample.rows > 0 ? { runtime, sample } : null;
}
