import { posix } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Repository } from '../intent.ts';
import type { AppIdentity } from '../observe.ts';
import type { WorkflowJob, WorkflowRun } from '../ports.ts';
import { type Github, idOf, once, routeOf } from './connection.ts';
import { dispatchRefusal } from './dispatch-refusal.ts';
import { asking, askingFor, statusOf } from './failure.ts';
import { readTail } from './limited-body.ts';

/** A workflow run, or null when it is gone. */
export async function readRun(github: Github, repository: Repository, runId: number): Promise<WorkflowRun | null> {
  const answer = await askingFor(`read run ${runId}`, () =>
    github.request('GET /repos/{owner}/{repo}/actions/runs/{run_id}', { ...routeOf(repository), run_id: runId }),
  );
  return answer === null ? null : runOf(answer.data);
}

/**
 * The run that this App dispatched under a name: anybody who may write can start one with the same name, so only those
 * count that GitHub says are ours. Looks through at most 300 of them, newest first.
 */
export async function findRun(
  github: Github,
  repository: Repository,
  { app, workflow, branch, name }: { app: AppIdentity; workflow: string; branch: string; name: string },
): Promise<WorkflowRun | null> {
  const actor = `${app.slug}[bot]`;
  for (let page = 1; page <= mostPages; page++) {
    const answer = await askingFor(`list the runs of ${workflow}`, () =>
      github.request('GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs', {
        ...routeOf(repository),
        workflow_id: fileName(workflow),
        event: 'workflow_dispatch',
        actor,
        branch,
        per_page: perPage,
        page,
      }),
    );
    const runs = answer?.data.workflow_runs ?? [];
    const ours = runs.find(
      (run) =>
        run.display_title === name &&
        run.event === 'workflow_dispatch' &&
        run.head_branch === branch &&
        run.actor?.login === actor,
    );
    if (ours !== undefined) return runOf(ours);
    if (runs.length < perPage) return null;
  }
  return null;
}

const perPage = 100;
const mostPages = 3;

/** The jobs of a run's newest attempt, or of all of them. */
export async function listJobs(
  github: Github,
  repository: Repository,
  { runId, attempts }: { runId: number; attempts: 'latest' | 'all' },
): Promise<readonly WorkflowJob[]> {
  const jobs = await asking(`list the jobs of run ${runId}`, () =>
    github.paginate('GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs', {
      ...routeOf(repository),
      run_id: runId,
      filter: attempts,
      per_page: 100,
    }),
  );
  return jobs.map((job) => {
    // GitHub tells a start also of jobs that no machine took: the instant at which they were queued.
    const runnerName = job.runner_name === '' ? null : job.runner_name;
    return {
      id: idOf(job.id),
      name: job.name,
      attempt: job.run_attempt ?? 1,
      status: job.status,
      conclusion: job.conclusion,
      labels: job.labels,
      runnerName,
      createdAt: job.created_at,
      startedAt: runnerName === null ? null : job.started_at,
      completedAt: job.completed_at,
      hasFailedStep: (job.steps ?? []).some((step) => step.conclusion === 'failure'),
    };
  });
}

/** The last lines of a job's log, without timestamps and colours; none when GitHub keeps no log of it. */
export async function readLogTail(
  github: Github,
  repository: Repository,
  { jobId, lines }: { jobId: number; lines: number },
): Promise<readonly string[]> {
  // GitHub redirects to a storage that need not know suffix ranges, so the stream is read and its end kept:
  // https://docs.github.com/rest/actions/workflow-jobs#download-job-logs-for-a-workflow-run
  const what = `read the log of job ${jobId}`;
  const answer = await askingFor(what, () =>
    github.request('GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs', {
      ...routeOf(repository),
      job_id: jobId,
      request: { parseSuccessResponseBody: false },
    }),
  );
  if (answer === null) return [];
  const tail = await asking(what, () => readTail(answer.data, logTailBytes, logBytesLimit));
  const text = new TextDecoder().decode(tail).replace(/\n$/, '');
  if (text === '') return [];
  return text.split(/\r?\n/).slice(-lines).map(plainLine);
}

/**
 * Asks for a run and returns its id and page, or null from a server that answers 204 without them. An answer that never came (timeout, 5xx)
 * throws `unavailable`: the run may exist, and only its name tells.
 */
