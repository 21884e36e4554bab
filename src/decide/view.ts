import type { Cause, PointerChange } from '../change/model-change.ts';
import type { RefusalCode, WorkRefusalCode } from '../command/reasons.ts';
import type { Problem } from '../error.ts';
import type { Result } from '../result.ts';
import type { RunFailure, Stage } from '../store/run-record.ts';
import type { Overrun } from './budget.ts';
import type { Freeze } from './freeze.ts';
import type { Judgement } from './judgement.ts';
import type { RunCost } from './run-cost.ts';
import type { Spared } from './spared.ts';

/** Where one model of a pull request stands. */
export type ModelState =
  | { readonly kind: 'nothing'; readonly reason: string }
  | {
      readonly kind: 'queued';
      readonly since: string;
      /** Set once no runner has taken it for long. */
      readonly waits?: NonNullable<Stage['waits']>;
      /** Set while a run that lost its machine waits to be run again: which attempt that will be, when, and why. */
      readonly again?: { readonly attempt: number; readonly at: string; readonly message: string };
    }
  | { readonly kind: 'running'; readonly since: string; readonly stages: readonly Stage[] }
  | {
      readonly kind: 'judged';
      readonly judgement: Judgement;
      readonly result: Result;
      /** Set when a push made this candidate the first champion: it is good enough, and there was nothing to compare it with. */
      readonly isFirstChampion: boolean;
      readonly reusedFrom: string | null;
      readonly waitedSeconds: number | null;
      readonly ranSeconds: number | null;
    }
  | { readonly kind: 'failed'; readonly failure: RunFailure }
  | {
      readonly kind: 'cancelled';
      readonly by: string;
      /** What was spent until then, and what of that which was set aside is not needed. */
      readonly spared?: Spared;
    }
  | { readonly kind: 'superseded'; readonly by: string }
  /** A run is called for, and is requested when the freeze has ended. */
  | { readonly kind: 'frozen'; readonly freeze: Freeze }
  /** Nothing was started, because it would take more than is left of a budget. */
  | { readonly kind: 'over-budget'; readonly overrun: Overrun; readonly ask: 'train' | 'evaluate' | 'drift' }
  | {
      readonly kind: 'refused';
      /** Absent in what an earlier version stored. */
      readonly code?: RefusalCode | WorkRefusalCode;
      readonly reason: string;
      readonly fix: string;
    };

/** What is shown of one model. */
export interface ModelView {
  readonly model: string;
  readonly causes: readonly Cause[];
  readonly files: readonly string[];
  readonly pointers: readonly PointerChange[];
  readonly runUrl: string | null;
  readonly state: ModelState;
  /** The seed that somebody asked to train with in place of the policy's; absent where nobody did. */
  readonly seed?: number;
  /** What its run takes; absent where nothing ran for it. */
  readonly cost?: RunCost;
}

/** A sentence of prose about a lock or a freeze of one model's environment; about all runs when `model` is null. */
export interface HeldSentence {
  readonly model: string | null;
  readonly sentence: string;
}

/** All that the comment and the checks of one pull request (or of one push, when `number` is null) show. */
export interface PullView {
  readonly repository: { readonly owner: string; readonly name: string };
  readonly number: number | null;
  readonly head: string;
  readonly base: { readonly ref: string; readonly sha: string };
  readonly models: readonly ModelView[];
  /** The base branch's policy; `invalid` when it cannot be used. */
  readonly policy:
    | { readonly kind: 'valid' }
    | { readonly kind: 'absent' }
    | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };
  /** Set when this pull request edits the policy: what is wrong with it, and what it would change, one sentence each. */
  readonly proposedPolicy: { readonly problems: readonly Problem[]; readonly changes: readonly string[] } | null;
  /** Sentences for people that belong to no model, e.g. that an edited holdout counts only after the merge. */
  readonly notes: readonly string[];
  /** What this pull request holds or waits for, and what is frozen for it; absent when there is nothing. */
  readonly held?: readonly HeldSentence[];
  /** Earlier commits of this pull request, newest first: SHA, the word of its outcome, its run. */
  readonly history: readonly { readonly head: string; readonly outcome: string; readonly runUrl: string | null }[];
  /** The commands that make sense now, ready to be typed. */
  readonly next: readonly string[];
  /** ISO 8601, UTC. */
  readonly updatedAt: string;
}
