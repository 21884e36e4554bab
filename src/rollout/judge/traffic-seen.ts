import type { ArmCounts, Interval } from '../evidence.ts';
import { dispersionOf } from './dispersion.ts';
import type { MetricLevel, Traffic } from './expected-exposure.ts';
import type { JudgePolicy } from './judge.ts';
import { valuesOf } from './mean-watch.ts';

/** What the champion's intervals tell of the traffic to come, by the newest so many; null while there are none with requests. */
export function trafficSeen(
  evidence: readonly Interval[],
  policy: Pick<JudgePolicy, 'metrics' | 'interval-seconds'>,
): Traffic | null {
  const newest = evidence.toSorted((a, b) => a.interval - b.interval).slice(-60);
  const requests = newest.flatMap((interval) => requestsOf(interval) ?? []);
  const perInterval = requests.reduce((sum, one) => sum + one, 0) / requests.length;
  if (!(perInterval > 0)) return null;
  const levels = Object.entries(policy.metrics).flatMap(([name, metric]): [string, MetricLevel][] => {
    const champion = newest.flatMap((interval) => championOf(interval, name) ?? []);
    const level = levelOf(champion, metric);
    return level === null ? [] : [[name, level]];
  });
  return {
    requestsPerMinute: (perInterval * 60) / policy['interval-seconds'],
    metrics: Object.fromEntries(levels),
  };
}

function requestsOf({ requests, metrics }: Interval): number | null {
  if (requests !== undefined) return requests.candidate + requests.champion;
  for (const { candidate, champion } of Object.values(metrics)) {
    if ('missing' in champion) continue;
    return champion.n + (candidate === undefined || 'missing' in candidate ? 0 : candidate.n);
  }
  return null;
}

function championOf({ metrics }: Interval, name: string): ArmCounts | null {
  const champion = Object.hasOwn(metrics, name) ? metrics[name]?.champion : undefined;
  return champion === undefined || 'missing' in champion || champion.n <= 0 ? null : champion;
}

function levelOf(counts: readonly ArmCounts[], metric: JudgePolicy['metrics'][string]): MetricLevel | null {
  if (metric.kind === 'ratio') return null;
  if (metric.kind === 'mean') return valueLevel(counts, metric.dispersion);
  const points = counts.flatMap((one) => {
    const rate = eventRate(one, metric);
    return rate === null ? [] : [{ exposure: one.n, rate, variance: rate }];
  });
  const all = points.reduce((sum, { exposure }) => sum + exposure, 0);
  const events = points.reduce((sum, { exposure, rate }) => sum + exposure * rate, 0);
  if (!(events > 0)) return null;
  const dispersion =
    metric.kind === 'conversion' ? (metric.dispersion ?? 1) : dispersionOf(points, metric.dispersion).value;
  return { kind: 'events', rate: events / all, dispersion };
}

function valueLevel(counts: readonly ArmCounts[], named: number | undefined): MetricLevel | null {
  const points = counts.flatMap((one) => {
    const values = valuesOf(one);
    if (typeof values === 'string' || values.variance === null) return [];
    return [{ exposure: values.n, rate: values.mean, variance: values.variance }];
  });
  const all = points.reduce((sum, { exposure }) => sum + exposure, 0);
  if (all === 0) return null;
  const variance = points.reduce((sum, point) => sum + point.exposure * point.variance, 0) / all;
  return { kind: 'values', variance, dispersion: dispersionOf(points, named).value };
}

/** Of a latency the share beyond its quantile, which is what its edge is chosen for. */
function eventRate(counts: ArmCounts, { quantile, edge }: JudgePolicy['metrics'][string]): number | null {
  if ('x' in counts) return counts.x / counts.n;
  if (!('buckets' in counts)) return null;
  if (edge === undefined) return 1 - (quantile ?? 0.95);
  const within = counts.buckets.find(([upper]) => upper === edge);
  return within === undefined ? null : Math.max(0, 1 - within[1] / counts.n);
}
