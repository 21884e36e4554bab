import type { RolloutMetricPolicy } from '../../policy/rollout-metric-policy.ts';
import { groupSequential } from '../../statistics/anytime/group-sequential.ts';
import { logHalfNormalMixture } from '../../statistics/anytime/half-normal-mixture.ts';
import type { CountPair, RateLikelihood } from '../../statistics/anytime/rate-likelihood.ts';
import type { LogEvidence } from './metric-watch.ts';

/** The width of what is expected of a log rate ratio: half of all mass is below a factor of 1.4, a twentieth above 2.7. */
export const priorSd = 0.5;

/** The tests of one metric on counts that were divided by their dispersion. */
export interface CountTests {
  add(pair: CountPair): void;
  evidence(): LogEvidence;
}

/** One hypothesis: the log rate ratio is at `at`, or on the other side of it. */
interface Hypothesis {
  readonly at: number;
  readonly side: 'above' | 'below';
  readonly alpha: number;
}

/** The tests that a metric asks for: by default those that allow any number of looks, else those that are planned. */
export function countTests(policy: RolloutMetricPolicy, likelihood: RateLikelihood): CountTests {
  const isLower =
    (policy.direction ?? (policy.kind === 'conversion' ? 'higher-is-better' : 'lower-is-better')) === 'lower-is-better';
  const [worse, better] = isLower ? (['above', 'below'] as const) : (['below', 'above'] as const);
  const margin = (isLower ? 1 : -1) * Math.log(policy.margin);
  const proof = policy['non-inferiority-alpha'];
  const hypotheses = {
    harm: { at: 0, side: worse, alpha: policy['harm-alpha'] },
    nonInferiority: { at: margin, side: better, alpha: proof },
    superiority: { at: 0, side: better, alpha: proof },
  } as const;
  const isTarget = policy.role === 'target';
  const plan = policy['group-sequential'];
  if (plan === undefined) {
    const log = ({ at, side }: Hypothesis) => logHalfNormalMixture({ likelihood, at, side, sd: priorSd });
    return {
      add: () => undefined,
      evidence: () => ({
        harm: log(hypotheses.harm),
        nonInferiority: log(hypotheses.nonInferiority),
        superiority: isTarget ? log(hypotheses.superiority) : 0,
      }),
    };
  }
  const [harm, nonInferiority, superiority] = [hypotheses.harm, hypotheses.nonInferiority, hypotheses.superiority].map(
    (hypothesis) => plannedTest(hypothesis, plan),
  );
  return {
    add(pair) {
      harm?.add(pair);
      nonInferiority?.add(pair);
      if (isTarget) superiority?.add(pair);
    },
    evidence: () => ({
      harm: harm?.log() ?? 0,
      nonInferiority: nonInferiority?.log() ?? 0,
      superiority: superiority?.log() ?? 0,
    }),
  };
}

/** The stratified score test at the border, on a plan. As an e-value it is all or nothing: 1/α once it has crossed. */
function plannedTest({ at, side, alpha }: Hypothesis, plan: NonNullable<RolloutMetricPolicy['group-sequential']>) {
  const sequence = groupSequential({ alpha, spending: plan.spending });
  const sign = side === 'above' ? 1 : -1;
  let [score, information, events] = [0, 0, 0];
  return {
    add({ share, candidate, both }: CountPair) {
      if (!(share > 0 && share < 1 && both > 0)) return;
      const chance = (share * Math.exp(at)) / (1 + share * Math.expm1(at));
      score += sign * (candidate - chance * both);
      information += both * chance * (1 - chance);
      events += both;
      sequence.look({ score, information, spent: events / plan.events });
    },
    log: () => (sequence.hasCrossed() ? -Math.log(alpha) : 0),
  };
}
