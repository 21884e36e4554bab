import type { ActionsBackend, JobConclusion, RequestedRun } from '../github/actions-backend.ts';
import type { JsonRecord } from './expression.ts';
import type { PermissionLevels } from './permissions.ts';
import type { KillGrace } from './process.ts';
import type { Job, Workflow } from './workflow.ts';

/** One job that waits for a runner with its labels. */
export interface JobOrder {
  readonly run: RequestedRun;
  readonly workflow: Workflow;
  readonly job: Job;
  readonly jobId: number;
  /** With the values of its matrix: `train (fraud)`. */
  readonly name: string;
  readonly labels: readonly string[];
  readonly permissions: PermissionLevels;
  readonly environment: string | null;
  /** `needs`, `matrix`, `strategy`, `vars`, `secrets` and `inputs`, as the whole job sees them. */
  readonly contexts: JsonRecord;
  readonly timeoutMinutes: number;
  /** Aborted when the run is cancelled, or when a failed combination of the matrix takes this one with it. */
  readonly signal: AbortSignal;
}

export interface JobOutcome {
  readonly conclusion: JobConclusion;
  readonly outputs: Readonly<Record<string, string>>;
}

/** One machine that does one job at a time. */
export interface RunnerMachine {
  readonly backend: ActionsBackend;
  readonly name: string;
  readonly labels: readonly string[];
  /** Holds `_work`. */
  readonly folder: string;
  /** Folders of action repositories by lower-case `owner/repo`. */
  readonly actions: Readonly<Record<string, string>>;
  readonly toolCache: string;
  /** PATH of the steps. */
  readonly path: string;
  /** A `node_modules` that the machine's image has beside the workspaces, or null. */
  readonly preinstalledModules: string | null;
  readonly grace: KillGrace;
  /** Aborted when the machine is gone, and its processes with it. */
  readonly vanished: AbortSignal;
}
