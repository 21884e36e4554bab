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

/** Why a rollout is held, or was taken back. */
export const rolloutStops = {
  'rolled-back': {
    means: 'All traffic of the version was taken back, and the version before it serves.',
    fix: 'Look at the cause in the comment of the rollout; release a corrected version, or, to try the same one again, take its digest from `rejected` in its `release.yml`.',
  },
  harm: {
    means:
      'A watched metric is worse than that of the version before by more than chance allows, with an error rate that holds however often one looks.',
    fix: 'Look at the metric and the evidence in the comment; `siskin replay` gives the same verdict from the evidence in git.',
  },
  alert: {
    means: 'Something that watches production said that it is not well while the new version got traffic.',
    fix: 'Look at the alert; with `when: { alert: hold }` in the policy of the environment alerts only hold.',
  },
  inconclusive: {
    means:
      'A step lasted as long as it may, and the numbers say neither that the version is well nor that it does harm.',
    fix: 'Give it more time with `/canary resume`, decide it yourself with `/canary advance`, or go back with `/rollback`.',
  },
  'no-traffic': {
    means: 'No request reaches the candidate, so there is nothing to judge.',
    fix: 'Look at the router and the weight that it really uses, then type `/canary resume`.',
  },
  'source-down': {
    means: 'A metric could not be measured, and what is unknown never passes.',
    fix: 'Mend the metric source, then type `/canary resume`.',
  },
  'sample-ratio': {
    means: 'The candidate gets another share of the requests than it was given, so that no comparison can be trusted.',
    fix: 'Look for caches, sticky sessions or retries that favour one version, then type `/canary resume`.',
  },
  'changed-by-hand': {
    means: 'Somebody or something else changed the traffic of this service during the rollout.',
    fix: 'Find out who, then type `/canary resume` to have it as the rollout wants, or `/rollback`.',
  },
  manual: {
    means: 'Somebody paused the rollout.',
    fix: 'Type `/canary resume` to let it go on, `/canary advance` to end its step, or `/rollback`.',
  },
  invalid: {
    means: 'The rollout could not begin: its platform, its bytes or its environment on GitHub refused it.',
    fix: 'The comment of the rollout says which; mend that, then propose the version again.',
  },
  superseded: {
    means: 'A newer release of the same service was merged before this one was done.',
    fix: 'Follow the newer one.',
  },
} as const satisfies Readonly<Record<string, Reason>>;
