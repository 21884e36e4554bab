import { notFound } from '../refusal.ts';
import { type Answer, accountOf, type RepositoryCall, type Route, repositoryRoute } from '../routes.ts';
import { page } from '../server/paging.ts';
import type { Account } from '../state.ts';
import type { RunBackend } from './backend.ts';
import { cancelRun, type RunDesk, rerun } from './request-run.ts';
import { jobShape, runShape } from './run-shape.ts';
import { latestAttempt, type RunAttempt, type WorkflowJob, type WorkflowRun } from './run-state.ts';
import type { UrlSigner } from './signed-url.ts';
import { workflowOf } from './workflow-routes.ts';

const base = '/repos/{owner}/{repo}/actions';

/** Runs, their attempts, jobs and logs. */
export function runRoutes(options: {
  readonly desk: RunDesk;
  readonly backend: RunBackend;
  readonly signer: UrlSigner;
}): readonly Route[] {
  const { desk, backend, signer } = options;
  const { state } = desk;
  const { world } = state;
  const read = (path: string, handle: (call: RepositoryCall) => Answer | Promise<Answer>) =>
    repositoryRoute(`GET ${base}${path}`, { permissions: 'actions:read', handle });
  const write = (path: string, handle: (call: RepositoryCall) => Answer | Promise<Answer>) =>
    repositoryRoute(`POST ${base}${path}`, { permissions: 'actions:write', handle });
  const runOf = (call: RepositoryCall): WorkflowRun =>
    found(state.of(call.repository).runs.get(Number(call.params['run_id'])));
  const jobOf = (call: RepositoryCall): WorkflowJob => {
    const job = state.findJob(Number(call.params['job_id']));
    return found(job?.run.repository === call.repository ? job : undefined);
  };
  const listRuns = async (call: RepositoryCall, runs: readonly WorkflowRun[]): Promise<Answer> => {
    const fitting = runs.filter((run) => fits(run, call.query)).reverse();
    const { items, headers } = page(call, fitting);
    const workflow_runs = await Promise.all(items.map((run) => runShape(world, run)));
    return { status: 200, json: { total_count: fitting.length, workflow_runs }, headers };
  };
  const listJobs = (call: RepositoryCall, all: readonly WorkflowJob[]): Answer => {
    const { items, headers } = page(call, all);
    return {
      status: 200,
      json: { total_count: all.length, jobs: items.map((job) => jobShape(world, job)) },
      headers,
    };
  };
  const download = (path: string): Answer => ({
    status: 302,
    headers: { location: signer.sign(`${world.url}${path}`, 'read') },
  });
  return [
    read('/runs', (call) => listRuns(call, [...state.of(call.repository).runs.values()])),
    read('/workflows/{workflow_id}/runs', async (call) => {
      const workflow = await workflowOf(desk, call);
      return listRuns(
        call,
        [...state.of(call.repository).runs.values()].filter((run) => run.workflow === workflow),
      );
    }),
    read('/runs/{run_id}', async (call) => ({ status: 200, json: await runShape(world, runOf(call)) })),
    repositoryRoute(`DELETE ${base}/runs/{run_id}`, {
      permissions: 'actions:write',
      handle: (call) => {
        state.of(call.repository).runs.delete(runOf(call).id);
        return { status: 204 };
      },
    }),
    read('/runs/{run_id}/attempts/{attempt_number}', async (call) => {
      const run = runOf(call);
      return { status: 200, json: await runShape(world, run, attemptOf(call, run)) };
    }),
    read('/runs/{run_id}/attempts/{attempt_number}/jobs', (call) => listJobs(call, attemptOf(call, runOf(call)).jobs)),
    read('/runs/{run_id}/jobs', (call) => {
      const run = runOf(call);
      const attempts = call.query.get('filter') === 'all' ? run.attempts : [latestAttempt(run)];
      return listJobs(
        call,
        attempts.flatMap((attempt) => attempt.jobs),
      );
    }),
    read('/runs/{run_id}/logs', (call) => download(`/_logs/runs/${runOf(call).id}.zip`)),
    read('/runs/{run_id}/approvals', (call) => ({ status: 200, json: runOf(call) && [] })),
    read('/runs/{run_id}/pending_deployments', (call) => ({ status: 200, json: runOf(call) && [] })),
    write('/runs/{run_id}/cancel', (call) => {
      cancelRun(runOf(call));
      return { status: 202, json: {} };
    }),
    write('/runs/{run_id}/force-cancel', (call) => {
      const run = runOf(call);
      cancelRun(run);
      backend.forceEnd(run);
      return { status: 202, json: {} };
    }),
    write('/runs/{run_id}/rerun', (call) => {
      rerun(desk, runOf(call), { actor: actorOf(call), jobs: 'all' });
      return { status: 201, json: {} };
    }),
    write('/runs/{run_id}/rerun-failed-jobs', (call) => {
      rerun(desk, runOf(call), { actor: actorOf(call), jobs: 'failed' });
      return { status: 201, json: {} };
    }),
    read('/jobs/{job_id}', (call) => ({ status: 200, json: jobShape(world, jobOf(call)) })),
    read('/jobs/{job_id}/logs', (call) => {
      const job = jobOf(call);
      // GitHub has no log to give out before the job has ended.
      found(job.status === 'completed' ? job : undefined);
      return download(`/_logs/jobs/${job.id}.txt`);
    }),
    write('/jobs/{job_id}/rerun', (call) => {
      const job = jobOf(call);
      rerun(desk, job.run, { actor: actorOf(call), jobs: [job.name] });
      return { status: 201, json: {} };
    }),
  ];
}

function fits(run: WorkflowRun, query: URLSearchParams): boolean {
  const attempt = latestAttempt(run);
  const wanted = (name: string, ...values: readonly (string | null)[]) => {
    const filter = query.get(name);
    return filter === null || filter === '' || values.includes(filter);
  };
  return (
    wanted('event', run.event) &&
    wanted('branch', run.headBranch) &&
    wanted('head_sha', run.headSha) &&
    wanted('actor', run.actor.login) &&
    wanted('status', attempt.status, attempt.conclusion) &&
    wanted('check_suite_id', String(run.checkSuiteId)) &&
    isCreatedWithin(run.createdAt, query.get('created'))
  );
}

// The date syntax of GitHub's search: `>=2026-01-01`, `2026-01-01..2026-02-01`, or one day.
function isCreatedWithin(created: Date, filter: string | null): boolean {
  if (filter === null || filter === '') {
    return true;
  }
  const [from, to] = filter.split('..');
  const within = (start: string, end: string) =>
    (start === '*' || created >= new Date(start)) && (end === '*' || created <= endOf(end));
  if (from !== undefined && to !== undefined) {
    return within(from, to);
  }
  const [, operator = '', date = ''] = /^(>=|<=|>|<)?(.+)$/.exec(filter) ?? [];
  switch (operator) {
    case '>=':
      return created >= new Date(date);
    case '>':
      return created > endOf(date);
    case '<=':
      return created <= endOf(date);
    case '<':
      return created < new Date(date);
    default:
      return within(date, date);
  }
}

function endOf(date: string): Date {
  return new Date(/^\d{4}-\d\d-\d\d$/.test(date) ? `${date}T23:59:59.999Z` : date);
}

function attemptOf(call: RepositoryCall, run: WorkflowRun): RunAttempt {
  return found(run.attempts[Number(call.params['attempt_number']) - 1]);
}

function actorOf(call: RepositoryCall): Account {
  return found(accountOf(call.identity) ?? undefined);
}

function found<T>(value: T | undefined): T {
  if (value === undefined) {
    throw notFound();
  }
  return value;
}
