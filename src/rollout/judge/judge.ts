import type { RolloutPolicy } from '../../policy/rollout-policy.ts';
import type { Interval } from '../evidence.ts';
import type { Judgement, MetricJudgement } from '../judgement.ts';
import { type MetricStanding, standMetric } from './metric-standing.ts';
import { type RequestPair, watchSampleRatio } from './sample-ratio.ts';
import { watchSteps } from './step-watch.ts';
import { verdictOf } from './verdict.ts';

/** What of an environment's policy decides. */
export type JudgePolicy = Pick<RolloutPolicy, 'metrics' | 'steps' | 'interval-seconds' | 'audience'>;

/** A judgement that takes intervals one by one, in rising order; what one costs does not grow with their number. */
export interface Judging {
  add(interval: Interval): void;
  judgement(): Judgement;
}

/**
 * The verdict on a rollout: a pure function of its evidence and its policy, the same in whatever order the evidence comes.
 * An interval that comes twice counts once.
 */
export function judge(evidence: readonly Interval[], policy: JudgePolicy): Judgement {
  const sequence = judging(policy);
  for (const interval of evidence.toSorted((a, b) => a.interval - b.interval)) sequence.add(interval);
  return sequence.judgement();
}

/** Begins to judge a rollout. */
export function judging(policy: JudgePolicy): Judging {
  const deciding = Object.values(policy.metrics).filter(({ role }) => role !== 'info').length;
  // A header says who gets the candidate; then the weight is no share of all requests.
  const isSplitByWeight = policy.audience === undefined || 'cookie' in policy.audience;
  const metrics: readonly MetricStanding[] = Object.entries(policy.metrics).map(([name, metric]) =>
    standMetric({ name, metric, deciding, split: isSplitByWeight ? 'by-weight' : 'by-header' }),
  );
  // What stands below the line of a ratio need not be requests.
  const counting = Object.entries(policy.metrics).flatMap(([name, { kind }]) => (kind === 'ratio' ? [] : [name]));
  const split = watchSampleRatio();
  const steps = watchSteps(policy);
  let newest = Number.NEGATIVE_INFINITY;
  let place = { step: 0, attempt: 1 };
  return {
    add(interval) {
      if (interval.interval <= newest) return;
      newest = interval.interval;
      const requests = requestsOf(interval, counting);
      if (interval.weight <= 0) {
        if (interval.interval >= 0) return;
        for (const metric of metrics) metric.addHistory(interval);
        if (requests !== null && interval.reset !== true) split.addHistory(requests.champion);
        return;
      }
      const { step = 0, attempt = 1 } = interval;
      if (attempt > 1 && (step !== place.step || attempt !== place.attempt)) split.beginAgain();
      place = { step, attempt };
      // At 100 percent there is no champion to compare with: what was shown before stands.
      if (interval.weight < 100) for (const metric of metrics) metric.add(interval);
      if (isSplitByWeight && requests !== null && interval.reset !== true) {
        split.add({ interval: interval.interval, weight: interval.weight, requests });
      }
      steps.add({ interval, candidate: requests?.candidate ?? 0, metrics, split: split.judgement() });
    },
    judgement() {
      const sampleRatio = split.judgement();
      const judged = metrics.map((metric): [string, MetricJudgement] => [metric.name, metric.judgement()]);
      return {
        ...verdictOf({ metrics, sampleRatio }),
        metrics: Object.fromEntries(judged),
        sampleRatio,
        steps: steps.judgements(),
      };
    },
  };
}

/** The requests of both arms: as measured, else what the first metric with both counts. */
function requestsOf(interval: Interval, counting: readonly string[]): RequestPair | null {
  if (interval.requests !== undefined) return interval.requests;
  for (const name of counting) {
    const arms = Object.hasOwn(interval.metrics, name) ? interval.metrics[name] : undefined;
    if (arms === undefined) continue;
    const [candidate, champion] = [exposureOf(arms.candidate), exposureOf(arms.champion)];
    if (champion !== null && (candidate !== null || interval.weight <= 0))
      return { candidate: candidate ?? 0, champion };
  }
  return null;
}

/** Nothing measured is not the same as nothing happened. */
function exposureOf(counts: Interval['metrics'][string]['candidate']): number | null {
  if (counts === undefined) return null;
  if ('missing' in counts) return counts.missing === 'no-traffic' ? 0 : null;
  return counts.n;
}
