import type { Judgement } from '../judgement.ts';
import type { MetricStanding } from './metric-standing.ts';

type Finding = Pick<Judgement, 'verdict' | 'reason' | 'metric' | 'decidedAt'>;

/**
 * What the numbers say together. Harm that was shown before the split was found wrong stands; after it nothing is concluded
 * from any metric. Proof stands against what could not be measured later, not against harm.
 */
export function verdictOf(options: {
  readonly metrics: readonly MetricStanding[];
  readonly sampleRatio: Judgement['sampleRatio'];
}): Finding {
  const { sampleRatio } = options;
  const metrics = options.metrics.filter(({ role }) => role !== 'info');
  const splitAt = sampleRatio.crossedAt ?? Number.POSITIVE_INFINITY;
  const harm = first(metrics, (metric) => metric.harmedAt());
  if (harm !== null && harm.at <= splitAt) return finding('fail', 'harm', harm);
  if (sampleRatio.crossedAt !== null)
    return finding('error', 'sample-ratio', { metric: null, at: sampleRatio.crossedAt });
  const doubt = first(metrics, (metric) => metric.doubtedAt());
  if (doubt !== null) return { ...finding('inconclusive', 'no-history', doubt), decidedAt: null };
  const proven = provenBy(metrics);
  if (proven !== null) return finding('pass', 'not-worse', { metric: null, at: proven });
  const absent = absence(metrics);
  if (absent !== null) return absent;
  return { verdict: 'inconclusive', reason: 'undecided', metric: null, decidedAt: null };
}

/** The interval from which on every metric is proven; null while one is not, and of no metrics at all. */
export function provenBy(metrics: readonly MetricStanding[]): number | null {
  let latest: number | null = null;
  for (const metric of metrics) {
    const at = metric.provenAt();
    if (at === null) return null;
    latest = Math.max(latest ?? at, at);
  }
  return latest;
}

/** What has not been measured for so long that it is a finding: a failed source is worse than one that is silent. */
export function absence(metrics: readonly MetricStanding[]): Finding | null {
  for (const reason of ['source-down', 'no-series', 'no-traffic'] as const) {
    const metric = metrics.find((one) => one.measured() === reason && one.isLasting());
    if (metric !== undefined) {
      const verdict = reason === 'source-down' ? 'error' : 'inconclusive';
      return { verdict, reason, metric: metric.name, decidedAt: null };
    }
  }
  return null;
}

function first(
  metrics: readonly MetricStanding[],
  when: (metric: MetricStanding) => number | null,
): { readonly metric: string; readonly at: number } | null {
  let earliest: { readonly metric: string; readonly at: number } | null = null;
  for (const metric of metrics) {
    const at = when(metric);
    if (at !== null && (earliest === null || at < earliest.at)) earliest = { metric: metric.name, at };
  }
  return earliest;
}

function finding(
  verdict: Finding['verdict'],
  reason: Finding['reason'],
  { metric, at }: { readonly metric: string | null; readonly at: number },
): Finding {
  return { verdict, reason, metric, decidedAt: at };
}
