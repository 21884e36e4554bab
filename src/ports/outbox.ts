import type { Freeze } from '../decide/freeze.ts';
import type { Effect } from '../effect.ts';
import type { Repository } from '../intent.ts';
import type { ReleaseRequest, StoredOutcome } from '../registry/release-request.ts';
import type { RolloutTraces } from '../rollout/rollout-effect.ts';
import type { RunFailure, RunRecord } from '../store/run-record.ts';

/** One effect whose turn has come. */
export interface PendingEffect {
  readonly id: number;
  readonly repository: Repository;
  readonly effect: Effect;
  /** What it acts on; two effects of one target never overtake each other. */
  readonly target: string;
  /** Attempts that were begun before this one; some may have reached GitHub without our knowing. */
  readonly attempts: number;
  /** How long ago the newest of them was begun; null when there was none. */
  readonly begunSecondsAgo: number | null;
}

/** What applying an effect taught us about the world, to be kept with its end. */
export type Learnt =
  | { readonly kind: 'comment'; readonly number: number; readonly commentId: number; readonly edited: boolean }
  | {
      readonly kind: 'check';
      readonly number: number | null;
      readonly head: string;
      readonly name: string;
      readonly checkId: number;
    }
  | {
      readonly kind: 'run-dispatched';
      readonly claim: string;
      readonly runId: number | null;
      readonly url: string | null;
    }
  | { readonly kind: 'run-refused'; readonly claim: string; readonly failure: RunFailure }
  /** The bytes of a release were moved, or cannot be. */
  | { readonly kind: 'release-stored'; readonly request: ReleaseRequest; readonly stored: StoredOutcome }
  /** A dispatch was never sent, because the run was called off before. */
  | { readonly kind: 'run-unsent'; readonly claim: string }
  /** Where a rollout left traces on GitHub; `edited` when its comment on that pull request was edited. */
  | {
      readonly kind: 'rollout-traced';
      readonly rollout: string;
      readonly traces: RolloutTraces;
      readonly edited?: { readonly number: number };
    }
  /** A job of errands was started, or cannot be. */
  | {
      readonly kind: 'errands-dispatched';
      readonly claim: string;
      readonly environment: string;
      readonly runId: number | null;
      readonly refusal: string | null;
    }
  /** GitHub was asked to cancel a run, and has yet to do it. */
  | { readonly kind: 'run-cancelled'; readonly claim: string; readonly runId: number };

/** That GitHub refuses an installation: for the requests of an hour, or for too many in a short time. */
export interface RateRefusal {
  readonly by: 'primary' | 'secondary';
  /** For how long, where GitHub says so. */
  readonly seconds: number | null;
}

/** Until when (ISO 8601) GitHub refuses an installation, or last did, and for which limit. */
export interface Throttle {
  readonly until: string;
  readonly by: RateRefusal['by'];
}

/** How an attempt to apply an effect ended. */
export type Outcome =
  | { readonly kind: 'done'; readonly learnt: Learnt | null }
  /** Not yet: try again in so many seconds. A wait that is no failure (a quota of our own) does not count as an attempt. */
  | { readonly kind: 'later'; readonly seconds: number; readonly error: string | null }
  /** GitHub refused it for its rate: no failed attempt, but some of its requests may have been answered before. */
  | { readonly kind: 'throttled'; readonly seconds: number; readonly error: string }
  | { readonly kind: 'failed'; readonly error: string; readonly learnt: Learnt | null };

/** The queue of effects, as applying sees it. */
export interface Outbox {
  /** The instant that counts as now (ISO 8601). */
  now(): string;
  /** The due effects of a lane in order. */
  listDue(lane: string): Promise<readonly PendingEffect[]>;
  /** Counts an attempt before it is made; false when the effect was replaced meanwhile and must not be made. */
  begin(effectId: number): Promise<boolean>;
  /**
   * Takes room for what an effect writes in the rate that GitHub allows its installation, among all replicas. The
   * seconds that it must wait instead, 0 when it may go.
   */
  reserve(effect: PendingEffect): Promise<number>;
  /** Until when (ISO 8601) GitHub refused an installation for its rate, when that was lately; null otherwise. */
  readDelay(installation: number): Promise<string | null>;
  /** Ends the attempt and keeps what was learnt, in one transaction. */
  settle(effect: PendingEffect, outcome: Outcome): Promise<void>;
  /** The ids of what was published before, so that it is edited. */
  readCheck(repositoryId: number, head: string, name: string): Promise<number | null>;
  readComment(repositoryId: number, number: number): Promise<number | null>;
  /** The state of a run, so that what was called off meanwhile is not sent. */
  readRun(claim: string): Promise<RunRecord | null>;
  /** The freeze that holds runs of a repository now, ordered perhaps after they were planned. */
  readRunsFreeze(repository: Repository): Promise<Freeze | null>;
  /** Whether a job of errands is the one that its environment has. */
  isErrandJobOpen(claim: string): Promise<boolean>;
  /** What a rollout left on GitHub before. */
  readTraces(rollout: string): Promise<RolloutTraces>;
  /** The sealed evidence of a rollout in order, each line as a file of evidence has it. */
  readEvidence(rollout: string): Promise<readonly string[]>;
  /** How often the comments of a pull request were edited in the last minute, how long ago the oldest of these was, and whether a run of it is still going on. */
  readEdits(
    repositoryId: number,
    number: number,
  ): Promise<{ readonly edits: number; readonly oldestSecondsAgo: number; readonly running: boolean }>;
}
