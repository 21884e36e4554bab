import type { RolloutPolicy, RolloutStep } from '../policy/rollout-policy.ts';

/** A step with `needs` filled in. */
export interface PlannedStep extends RolloutStep {
  readonly needs: 'no-harm' | 'not-worse';
}

const usual = { 'minimum-exposure': 0, 'minimum-minutes': 10, 'maximum-minutes': 60, pause: false } as const;

/** The steps when a policy names none. Early ones are too small to prove much, and so only last long enough to see harm. */
const usualSteps: readonly RolloutStep[] = [5, 25, 50].map((weight) => ({ weight, ...usual }));

/** The steps of a policy in order, with what each needs: proof in the last, else only no harm. */
export function stepsOf(policy: Pick<RolloutPolicy, 'steps'>): readonly PlannedStep[] {
  const steps = policy.steps ?? usualSteps;
  return steps.map((step, at) => ({
    ...step,
    needs: step.needs ?? (at === steps.length - 1 ? 'not-worse' : 'no-harm'),
  }));
}
