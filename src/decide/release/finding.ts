import type { Problem } from '../../error.ts';

/** One thing that keeps a release from being merged. */
export interface ReleaseFinding {
  /** `problem`: somebody must change something. `wait`: it passes, or somebody must agree. */
  readonly kind: 'problem' | 'wait';
  /** The rule that it breaks, e.g. `digest`. */
  readonly rule: ReleaseRule;
  /** The environment that it is about; null for the version itself. */
  readonly environment: string | null;
  /** Prose with names in back-ticks: what was expected, found, and what to do. */
  readonly sentence: string;
  /** Where in the manifest, where that is known. */
  readonly at: Pick<Problem, 'path' | 'line' | 'column'> | null;
}

/** What is looked at, in this order. */
export const releaseRules = {
  manifest: 'the manifest is valid',
  model: 'the policy knows model and environments',
  version: 'a version is one digest for ever',
  digest: 'the stored bytes have the digest',
  signature: 'the signature holds',
  lineage: 'the commit is on the default branch',
  gates: 'the gates passed for these bytes',
  rejected: 'nothing rejected is released',
  order: 'it serves in the environment before',
  approval: 'people approved it',
  freeze: 'nothing is frozen',
  lock: 'nobody else holds the environment',
  serving: 'the platform can do the plan',
  metrics: 'every metric can be measured',
} as const;

/** The name of a rule. */
export type ReleaseRule = keyof typeof releaseRules;
