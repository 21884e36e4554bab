/** A workflow run as the runner receives it; GitHub has read the workflow file at `sha` already. */
export interface RequestedRun {
  readonly id: number;
  readonly attempt: number;
  /** Counts the runs of one workflow from 1; the same for every attempt. */
  readonly number: number;
  readonly repository: {
    readonly id: number;
    readonly owner: string;
    readonly ownerId: number;
    readonly name: string;
    readonly private: boolean;
    readonly defaultBranch: string;
  };
  /** `.github/workflows/siskin.yml` */
  readonly workflowPath: string;
  /** The file's text at `sha`. */
  readonly workflowText: string;
  /** `refs/heads/main` */
  readonly ref: string;
  readonly sha: string;
  readonly event: 'workflow_dispatch' | 'push' | 'pull_request';
  /** The webhook payload that caused the run: what jobs find in `github.event`. */
  readonly eventPayload: Readonly<Record<string, unknown>>;
  /** Branches of a pull request; null for other events. */
  readonly pullRequest: { readonly headRef: string; readonly baseRef: string } | null;
  readonly inputs: Readonly<Record<string, string>>;
  readonly actor: string;
  readonly actorId: number;
  /** Configuration variables (context `vars`) and secrets of the repository. */
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** Names of the jobs to run again, with all that depend on them; null for all. */
  readonly onlyJobs: readonly string[] | null;
}

export type JobConclusion = 'success' | 'failure' | 'cancelled' | 'skipped' | 'timed_out';

export interface StepReport {
  readonly number: number;
  readonly name: string;
  readonly status: 'queued' | 'in_progress' | 'completed';
  readonly conclusion: JobConclusion | null;
}

/** What a runner may use for one job: the values of the ACTIONS_* and GITHUB_* variables. */
export interface JobGrant {
  /** GITHUB_TOKEN, limited to the job's `permissions`. */
  readonly githubToken: string;
  readonly runtimeToken: string;
  readonly resultsUrl: string;
  /** Both null unless the job has `id-token: write`. */
  readonly idTokenRequestUrl: string | null;
  readonly idTokenRequestToken: string | null;
}

/**
 * The side of the sandbox's GitHub that a runner talks to, inside the process. GitHub keeps the state (runs, jobs,
 * steps, logs, artifacts), answers it over REST and sends `workflow_run` and `workflow_job` webhooks as it changes.
 */
export interface ActionsBackend {
  readonly url: string;
  readonly apiUrl: string;
  /** Calls `take` once for each requested run or attempt, also for those requested before. Returns a function that stops it. */
  onRun(take: (run: RequestedRun) => void): () => void;
  /** Aborted when somebody cancels the run's present attempt. */
  cancellation(runId: number): AbortSignal;
  queueJob(runId: number, job: { readonly name: string; readonly labels: readonly string[] }): number;
  /** Waits until the reviewers of the environment have decided; true at once where it has none, false when the job is cancelled. */
  enterEnvironment(jobId: number, environment: string, signal: AbortSignal): Promise<boolean>;
  /** The job of this name is not run again: its result of the attempt before is this attempt's too. */
  keepJob(runId: number, name: string): void;
  startJob(
    jobId: number,
    job: {
      readonly runnerName: string;
      readonly permissions: Readonly<Record<string, 'read' | 'write' | 'none'>>;
      readonly jobKey: string;
      /** The environment that the job names, or null. */
      readonly environment: string | null;
      /** Whether the runner is one of GitHub's or somebody's own: a claim of the job's OIDC token. */
      readonly runnerEnvironment: 'github-hosted' | 'self-hosted';
    },
  ): JobGrant;
  reportSteps(jobId: number, steps: readonly StepReport[]): void;
  appendLog(jobId: number, text: string): void;
  addAnnotation(
    jobId: number,
    annotation: {
      readonly level: 'notice' | 'warning' | 'failure';
      readonly message: string;
      readonly title: string | null;
      readonly path: string | null;
      readonly line: number | null;
    },
  ): void;
  /** What the job's steps wrote to GITHUB_STEP_SUMMARY, as Markdown. */
  setStepSummary(jobId: number, markdown: string): void;
  completeJob(jobId: number, conclusion: JobConclusion): void;
  completeRun(runId: number, conclusion: JobConclusion | 'startup_failure'): void;
}
