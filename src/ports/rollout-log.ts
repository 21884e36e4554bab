import type { Freeze } from '../decide/freeze.ts';
import type { LockRecord } from '../decide/lock.ts';
import type { Repository } from '../intent.ts';
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

/** A lease on the service of a rollout. Its fence is higher than that of every lease before. */
export interface Lease {
  readonly holder: string;
  readonly fence: number;
}

/** A rollout whose time has come. */
export interface DueRollout {
  readonly id: string;
  /** ISO 8601. */
  readonly wakeAt: string;
}

/** What the engine keeps and reads. Every write needs the lease and the newest number; AppError `conflict` or `fenced` otherwise. */
export interface RolloutLog {
  readonly listDue: (options: { readonly now: string; readonly most: number }) => Promise<readonly DueRollout[]>;
  /** When the engine must look at one again at the latest: after a clock went back nothing may sleep for longer. */
  readonly read: (id: string) => Promise<Progress | null>;
  readonly readSurroundings: (progress: Progress) => Promise<Surroundings>;
  readonly readEvidence: (id: string) => Promise<readonly string[]>;
  readonly readUnsealed: (id: string, interval: number) => Promise<string | null>;
  /** The next event, with the evidence that belongs to it, in one transaction. */
  readonly append: (
    before: Progress,
    decided: Decided,
    options: { readonly lease: Lease; readonly wakeAt: string; readonly evidence?: readonly EvidenceToKeep[] },
  ) => Promise<Progress>;
  /** Evidence that is not sealed yet. */
  readonly keepUnsealed: (id: string, evidence: EvidenceToKeep) => Promise<void>;
  readonly sleep: (id: string, wakeAt: string) => Promise<void>;
  /** Takes or renews the lease of a rollout's service; null while another process has it. */
  readonly lease: (
    progress: Progress,
    wish: { readonly holder: string; readonly above?: number },
  ) => Promise<Lease | null>;
  /** Gives leases back, of one holder or, at the start of the only process that there can be, of everybody. */
  readonly giveBack: (holder: string | null) => Promise<void>;
  readonly countByState: () => Promise<Readonly<Record<string, number>>>;
}

/** A line of evidence to be kept. */
export interface EvidenceToKeep {
  readonly interval: number;
  readonly line: string;
  readonly sealed: boolean;
}
