import type { Button } from './command/button.ts';
import type { Freeze, FreezeScope } from './decide/freeze.ts';
import type { LockRecord } from './decide/lock.ts';
import type { Intent } from './intent.ts';
import type { BudgetLimit } from './policy/budget-limit.ts';
import type { ReleaseEffect } from './registry/release-effect.ts';
import type { ErrandAnswer } from './rollout/errands/errand.ts';
import type { ErrandResult } from './rollout/errands/errand-plan.ts';
import type { OpenJob } from './rollout/errands/next-job.ts';
import type { RevertState, RolloutEffect } from './rollout/rollout-effect.ts';
import type { RolloutOrder, RolloutRecord } from './rollout/rollout-record.ts';
import type { RunPlan } from './run-plan.ts';
import type { Approval } from './store/approval-record.ts';
import type { AuditEntry } from './store/audit-record.ts';
import type { LedgerEntry } from './store/ledger-record.ts';
import type { Champion, RunRecord, ViewRecord } from './store/run-record.ts';

/** A line of a check that points at a file. Lines count from 1. */
export interface Annotation {
  readonly path: string;
  readonly line: number;
  readonly level: 'notice' | 'warning' | 'failure';
  readonly title: string;
  readonly message: string;
}

/** A check run's whole content. A conclusion is set exactly when it is completed. */
export interface CheckContent {
  readonly name: string;
  readonly status: 'queued' | 'in_progress' | 'completed';
  readonly conclusion: 'success' | 'failure' | 'neutral' | 'cancelled' | 'action_required' | 'skipped' | null;
  readonly title: string;
  readonly summary: string;
  readonly text: string;
  readonly detailsUrl: string | null;
  readonly annotations: readonly Annotation[];
  /** At most three; absent in what an earlier version queued. */
  readonly buttons?: readonly Button[];
}

/**
 * One thing to be done in the world. Each is idempotent by its own identity (claim, check name and head, pull request,
 * branch, comment and reaction), so that doing it again after a crash changes nothing.
 */
export type Effect =
  | RolloutEffect
  | ReleaseEffect
  | { readonly kind: 'dispatch-run'; readonly workflow: string; readonly ref: string; readonly plan: RunPlan }
  | { readonly kind: 'cancel-run'; readonly claim: string; readonly runId: number | null; readonly reason: string }
  /** Ends a run that was cancelled and does not end. */
  | { readonly kind: 'force-cancel-run'; readonly claim: string; readonly runId: number }
  /** Runs what did not succeed again; `attempt` is the number that this gets. */
  | { readonly kind: 'rerun-failed-jobs'; readonly claim: string; readonly runId: number; readonly attempt: number }
  | {
      readonly kind: 'publish-check';
      readonly head: string;
      readonly number: number | null;
      readonly check: CheckContent;
      /** ISO 8601: when somebody asked for it again. GitHub then waits for an answer, also when nothing changed. */
      readonly asked?: string;
    }
  | { readonly kind: 'publish-comment'; readonly number: number; readonly body: string }
  | { readonly kind: 'react'; readonly commentId: number; readonly content: 'eyes' | 'rocket' | '+1' | '-1' }
  | { readonly kind: 'reply'; readonly number: number; readonly body: string; readonly key: string }
  | {
      readonly kind: 'open-pull-request';
      readonly branch: string;
      readonly base: string;
      readonly title: string;
      readonly body: string;
      readonly files: Readonly<Record<string, string>>;
    };

/** A change of what SQL holds, made in the same transaction that records the plan. */
export type StateChange =
  | { readonly kind: 'save-run'; readonly run: RunRecord }
  /** The head for which we plan, and the instant at which GitHub said that it was so. */
  | { readonly kind: 'save-head'; readonly number: number; readonly head: string; readonly at: string }
  | { readonly kind: 'save-approval'; readonly approval: Approval }
  | { readonly kind: 'save-champion'; readonly champion: Champion }
  /** Sets aside what a run is to take. A limit that does not hold any more is a `conflict`: all is decided anew. */
  | { readonly kind: 'reserve'; readonly entries: readonly LedgerEntry[]; readonly limits: readonly BudgetLimit[] }
  /** What jobs of a run took. */
  | { readonly kind: 'settle'; readonly entries: readonly LedgerEntry[] }
  /** Kept by repository, number (null for a push) and head. */
  | { readonly kind: 'save-view'; readonly record: ViewRecord }
  /** Throws `conflict` when the lock was written since it was read: then all is decided again. */
  | { readonly kind: 'save-lock'; readonly lock: LockRecord }
  | { readonly kind: 'save-freeze'; readonly freeze: Freeze }
  /** Ends every freeze of the target in the scope. */
  | { readonly kind: 'end-freezes'; readonly scope: FreezeScope; readonly target: string }
  /** Writes down who caused this plan, or was refused, beside what it does. */
  | { readonly kind: 'audit'; readonly entry: AuditEntry }
  /** Keeps what became of a rollout's revert pull request that was left to others. */
  | { readonly kind: 'save-revert'; readonly rollout: string; readonly state: RevertState }
  /** Begins a rollout; of several with one id only the first does anything. */
  | { readonly kind: 'request-rollout'; readonly rollout: RolloutRecord }
  /** Writes down what somebody asks of a rollout. Throws `conflict` when anything happened in it since it was read. */
  | {
      readonly kind: 'order-rollout';
      readonly rollout: string;
      readonly sequence: number;
      readonly order: RolloutOrder;
      readonly by: string;
    }
  /** Opens a job that does errands. Throws `conflict` when another one of the environment is open, or has one of them. */
  | {
      readonly kind: 'begin-errands';
      readonly environment: string;
      readonly job: OpenJob;
      /** Their ids. */
      readonly errands: readonly string[];
    }
  /** Ends a job: errands without an answer get `otherwise`, or are queued again where that is null. One that was ended before changes nothing. */
  | {
      readonly kind: 'end-errands';
      readonly claim: string;
      readonly answers: ErrandResult['answers'];
      readonly otherwise: ErrandAnswer | null;
    }
  /** Queues another intent, in the same transaction; its turn comes at once, or after so many seconds. */
  | { readonly kind: 'ask'; readonly intent: Intent; readonly afterSeconds?: number };

/** What `decide` makes of an intent and the facts: state to write, then effects in order, the decisive ones first. */
export interface Plan {
  readonly changes: readonly StateChange[];
  readonly effects: readonly Effect[];
}
