import type { RolloutPolicy } from '../../policy/rollout-policy.ts';
import type { Interval } from '../evidence.ts';
import type { Judgement, StepJudgement } from '../judgement.ts';
import { type PlannedStep, stepsOf } from '../rollout-steps.ts';
import type { MetricStanding } from './metric-standing.ts';
import { absence, provenBy, verdictOf } from './verdict.ts';

/** What each step was found to be, from interval to interval. */
export interface StepWatch {
  add(options: {
    readonly interval: Interval;
    /** Requests that the candidate answered in the interval. */
    readonly candidate: number;
    /** With this interval taken in. */
    readonly metrics: readonly MetricStanding[];
    readonly split: Judgement['sampleRatio'];
  }): void;
  judgements(): readonly StepJudgement[];
}

interface Open {
  readonly index: number;
  readonly attempt: number;
  readonly plan: PlannedStep;
  exposure: number;
  intervals: number;
  /** Names of the metrics that were measured in it. */
  readonly measured: Set<string>;
  found: Pick<StepJudgement, 'verdict' | 'reason' | 'decidedAt'>;
}

/** Follows the steps of a rollout. An interval that names no step belongs to the next step of its weight. */
export function watchSteps(policy: Pick<RolloutPolicy, 'steps' | 'interval-seconds'>): StepWatch {
  const plans = stepsOf(policy);
  const opened: Open[] = [];
  return {
    add({ interval, candidate, metrics, split }) {
      const index = interval.step ?? stepOfWeight(interval.weight);
      const plan = plans[index ?? -1];
      if (index === undefined || plan === undefined) return;
      const attempt = interval.attempt ?? 1;
      let step = opened.at(-1);
      if (step === undefined || step.index !== index || step.attempt !== attempt) {
        step = {
          index,
          attempt,
          plan,
          exposure: 0,
          intervals: 0,
          measured: new Set(),
          found: { verdict: 'inconclusive', reason: 'too-few', decidedAt: null },
        };
        opened.push(step);
      }
      step.exposure += candidate;
      step.intervals += 1;
      for (const metric of metrics) {
        if (metric.measured() === 'judged' || interval.weight >= 100) step.measured.add(metric.name);
      }
      const found = finding({ step, metrics, split });
      const isSame = found.verdict === step.found.verdict && step.found.decidedAt !== null;
      const isDecided = found.verdict === 'pass' || found.verdict === 'fail';
      step.found = {
        ...found,
        decidedAt: !isDecided ? null : isSame ? step.found.decidedAt : interval.interval,
      };
    },
    judgements: () =>
      opened.map(({ index, attempt, exposure, found }) => ({ step: index, attempt, exposure, ...found })),
  };

  function stepOfWeight(weight: number): number | undefined {
    const from = opened.at(-1)?.index ?? 0;
    const at = plans.findIndex((plan, index) => index >= from && plan.weight === weight);
    return at < 0 ? undefined : at;
  }

  function finding(options: {
    readonly step: Open;
    readonly metrics: readonly MetricStanding[];
    readonly split: Judgement['sampleRatio'];
  }): Pick<StepJudgement, 'verdict' | 'reason'> {
    const { step, split } = options;
    const { verdict, reason } = verdictOf({ metrics: options.metrics, sampleRatio: split });
    if (verdict === 'fail' || verdict === 'error' || reason === 'no-history') return { verdict, reason };
    const deciding = options.metrics.filter(({ role }) => role !== 'info');
    const minutes = (step.intervals * policy['interval-seconds']) / 60;
    const absent = absence(deciding);
    if (absent !== null) return { verdict: absent.verdict, reason: absent.reason };
    const { plan } = step;
    const isMeasured = deciding.every(({ name }) => step.measured.has(name));
    if (step.exposure < plan['minimum-exposure'] || minutes < plan['minimum-minutes'] || !isMeasured) {
      return { verdict: 'inconclusive', reason: 'too-few' };
    }
    if (plan.needs === 'no-harm' || deciding.length === 0) return { verdict: 'pass', reason: 'no-harm' };
    if (provenBy(deciding) === null) return { verdict: 'inconclusive', reason: 'undecided' };
    return { verdict: 'pass', reason: 'not-worse' };
  }
}
