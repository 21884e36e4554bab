/** A workflow run as the runner receives it. The workflow file is the one at `sha` of the repository's default branch. */
export interface RequestedRun {
  readonly id: number;
  readonly attempt: number;
  readonly repository: {
    readonly id: number;
    readonly owner: string;
    readonly name: string;
    readonly private: boolean;
    readonly defaultBranch: string;
  };
  /** `.github/workflows/siskin.yml` */
  readonly workflowPath: string;
  /** `refs/heads/main` */
  readonly ref: string;
  readonly sha: string;
  readonly event: 'workflow_dispatch' | 'push' | 'pull_request';
  readonly inputs: Readonly<Record<string, string>>;
  readonly actor: string;
  /** Only these jobs, when failed jobs are run again; null for all. */
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
  /** Calls `take` once for each requested run, also for those requested before. Returns a function that stops it. */
  onRun(take: (run: RequestedRun) => void): () => void;
  /** Aborted when somebody cancels the run. */
  cancellation(runId: number): AbortSignal;
  setRunName(runId: number, name: string): void;
  queueJob(runId: number, job: { readonly name: string; readonly labels: readonly string[] }): number;
  startJob(
    jobId: number,
    job: {
      readonly runnerName: string;
      readonly permissions: Readonly<Record<string, 'read' | 'write' | 'none'>>;
      readonly jobKey: string;
    },
  ): JobGrant;
  reportSteps(jobId: number, steps: readonly StepReport[]): void;
  appendLog(jobId: number, text: string): void;
  addAnnotation(
    jobId: number,
    annotation: {
      readonly level: 'notice' | 'warning' | 'failure';
      readonly message: string;
      readonly path: string | null;
      readonly line: number | null;
    },
  ): void;
  completeJob(jobId: number, conclusion: JobConclusion): void;
  completeRun(runId: number, conclusion: Exclude<JobConclusion, 'skipped'>): void;
}
