import type { Button } from '../../command/button.ts';
import { rolloutButton } from '../../command/rollout-button.ts';
import type { RolloutRecord } from '../../rollout/rollout-record.ts';

/** What the check of a rollout offers where it stands, each bound to the step that it was shown with. */
export function rolloutButtons({ state, number }: RolloutRecord): readonly Button[] {
  // Without a pull request there is nowhere to answer.
  if (number === null) return [];
  switch (state.kind) {
    case 'step':
    case 'held': {
      const { step, attempt } = state;
      const isStill = state.kind === 'held' || state.phase === 'paused';
      const first = rolloutButton(isStill ? 'advance' : 'pause', { step, attempt });
      return [first, rolloutButton('promote', { step, attempt }), rolloutButton('rollback', null)];
    }
    case 'requested':
    case 'waiting':
    case 'validating':
    case 'preparing':
    case 'shadowing':
    case 'promoting':
    case 'baking':
    case 'succeeded':
      return [rolloutButton('rollback', null)];
    case 'rolling-back':
    case 'rolled-back':
    case 'superseded':
    case 'failed':
      return [];
    default:
      return state satisfies never;
  }
}
