import type { RolloutMetricPolicy } from '../../policy/rollout-metric-policy.ts';
import type { ArmCounts, Interval } from '../evidence.ts';
import type { Dispersion, MetricJudgement } from '../judgement.ts';
import { crossing } from './crossing.ts';
import { watchMetric } from './metric-watch.ts';

/** How a metric was measured in an interval. */
export type Measured = 'judged' | 'no-traffic' | 'no-series' | 'source-down';

/** One metric of a rollout: what was counted, whether it is measured at all, and where its tests stand. */
export interface MetricStanding {
  readonly name: string;
  readonly role: RolloutMetricPolicy['role'];
  addHistory(interval: Interval): void;
  add(interval: Interval): void;
  /** Of the newest interval. */
  measured(): Measured;
  /** Whether it has been measured so for long enough to be a finding. */
  isLasting(): boolean;
  /** The interval that showed harm: for counts only when their dispersion is known. */
  harmedAt(): number | null;
  /** The interval that would have shown harm, had the dispersion of the counts been known. */
  doubtedAt(): number | null;
  /** The interval from which on promotion has all that it needs of this metric. */
  provenAt(): number | null;
  judgement(): MetricJudgement;
}

/** So many intervals in a row a source may fail, or a candidate that should have had requests have none. */
const patience = 3;

/** Of so many requests that its weight promises, a candidate would have had one; only a broken way leads to none. */
const manyMissed = 10;

/** So many intervals without anybody are a finding by themselves. */
const longLull = 10;

/** Begins to follow a metric. All that roll back share their α (Bonferroni); promotion needs every one at its own α. */
export function standMetric(options: {
  readonly name: string;
  readonly metric: RolloutMetricPolicy;
  /** How many metrics roll back. */
  readonly deciding: number;
  /** Whether the weight promises the candidate a share of all requests. */
  readonly split: 'by-weight' | 'by-header';
}): MetricStanding {
  const { name, metric, deciding, split } = options;
  const alpha = metric['harm-alpha'] / Math.max(1, deciding);
  const watch = watchMetric({ ...metric, 'harm-alpha': alpha });
  const harm = crossing(alpha);
  const nonInferiority = crossing(metric['non-inferiority-alpha']);
  const superiority = metric.role === 'target' ? crossing(metric['non-inferiority-alpha']) : null;
  const isCount = metric.kind === 'error-rate' || metric.kind === 'latency-quantile';
  let [state, count, missed]: [Measured, number, number] = ['no-series', 0, 0];
  let why: string | null = 'nothing was measured yet';
  return {
    name,
    role: metric.role,
    addHistory(interval) {
      const champion = armsOf(interval, name)?.champion;
      if (champion !== undefined && !('missing' in champion) && isCounted(champion)) watch.addHistory(champion);
    },
    add(interval) {
      const arms = armsOf(interval, name);
      const [found, reason] = taken(arms);
      if (found !== state) [count, missed] = [0, 0];
      count += 1;
      if (split === 'by-weight') missed += missedBy(arms, interval.weight);
      [state, why] = [found, reason];
      if (found !== 'judged') return;
      const now = watch.evidence();
      harm.look(now.harm, interval.interval);
      nonInferiority.look(now.nonInferiority, interval.interval);
      superiority?.look(now.superiority, interval.interval);
    },
    measured: () => state,
    isLasting: () =>
      state === 'no-traffic' ? count >= longLull || (count >= patience && missed >= manyMissed) : count >= patience,
    harmedAt: () => (isDoubted(watch.dispersion()) ? null : harm.evidence().crossedAt),
    doubtedAt: () => (isDoubted(watch.dispersion()) ? harm.evidence().crossedAt : null),
    provenAt() {
      const notWorse = nonInferiority.evidence().crossedAt;
      if (notWorse === null || superiority === null) return notWorse;
      const better = superiority.evidence().crossedAt;
      return better === null ? null : Math.max(notWorse, better);
    },
    judgement: () => ({
      harm: harm.evidence(),
      nonInferiority: nonInferiority.evidence(),
      superiority: superiority?.evidence() ?? null,
      dispersion: watch.dispersion(),
      effect: watch.effect(),
      missing: why,
    }),
  };

  function isDoubted({ source }: Dispersion): boolean {
    return isCount && source === 'none';
  }

  function taken(arms: Arms | undefined): readonly [Measured, string | null] {
    if (arms === undefined) return ['no-series', 'the evidence has no such metric'];
    const { candidate, champion } = arms;
    const absent = [champion, candidate].flatMap((arm) =>
      arm !== undefined && 'missing' in arm ? [absence(arm)] : [],
    );
    const worst = absent.find(([measured]) => measured === 'source-down') ?? absent[0];
    if (worst !== undefined) return worst;
    if (candidate === undefined || 'missing' in candidate || 'missing' in champion) {
      return ['no-series', 'the evidence has no candidate'];
    }
    if (!isCounted(candidate) || !isCounted(champion)) return ['no-series', 'a count is no number, or below zero'];
    if (candidate.n <= 0 || champion.n <= 0) {
      return ['no-traffic', `${candidate.n <= 0 ? 'the candidate' : 'the champion'} had no requests`];
    }
    const refused = watch.add({ candidate, champion });
    return refused === null ? ['judged', null] : ['no-series', refused];
  }
}

type Arms = Interval['metrics'][string];

function armsOf(interval: Interval, name: string): Arms | undefined {
  return Object.hasOwn(interval.metrics, name) ? interval.metrics[name] : undefined;
}

function absence(arm: Extract<Arms['champion'], { readonly missing: string }>): readonly [Measured, string] {
  return [arm.missing === 'failed' ? 'source-down' : arm.missing, arm.reason];
}

/** The requests that the candidate should have had beside those of the champion. */
function missedBy(arms: Arms | undefined, weight: number): number {
  const champion = arms?.champion;
  return champion === undefined || 'missing' in champion ? 0 : (champion.n * weight) / (100 - weight);
}

/** Sealed evidence is checked when it is read; what an adapter just measured is not. */
function isCounted(counts: ArmCounts): boolean {
  const { n } = counts;
  if (!(n >= 0 && n < Number.POSITIVE_INFINITY)) return false;
  if ('x' in counts) return counts.x >= 0 && counts.x < Number.POSITIVE_INFINITY;
  if ('sumsq' in counts) return Number.isFinite(counts.sum) && Number.isFinite(counts.sumsq);
  return counts.buckets.every(([upper, within]) => !Number.isNaN(upper) && within >= 0);
}
