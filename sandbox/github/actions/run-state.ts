import type { JobConclusion, StepReport } from '../actions-backend.ts';
import type { Account, JsonObject, Permissions, Repository } from '../state.ts';

/** A workflow file of the default branch, or one that was there when a run of it began. */
export interface Workflow {
  readonly id: number;
  readonly path: string;
  name: string;
  state: 'active' | 'disabled_manually' | 'deleted';
  readonly createdAt: Date;
  updatedAt: Date;
  /** The number of its newest run; 0 before the first. */
  lastNumber: number;
}

export type RunEvent = 'workflow_dispatch' | 'push' | 'pull_request';
export type RunConclusion = JobConclusion | 'startup_failure';

export interface JobStep extends StepReport {
  readonly startedAt: Date | null;
  readonly completedAt: Date | null;
}

export interface JobAnnotation {
  readonly level: 'notice' | 'warning' | 'failure';
  readonly message: string;
  readonly title: string | null;
  readonly path: string | null;
  readonly line: number | null;
}

export interface WorkflowJob {
  readonly id: number;
  readonly run: WorkflowRun;
  readonly attempt: number;
  readonly name: string;
  readonly labels: readonly string[];
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: JobConclusion | null;
  readonly createdAt: Date;
  startedAt: Date | null;
  completedAt: Date | null;
  runnerName: string | null;
  steps: readonly JobStep[];
  readonly log: string[];
  readonly annotations: JobAnnotation[];
  /** Markdown. */
  summary: string;
  /** What the job was started with; null while it is queued. */
  start: JobStart | null;
  /** How artifact clients name the job. */
  readonly backendId: string;
}

export interface JobStart {
  readonly jobKey: string;
  readonly environment: string | null;
  readonly runnerEnvironment: 'github-hosted' | 'self-hosted';
  readonly permissions: Permissions;
}

export interface RunAttempt {
  readonly number: number;
  readonly triggeringActor: Account;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: RunConclusion | null;
  readonly startedAt: Date;
  updatedAt: Date;
  readonly jobs: WorkflowJob[];
  readonly cancellation: AbortController;
  readonly onlyJobs: readonly string[] | null;
  /** How artifact clients name the run; artifacts' names are unique below it. */
  readonly backendId: string;
}

export interface WorkflowRun {
  readonly id: number;
  readonly checkSuiteId: number;
  readonly repository: Repository;
  readonly workflow: Workflow;
  readonly number: number;
  readonly event: RunEvent;
  readonly eventPayload: JsonObject;
  /** `refs/heads/main`, or `refs/pull/7/merge`. */
  readonly ref: string;
  readonly headBranch: string;
  /** The commit that the jobs work on. */
  readonly sha: string;
  /** The commit that people see: a pull request's head, else the same. */
  readonly headSha: string;
  readonly headRepository: Repository;
  readonly pullNumber: number | null;
  readonly baseRef: string | null;
  readonly workflowText: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly actor: Account;
  /** The run's own name, once the workflow file gave it one. */
  name: string | null;
  /** Shown as title when the run has no name. */
  readonly title: string;
  readonly createdAt: Date;
  readonly attempts: RunAttempt[];
}

export interface Artifact {
  readonly id: number;
  readonly run: WorkflowRun;
  readonly attempt: RunAttempt;
  readonly job: WorkflowJob;
  readonly name: string;
  readonly contentType: string;
  /** The file that holds its bytes. */
  readonly file: string;
  size: number;
  /** `sha256:…`, once it is finalized; before that nobody sees it. */
  digest: string | null;
  readonly createdAt: Date;
  updatedAt: Date;
  readonly expiresAt: Date;
}

/** The Actions side of one repository. */
export interface RepositoryActions {
  /** By path. */
  readonly workflows: Map<string, Workflow>;
  /** By id, oldest first. */
  readonly runs: Map<number, WorkflowRun>;
  readonly artifacts: Map<number, Artifact>;
  readonly variables: Map<string, string>;
  readonly secrets: Map<string, string>;
}

/** The attempt that counts. */
export function latestAttempt(run: WorkflowRun): RunAttempt {
  const last = run.attempts.at(-1);
  if (last === undefined) {
    throw new Error(`run ${run.id} has no attempt`);
  }
  return last;
}
