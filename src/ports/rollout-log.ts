import type { Freeze } from '../decide/freeze.ts';
import type { LockRecord } from '../decide/lock.ts';
import type { Repository } from '../intent.ts';
import type { ErrandWish, KnownErrand } from '../rollout/errands/errand.ts';
import type { RolloutRecord } from '../rollout/rollout-record.ts';
import type { Decided } from '../rollout/states/event.ts';
import type { Progress } from '../rollout/states/progress.ts';
import type { ServedModel } from './serving.ts';

/** What else is going on at the service of a rollout, and what is known of it. */
export interface Surroundings {
  readonly repository: Repository;
  readonly locks: readonly LockRecord[];
  readonly freezes: readonly Freeze[];
  /** The oldest open rollout that was requested before this one. */
  readonly earlier: Pick<RolloutRecord, 'id' | 'release'> | null;
  /** The newest that was requested after it. */
  readonly newer: Pick<RolloutRecord, 'id' | 'release' | 'atOnce'> | null;
  /** What the newest rollout that came to an end left serving; undefined when none ever did. */
  readonly served: ServedModel | null | undefined;
  /** Why an earlier rollout of the same digest went back: it did harm. */
  readonly rejected: string | null;
}

/** The right to write to a service. Its fence is higher than that of every one before. */
export interface Lease {
  /** One life of one process. */
  readonly holder: string;
  readonly fence: number;
}

/** A rollout whose time has come. */
export interface DueRollout {
  readonly id: string;
  /** The number of its newest event. */
  readonly sequence: number;
  /** ISO 8601. */
  readonly wakeAt: string;
}

/** A line of evidence to be kept. */
export interface EvidenceToKeep {
  readonly interval: number;
  readonly line: string;
  /** False while a late answer may still complete it. */
  readonly sealed: boolean;
}

/** What the engine keeps and reads. Time is the store's own clock. */
export interface RolloutLog {
  /** Open rollouts whose time has come and whose service nobody else has a lease on, those that wait longest first. */
  listDue(options: { readonly holder: string; readonly most: number }): Promise<readonly DueRollout[]>;
  read(id: string): Promise<Progress | null>;
  /** Null when the repository or the rollout is not known. */
  readSurroundings(progress: Progress): Promise<Surroundings | null>;
  readEvidence(id: string): Promise<readonly string[]>;
  readUnsealed(id: string, interval: number): Promise<string | null>;
  /**
   * Adds the next event and the evidence that belongs to it, in one transaction. AppError `conflict` when there is a newer
   * event than was read, `fenced` when the lease is somebody else's by now.
   */
  append(
    before: Progress,
    decided: Decided,
    options: { readonly lease: Lease; readonly evidence?: readonly EvidenceToKeep[] },
  ): Promise<Progress>;
  /** Keeps evidence that is not sealed yet. */
  keepUnsealed(id: string, evidence: Omit<EvidenceToKeep, 'sealed'>): Promise<void>;
  /** Nothing is to be done until then, unless an event is added; `sequence` is the newest number that is known. */
  sleep(id: string, options: { readonly sequence: number; readonly until: string }): Promise<void>;
  /** Takes the lease of a rollout's service, or keeps it; null while another process has it. `above`: the fence must be higher than this. */
  lease(
    progress: Progress,
    wish: { readonly holder: string; readonly seconds: number; readonly above?: number },
  ): Promise<Lease | null>;
  /** Lets all leases that a holder still has last so long from now. */
  renew(wish: { readonly holder: string; readonly seconds: number }): Promise<void>;
  /** Gives all leases of a holder back. */
  giveBack(holder: string): Promise<void>;
  /** What was asked of jobs on runners for a rollout, and what came of it. */
  readErrands(id: string): Promise<readonly KnownErrand[]>;
  /**
   * Asks for errands that are not under way already; the newest wish about traffic replaces every older one. AppError
   * `fenced` when the lease is somebody else's by now.
   */
  askErrands(
    progress: Progress,
    options: { readonly lease: Lease; readonly wishes: readonly ErrandWish[] },
  ): Promise<void>;
  /** How many rollouts there are in each state, those that are over left out. */
  countByState(): Promise<Readonly<Record<string, number>>>;
}
