import { AppError } from '../error.ts';
import type { ModelPolicy } from '../policy/policy.ts';
import type { Measurement } from '../verdict.ts';
import { churnOf } from './churn.ts';
import {
  type ComparisonSettings,
  compareBytes,
  compareLatency,
  compareMetric,
  isLatencyMetric,
  isScoreMetric,
} from './compare-metric.ts';
import type { EvaluationReport } from './evaluation-report.ts';
import { type TimedModel, type Timing, timeModels } from './latency.ts';
import { metricNames } from './metric-name.ts';
import type { ScoreMetric } from './metrics/metric-value.ts';
import { type Scores, scoresOf } from './metrics/scores.ts';
import type { Batch, Runtime } from './runtime/runtime.ts';
import { rowsBySlice, type SliceColumn, smallestSlice } from './slices.ts';

/** A model that has answered for every row, with a few rows to time it on. */
export interface Side {
  readonly runtime: Runtime;
  readonly scores: Scores;
  readonly sample: Batch | null;
}

/** Every metric of the policy overall and in each slice, and how many answers changed. */
export async function compareModels(options: {
  readonly policy: Pick<ModelPolicy, 'metrics' | 'confidence'>;
  readonly slices: readonly SliceColumn[];
  readonly candidate: Side;
  readonly champion: Side | AppError | null;
}): Promise<Pick<EvaluationReport, 'metrics' | 'slices' | 'churn'>> {
  const { policy, candidate } = options;
  const champion = options.champion instanceof AppError ? null : options.champion;
  const settings = {
    confidence: policy.confidence,
    isSame: champion?.runtime.identity.digest === candidate.runtime.identity.digest,
    absent: absence(options.champion),
  };
  const names = metricNames.filter((name) => policy.metrics[name] !== undefined);
  const timing = names.some(isLatencyMetric) ? await timingOf(candidate, champion) : null;
  const pair = { candidate: candidate.scores, champion: champion?.scores ?? null, settings };
  const metrics: EvaluationReport['metrics'] = {};
  for (const name of names) {
    if (isScoreMetric(name)) metrics[name] = compareMetric(name, pair);
    else if (isLatencyMetric(name)) metrics[name] = compareLatency(name, { timing, settings });
    else {
      const championIdentity = champion?.runtime.identity ?? null;
      metrics[name] = compareBytes(candidate.runtime.identity, { champion: championIdentity, settings });
    }
  }
  const sliced = { names: names.filter(isScoreMetric), ...pair };
  return {
    metrics,
    slices: options.slices.flatMap((slice) => measureSlices(slice, sliced)),
    churn: champion === null ? null : churnOf(candidate.scores, champion.scores),
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

function measureSlices(
  slice: SliceColumn,
  options: {
    readonly names: readonly ScoreMetric[];
    readonly candidate: Scores;
    readonly champion: Scores | null;
    readonly settings: ComparisonSettings;
  },
): EvaluationReport['slices'] {
  const { names, candidate, champion, settings } = options;
  return rowsBySlice(slice).map((rows, place) => {
    const metrics: EvaluationReport['metrics'] = {};
    if (rows.length >= smallestSlice) {
      const pair = { candidate: scoresOf(candidate, rows), champion: champion && scoresOf(champion, rows), settings };
      for (const name of names) metrics[name] = compareMetric(name, pair);
    }
    const value = (slice.values[place]?.value ?? '').slice(0, 200);
    return { column: slice.column, value, rows: rows.length, metrics };
  });
}
