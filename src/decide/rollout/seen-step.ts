import type { RolloutRecord } from '../../rollout/rollout-record.ts';

/** What a person saw when they asked for more traffic. */
export interface Sight {
  /** The step that they named, `2` or, with its attempt, `2.1`; null when they named none. */
  readonly step: string | null;
  /** ISO 8601: when they wrote; null where that is not known. */
  readonly at: string | null;
}

/** What a rollout is at now, as a person would name it: `2.1` is the first attempt at the second step. */
export function stepName({ state }: RolloutRecord): string | null {
  return state.kind === 'step' || state.kind === 'held' ? `${state.step + 1}.${state.attempt}` : null;
}

/** Why what somebody saw is not what holds any more, as a clause; null when it is. */
export function movedSince(rollout: RolloutRecord, { step, at }: Sight): string | null {
  const now = stepName(rollout);
  if (step !== null) {
    const isSame = now !== null && (now === step || now.split('.')[0] === step);
    return isSame ? null : `it is ${now === null ? 'in no step' : `in step ${now}`} now, not in step ${step}`;
  }
  const { state } = rollout;
  if (at === null || !('since' in state) || Date.parse(state.since) <= Date.parse(at)) return null;
  return `it came to ${now === null ? 'where it is' : `step ${now}`} after this was written`;
}
