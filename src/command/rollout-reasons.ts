import type { Reason } from './reason.ts';

/** Why a command about a rollout is refused. */
export const rolloutRefusals = {
  'no-rollout': {
    means: 'There is no rollout that the command could be about.',
    fix: 'Type `/canary status` to see those that go on, or name the environment.',
  },
  'rollout-moved': {
    means: 'The rollout went on after the command was written, so the person may have seen another step.',
    fix: 'Look at the rollout as it is now, then type the command again.',
  },
  'rollout-not-there': {
    means: 'The rollout is at a point where the command can change nothing.',
    fix: 'Type `/canary status` to see where it is and what can be done.',
  },
  'unknown-version': {
    means: 'The version never served in this environment.',
    fix: 'Name one that did, or release it with `/release`.',
  },
  'version-rejected': {
    means: 'The version was itself taken back from this environment, and is not gone back to.',
    fix: 'Name another version; to try it again, take its digest from `rejected` in its `release.yml` and release it.',
  },
} as const satisfies Readonly<Record<string, Reason>>;
