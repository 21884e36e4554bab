import type { RolloutMetricPolicy } from '../../policy/rollout-metric-policy.ts';
import { rateLikelihood } from '../../statistics/anytime/rate-likelihood.ts';
import { logTwoByTwo, type TwoGroups } from '../../statistics/anytime/two-by-two.ts';
import type { Dispersion } from '../judgement.ts';
import { priorSd } from './count-tests.ts';
import type { MetricWatch } from './metric-watch.ts';
import { rateEffect } from './rate-effect.ts';

/** Weight of the first guess, in users: a little success, a little failure (Turner, Ly and Grünwald 2024). */
const guessed = 0.18;

/**
 * Watches users who did something among users, each an independent trial: the exact 2 × 2 e-value, one block an interval, with
 * the chances that the intervals before it suggest. Every interval may have a base rate of its own.
 */
export function conversionWatch(policy: RolloutMetricPolicy): MetricWatch {
  const isHigherBetter = (policy.direction ?? 'higher-is-better') === 'higher-is-better';
  const [worse, better] = isHigherBetter ? (['below', 'above'] as const) : (['above', 'below'] as const);
  const factor = isHigherBetter ? 1 / policy.margin : policy.margin;
  const dispersion: Dispersion =
    policy.dispersion === undefined ? { value: 1, source: 'none' } : { value: policy.dispersion, source: 'policy' };
  const past = { n: [0, 0], x: [0, 0] } satisfies { n: [number, number]; x: [number, number] };
  const likelihood = rateLikelihood();
  let [harm, nonInferiority, superiority] = [0, 0, 0];
  return {
    addHistory: () => null,
    add({ candidate, champion }) {
      if (!('x' in candidate && 'x' in champion)) return 'expected users (`n` and `x`), found other counts';
      if (candidate.x > candidate.n || champion.x > champion.n) return 'expected at most all users to have done it';
      const block: TwoGroups = { n: [candidate.n, champion.n], x: [candidate.x, champion.x] };
      const guess = [chance(past.x[0], past.n[0]), chance(past.x[1], past.n[1])] as const;
      // Before anything is known of both no side is taken.
      if (past.n[0] > 0 && past.n[1] > 0) {
        const bet = (side: 'above' | 'below', by: number) =>
          logTwoByTwo({ block, guess, factor: by, side }) / dispersion.value;
        harm += bet(worse, 1);
        nonInferiority += bet(better, factor);
        superiority += bet(better, 1);
      }
      for (const arm of [0, 1] as const) {
        past.n[arm] += block.n[arm];
        past.x[arm] += block.x[arm];
      }
      likelihood.add({
        share: candidate.n / (candidate.n + champion.n),
        candidate: candidate.x / dispersion.value,
        both: (candidate.x + champion.x) / dispersion.value,
      });
      return null;
    },
    evidence: () => ({ harm, nonInferiority, superiority }),
    dispersion: () => dispersion,
    effect: () => rateEffect({ likelihood, sd: priorSd, alpha: policy['non-inferiority-alpha'] }),
  };
}

function chance(x: number, n: number): number {
  return (x + guessed) / (n + 2 * guessed);
}
