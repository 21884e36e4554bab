import type { Plan } from '../effect.ts';
import type { RolloutRecord } from '../rollout/rollout-record.ts';

/** What is shown on GitHub of a rollout as it stands now. */
export function showRollout(_facts: { readonly rollout: RolloutRecord; readonly now: string } | null): Plan {
  return { changes: [], effects: [] };
}
