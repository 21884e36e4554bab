import { canonicalJson, digestOf } from '../digest.ts';
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
      /** For `paused`: what it waits for. Absent: a person, who says `advance`. */
      readonly reason?: string;
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
  /** Set where the environment has reviewers or a wait timer: nothing begins before the order `go`. */
  readonly needsGo?: true;
  /** Set for a rollback to what served before: all traffic at once, whatever else is under way, locked or frozen. */
  readonly atOnce?: true;
  /** Set where people took the digest from the rejected ones again, or overrode them: its earlier harm does not stop it. */
  readonly restored?: true;
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

/** What a rollout is asked for with. */
export type RolloutRequest = Omit<
  RolloutRecord,
  'id' | 'state' | 'weight' | 'fence' | 'sequence' | 'changedAt' | 'judgement' | 'zeroAfterMs'
>;

/** A rollout that nobody has begun, for the change `request-rollout`. The same request has the same id. */
export function newRollout(request: RolloutRequest): RolloutRecord {
  return {
    ...request,
    id: rolloutId({ ...request, digest: request.release.digest }),
    state: { kind: 'requested' },
    weight: 0,
    fence: 0,
    sequence: 1,
    changedAt: request.createdAt,
    judgement: null,
    zeroAfterMs: null,
  };
}

/** The identity of a rollout: one merge brings one digest into one environment for one model once. */
export function rolloutId(of: {
  readonly repositoryId: number;
  readonly model: string;
  readonly environment: string;
  readonly digest: string;
  readonly mergeSha: string;
}): string {
  const { repositoryId, model, environment, digest, mergeSha } = of;
  const identity = canonicalJson({ repositoryId, model, environment, digest, mergeSha });
  return `ro-${digestOf(identity).slice('sha256:'.length, 'sha256:'.length + 24)}`;
}

/** Whether the engine is done with a rollout in this state. A failed one may still be undone by it. */
export function isEnded(state: RolloutState): boolean {
  return ['succeeded', 'rolled-back', 'superseded', 'failed'].includes(state.kind);
}
