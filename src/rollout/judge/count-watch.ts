import type { RolloutMetricPolicy } from '../../policy/rollout-metric-policy.ts';
import { type CountPair, rateLikelihood } from '../../statistics/anytime/rate-likelihood.ts';
import type { ArmCounts } from '../evidence.ts';
import { countTests, priorSd } from './count-tests.ts';
import { dispersionOf, type HistoryPoint } from './dispersion.ts';
import type { MetricWatch } from './metric-watch.ts';
import { rateEffect } from './rate-effect.ts';

/** Events among exposures: their share is what the metric is about. */
export interface EventCounts {
  readonly n: number;
  readonly x: number;
}

/** Watches events among requests by the stratified conditional-binomial mixture. */
export function countWatch(policy: RolloutMetricPolicy): MetricWatch {
  return eventWatch(policy, (counts) =>
    'x' in counts ? { n: counts.n, x: counts.x } : 'expected events (`n` and `x`), found other counts',
  );
}

/** The same for whatever can be read as events among exposures; `read` returns a sentence where it cannot. */
export function eventWatch(
  policy: RolloutMetricPolicy,
  read: (counts: ArmCounts) => EventCounts | string,
): MetricWatch {
  const history: HistoryPoint[] = [];
  const likelihood = rateLikelihood();
  const tests = countTests(policy, likelihood);
  let known: ReturnType<typeof dispersionOf> | null = null;
  const dispersion = () => {
    known ??= dispersionOf(history, policy.dispersion);
    return known;
  };
  return {
    addHistory(champion) {
      const counts = read(champion);
      if (typeof counts === 'string') return counts;
      const rate = counts.n > 0 ? counts.x / counts.n : 0;
      history.push({ exposure: counts.n, rate, variance: rate });
      known = null;
      return null;
    },
    add(pair) {
      const [candidate, champion] = [read(pair.candidate), read(pair.champion)];
      if (typeof candidate === 'string') return candidate;
      if (typeof champion === 'string') return champion;
      const { value } = dispersion();
      const counts: CountPair = {
        share: candidate.n / (candidate.n + champion.n),
        candidate: candidate.x / value,
        both: (candidate.x + champion.x) / value,
      };
      likelihood.add(counts);
      tests.add(counts);
      return null;
    },
    evidence: tests.evidence,
    dispersion,
    effect: () => rateEffect({ likelihood, sd: priorSd, alpha: policy['non-inferiority-alpha'] }),
  };
}
