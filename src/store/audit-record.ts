import type { RefusalCode } from '../command/reasons.ts';
import type { Actor } from '../intent.ts';

/** By what somebody caused something. */
export type AuditSource =
  | { readonly kind: 'comment'; readonly commentId: number }
  | { readonly kind: 'button'; readonly checkId: number }
  /** "Re-run" of a check, or of all of them when `check` is null. */
  | { readonly kind: 'rerun'; readonly check: string | null }
  /** What somebody did to a pull request: opened it, pushed to it, merged it … */
  | { readonly kind: 'pull-request'; readonly event: string }
  | { readonly kind: 'push'; readonly branch: string }
  | { readonly kind: 'installation' }
  /** Something that watches production, by the receiver that the operator gave it. */
  | { readonly kind: 'alert'; readonly receiver: string }
  /** Siskin's own follow-up: a timer, the end of a run, the end of a freeze. */
  | { readonly kind: 'siskin'; readonly intent: string }
  /** The command line of whoever operates Siskin. */
  | { readonly kind: 'terminal' };

/** One thing that somebody caused, or was refused. */
export interface AuditEntry {
  readonly who: Actor;
  readonly source: AuditSource;
  readonly pullRequest: number | null;
  /** The verb of a command, else what happened. */
  readonly verb: string;
  /** The line as it was typed, printable; null where nothing was typed. */
  readonly line: string | null;
  readonly dryRun: boolean;
  /** The commit that it was about. */
  readonly head: string | null;
  /** What gave them the right, e.g. `role maintain`; null where none was needed or none was found. */
  readonly permission: string | null;
  readonly outcome: 'started' | 'done' | 'refused';
  /** Why it was refused. */
  readonly code: RefusalCode | null;
  /** The claims of the runs that it started, and of those that it ended. */
  readonly started: readonly string[];
  readonly ended: readonly string[];
}
