import type { RolloutPolicy } from '../policy/rollout-policy.ts';
import type { ServedModel } from '../ports/serving.ts';
import type { Judgement } from './judgement.ts';

/** Where a rollout stands. */
export type RolloutState =
  | { readonly kind: 'requested' }
  /** Waits: for a lock, a freeze, the reviewers of the environment, an earlier rollout of the service. */
  | { readonly kind: 'waiting'; readonly reason: string }
  | { readonly kind: 'validating' }
  | { readonly kind: 'preparing' }
  | { readonly kind: 'shadowing'; readonly since: string }
  | {
      readonly kind: 'step';
      readonly phase: 'applying' | 'settling' | 'observing' | 'paused';
      readonly step: number;
      readonly attempt: number;
      readonly since: string;
    }
  | { readonly kind: 'promoting' }
  | { readonly kind: 'baking'; readonly since: string }
  /** Traffic stays as it is until a person decides; harm rolls back all the same. */
  | {
      readonly kind: 'held';
      readonly reason: 'inconclusive' | 'manual' | 'source-down' | 'no-traffic' | 'sample-ratio' | 'changed-by-hand';
      readonly step: number;
      readonly attempt: number;
      readonly since: string;
    }
  | { readonly kind: 'rolling-back'; readonly cause: RollbackCause; readonly since: string }
  | { readonly kind: 'succeeded'; readonly at: string }
  | { readonly kind: 'rolled-back'; readonly cause: RollbackCause; readonly at: string }
  /** A newer release of the same service was merged. */
  | { readonly kind: 'superseded'; readonly by: string; readonly at: string }
  /** Needs a person: a rollback could not be verified, or nothing was ever begun. */
  | { readonly kind: 'failed'; readonly reason: string; readonly at: string };

/** Why traffic went back. */
export interface RollbackCause {
  readonly kind:
    | 'harm'
    | 'command'
    | 'alert'
    | 'inconclusive'
    | 'no-traffic'
    | 'source-down'
    | 'invalid'
    | 'superseded';
  /** One sentence with the number that decided. */
  readonly sentence: string;
  /** Who asked, where somebody did. */
  readonly by: string | null;
}

/** A rollout with all that others may know of it. */
export interface RolloutRecord {
  /** Derived from repository, environment, model, digest and merge commit, so that the same merge is one rollout. */
  readonly id: string;
  readonly repositoryId: number;
  readonly model: string;
  readonly environment: string;
  readonly release: ServedModel;
  /** What served before, to which a rollback goes; null when nothing did. */
  readonly previous: ServedModel | null;
  /** The merged release pull request; null when a command began it. */
  readonly number: number | null;
  readonly mergeSha: string;
  /** Who merged or commanded it. */
  readonly by: string;
  /** The policy of the merge commit, kept for the whole rollout. */
  readonly policy: RolloutPolicy;
  readonly state: RolloutState;
  /** What the platform was last seen to send to the candidate, in percent. */
  readonly weight: number;
  readonly fence: number;
  /** The number of the newest event: writing needs it. */
  readonly sequence: number;
  readonly createdAt: string;
  /** When the newest event was written (ISO 8601). */
  readonly changedAt: string;
  readonly judgement: Judgement | null;
  /** Milliseconds from the verdict to the observation that the candidate gets nothing; null unless it was rolled back. */
  readonly zeroAfterMs: number | null;
}

/** What a person (or an alert) asks of a rollout. Recorded with compare-and-set as an event; the engine does it. */
export type RolloutOrder =
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  /** Ends the present step as decided. */
  | { readonly kind: 'advance' }
  | { readonly kind: 'weight'; readonly weight: number }
  /** Skips what is left and promotes. */
  | { readonly kind: 'promote' }
  | { readonly kind: 'abort'; readonly cause: RollbackCause }
  /** The environment's reviewers let it begin. */
  | { readonly kind: 'go' };
