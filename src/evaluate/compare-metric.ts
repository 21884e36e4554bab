import { type Measurement, measured } from '../verdict.ts';
import { differenceAt, type ScoreInference, scoreInference } from './comparison/compare-scores.ts';
import { pairOf } from './comparison/pair.ts';
import type { RowGroups } from './comparison/row-groups.ts';
import type { MetricComparison, ModelIdentity } from './evaluation-report.ts';
import { latencyComparison, type Timing } from './latency.ts';
import type { MetricName } from './metric-name.ts';
import { metricValue, type ScoreMetric } from './metrics/metric-value.ts';
import { rowsOf, type Scores } from './metrics/scores.ts';

/** What holds for every metric of one comparison. */
export interface ComparisonSettings {
  readonly confidence: number;
  /** Candidate and champion are the same bytes, so that every difference is exactly 0. */
  readonly isSame: boolean;
  /** What stands for the champion's measurement when there is no champion. */
  readonly absent: Measurement;
  /** Rows that belong together; null when each stands on its own. */
  readonly clusters: RowGroups | null;
}

/** A metric of both models, and what the rows say of its difference; null where they say nothing. */
export interface ComparedMetric {
  readonly comparison: MetricComparison;
  readonly found: ScoreInference | null;
}

/** Whether a metric is computed from the scores of rows. */
export function isScoreMetric(name: MetricName): name is ScoreMetric {
  return name !== 'model-bytes' && !isLatencyMetric(name);
}

/** Whether a metric is measured by timing the model. */
export function isLatencyMetric(name: MetricName): name is 'latency-p50' | 'latency-p95' {
  return name === 'latency-p50' || name === 'latency-p95';
}

/** One metric of scores, on the same rows for both models. */
export function comparedMetric(
  metric: ScoreMetric,
  {
    candidate,
    champion,
    settings,
  }: {
    readonly candidate: Scores;
    readonly champion: Scores | null;
    readonly settings: ComparisonSettings;
  },
): ComparedMetric {
  const rows = rowsOf(candidate);
  const ours = metricValue(metric, candidate);
  const alone = { candidate: ours, difference: null, rows };
  if (champion === null) return { comparison: { ...alone, champion: settings.absent }, found: null };
  const theirs = metricValue(metric, champion);
  const pair = pairOf(candidate, champion);
  const { confidence, isSame, clusters } = settings;
  if (ours.kind !== 'value' || theirs.kind !== 'value' || pair === null) {
    return { comparison: { ...alone, champion: theirs }, found: null };
  }
  const value = ours.value - theirs.value;
  if (isSame) {
    const difference = { value: 0, low: 0, high: 0, confidence, pValue: 1, method: 'the same model' };
    return { comparison: { ...alone, champion: theirs, difference }, found: null };
  }
  const found = scoreInference({ metric, value, pair, clusters });
  return { comparison: { ...alone, champion: theirs, difference: differenceAt(found, { value, confidence }) }, found };
}

/** Model bytes, which have no sampling error: the interval of the difference is the difference. */
export function compareBytes(
  candidate: ModelIdentity,
  { champion, settings }: { readonly champion: ModelIdentity | null; readonly settings: ComparisonSettings },
): MetricComparison {
  const ours = bytesOf(candidate);
  if (champion === null) return { candidate: ours, champion: settings.absent, difference: null, rows: 0 };
  const theirs = bytesOf(champion);
  if (ours.kind !== 'value' || theirs.kind !== 'value') {
    return { candidate: ours, champion: theirs, difference: null, rows: 0 };
  }
  const value = ours.value - theirs.value;
  const exact = { value, low: value, high: value, confidence: settings.confidence, pValue: null, method: 'exact' };
  return { candidate: ours, champion: theirs, difference: exact, rows: 0 };
}

/** A latency from the timing of both models; `timing` is null when the candidate cannot be timed. */
export function compareLatency(
  metric: 'latency-p50' | 'latency-p95',
  { timing, settings }: { readonly timing: Timing | null; readonly settings: ComparisonSettings },
): MetricComparison {
  if (timing === null) {
    const missing = { kind: 'missing', reason: 'a predictions file has no model to time' } as const;
    return { candidate: missing, champion: missing, difference: null, rows: 0 };
  }
  const share = metric === 'latency-p50' ? 0.5 : 0.95;
  const comparison = latencyComparison(timing, { share, confidence: settings.confidence });
  return timing.champion === null ? { ...comparison, champion: settings.absent } : comparison;
}

function bytesOf({ format, bytes }: ModelIdentity): Measurement {
  if (format === 'predictions') return { kind: 'missing', reason: 'a predictions file has no model to weigh' };
  return measured(bytes);
}
