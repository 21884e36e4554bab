import type { Plan } from '../effect.ts';

/** Nothing to do. */
export const emptyPlan: Plan = { changes: [], effects: [] };

/** One plan that does all of these, in their order. */
export function joined(...plans: readonly Plan[]): Plan {
  return {
    changes: plans.flatMap(({ changes }) => changes),
    effects: plans.flatMap(({ effects }) => effects),
  };
}