export async function dispatchWorkflow(
  github: Github,
  repository: Repository,
  { workflow, ref, inputs }: { workflow: string; ref: string; inputs: Readonly<Record<string, string>> },
): Promise<{ readonly runId: number; readonly url: string } | null> {
  const send = (details: Readonly<Record<string, unknown>>) =>
    github.request('POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches', {
      ...routeOf(repository),
      ...once,
      workflow_id: fileName(workflow),
      ref,
      inputs: { ...inputs },
      ...details,
    });
  const answer = await asking(`start the workflow ${workflow} on ${ref}`, async () => {
    try {
      // https://docs.github.com/rest/actions/workflows#create-a-workflow-dispatch-event: 200 with the run's id.
      return await send({ return_run_details: true });
    } catch (thrown) {
      // Older GitHub Enterprise Servers refuse the unknown key before doing anything.
      const status = statusOf(thrown);
      const unknownKey = (status === 400 || status === 422) && /return_run_details/.test(String(thrown));
      if (!unknownKey) throw dispatchRefusal(thrown, { workflow: fileName(workflow), ref }) ?? thrown;
      return await send({});
    }
  });
  const details: unknown = answer.data;
  if (typeof details !== 'object' || details === null) return null;
  const runId: unknown = Reflect.get(details, 'workflow_run_id');
  const url: unknown = Reflect.get(details, 'html_url');
  return typeof runId === 'number' && typeof url === 'string' ? { runId, url } : null;
}

/** Cancels a run; one that has ended or is gone needs no cancelling. */
export async function cancelRun(github: Github, repository: Repository, runId: number): Promise<void> {
  await askingFor(`cancel run ${runId}`, async () => {
    try {
      await github.request('POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel', {
        ...routeOf(repository),
        run_id: runId,
      });
    } catch (thrown) {
      // https://docs.github.com/rest/actions/workflow-runs#cancel-a-workflow-run: 409 when it cannot be cancelled any more.
      if (statusOf(thrown) !== 409) throw thrown;
    }
  });
}

/** Ends a run at once, also one whose jobs do not heed being cancelled; one that has ended or is gone needs no ending. */
export async function forceCancelRun(github: Github, repository: Repository, runId: number): Promise<void> {
  await askingFor(`force the end of run ${runId}`, async () => {
    try {
      await github.request('POST /repos/{owner}/{repo}/actions/runs/{run_id}/force-cancel', {
        ...routeOf(repository),
        run_id: runId,
      });
    } catch (thrown) {
      // https://docs.github.com/rest/actions/workflow-runs#force-cancel-a-workflow-run: 409 when it has ended.
      if (statusOf(thrown) !== 409) throw thrown;
    }
  });
}

/** Asks for the next attempt of a completed run: what did not succeed, and what depends on it. */
export async function rerunFailedJobs(github: Github, repository: Repository, runId: number): Promise<void> {
  await asking(`run the failed jobs of run ${runId} again`, () =>
    github.request('POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs', {
      ...routeOf(repository),
      ...once,
      run_id: runId,
    }),
  );
}

const logTailBytes = 256 * 1024;
const logBytesLimit = 200_000_000;

/** The API takes the file name where people write the path. */
function fileName(workflow: string): string {
  return posix.basename(workflow);
}

interface RunAnswer {
  readonly id: number | bigint;
  readonly name?: string | null | undefined;
  readonly display_title: string;
  readonly run_attempt?: number | undefined;
  readonly status: string | null;
  readonly conclusion: string | null;
  readonly created_at: string;
  readonly run_started_at?: string | undefined;
  readonly html_url: string;
}

function runOf(run: RunAnswer): WorkflowRun {
  return {
    id: idOf(run.id),
    attempt: run.run_attempt ?? 1,
    // The title is what the workflow's `run-name` made; `name` is the workflow's own.
    name: run.display_title,
    status: runStatus(run.status),
    conclusion: run.conclusion,
    startedAt: run.run_started_at ?? run.created_at,
    url: run.html_url,
  };
}

function runStatus(status: string | null): WorkflowRun['status'] {
  switch (status) {
    case 'completed':
    case 'in_progress':
    case 'waiting':
    case 'pending':
    case 'requested':
      return status;
    default:
      return 'queued';
  }
}

/** Each line starts with an instant; tools colour the rest with escape sequences. */
function plainLine(line: string): string {
  return stripVTControlCharacters(line.replace(/^\uFEFF?\d{4}-\d\d-\d\dT[\d:.]+Z ?/, '')).replace(/[^\t\P{Cc}]/gu, '');
}
