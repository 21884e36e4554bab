import { setMaxListeners } from 'node:events';
import type { JobConclusion } from '../github/actions-backend.ts';
import type { ConcurrencyPlace } from './concurrency.ts';
import { enterGroup, type RunSession } from './execute-run.ts';
import {
  condition,
  evaluateTree,
  interpolate,
  isArray,
  isRecord,
  isTruthy,
  type Json,
  type JsonRecord,
  textOf,
} from './expression.ts';
import type { JobOutcome } from './job-order.ts';
import { matrixCombinations, matrixSuffix } from './matrix.ts';
import type { PermissionLevels } from './permissions.ts';
import type { Job } from './workflow.ts';

/** How a job ended, over all combinations of its matrix. */
export interface JobResult {
  readonly key: string;
  readonly result: 'success' | 'failure' | 'cancelled' | 'skipped';
  readonly outputs: Readonly<Record<string, string>>;
  /** False when all of it was kept from the attempt before. */
  readonly isNew: boolean;
}

/** What GITHUB_TOKEN may do when neither workflow nor job says: GitHub's restricted default. */
const defaultPermissions: PermissionLevels = { contents: 'read', packages: 'read' };

/** Does one job of a run, when all `ancestors` have ended: its condition, its matrix, and each combination on a machine. */
export async function runJob(session: RunSession, job: Job, ancestors: readonly JobResult[]): Promise<JobResult> {
  const needs = Object.fromEntries(
    ancestors
      .filter((ancestor) => job.needs.includes(ancestor.key))
      .map(({ key, result, outputs }) => [key, { result, outputs }]),
  );
  const contexts = { ...session.contexts, needs };
  const isForced = ancestors.some((ancestor) => ancestor.isNew);
  try {
    const cancelled = session.signal.aborted;
    const status = {
      succeeded: !cancelled && ancestors.every((ancestor) => ancestor.result === 'success'),
      failed: ancestors.some((ancestor) => ancestor.result === 'failure'),
      cancelled,
    };
    if (!condition(job.if, { contexts, status })) {
      return end(session, job, { conclusion: cancelled ? 'cancelled' : 'skipped' });
    }
    const combinations = combinationsOf(job, contexts);
    return await runCombinations(session, job, { combinations, contexts, isForced });
  } catch (error) {
    return end(session, job, {
      conclusion: 'failure',
      message: error instanceof Error ? error.message : String(error),
    });
  }
}

interface Combinations {
  readonly values: readonly JsonRecord[] | null;
  readonly failFast: boolean;
  readonly maxParallel: number;
}

function combinationsOf(job: Job, contexts: JsonRecord): Combinations {
  const strategy = evaluateTree(job.strategy, { contexts });
  if (!isRecord(strategy)) {
    return { values: null, failFast: true, maxParallel: 1 };
  }
  const values = strategy['matrix'] === undefined ? null : matrixCombinations(strategy['matrix']);
  if (values !== null && values.length === 0) {
    throw new Error('Matrix must define at least one vector');
  }
  return {
    values,
    failFast: isTruthy(strategy['fail-fast'] ?? true),
    maxParallel: Math.max(1, Number(strategy['max-parallel'] ?? values?.length ?? 1)),
  };
}

async function runCombinations(
  session: RunSession,
  job: Job,
  options: { readonly combinations: Combinations; readonly contexts: JsonRecord; readonly isForced: boolean },
): Promise<JobResult> {
  const { combinations, contexts, isForced } = options;
  const values = combinations.values ?? [{}];
  const failFast = new AbortController();
  // A job that starts although the run was cancelled, as with `always()`, is not cancelled by that again.
  const signal = session.signal.aborted ? failFast.signal : AbortSignal.any([session.signal, failFast.signal]);
  // Each combination listens; a matrix of many is no leak.
  setMaxListeners(0, signal);
  const outputs: Record<string, string> = {};
  const forgiven: JobConclusion[] = [];
  let isNew = false;
  const queue = values.map((matrix, index) => async () => {
    const scoped = {
      ...contexts,
      matrix: combinations.values === null ? null : matrix,
      strategy: {
        'fail-fast': combinations.failFast,
        'job-index': index,
        'job-total': values.length,
        'max-parallel': combinations.maxParallel,
      },
    };
    const name = nameOf(job, scoped);
    const known = isForced || session.run.onlyJobs?.includes(name) ? undefined : session.remembered.get(name);
    isNew ||= known === undefined;
    const outcome = known ?? (await runOne(session, job, { name, contexts: scoped, signal }));
    if (known !== undefined) {
      session.backend.keepJob(session.run.id, name);
    }
    session.outcomes.set(name, outcome);
    Object.assign(outputs, Object.fromEntries(Object.entries(outcome.outputs).filter(([, value]) => value !== '')));
    const continues = outcome.conclusion === 'failure' && continuesOnError(job, scoped);
    forgiven.push(continues ? 'success' : outcome.conclusion);
    if (outcome.conclusion === 'failure' && !continues && combinations.failFast) {
      failFast.abort();
    }
  });
  const workers = Array.from({ length: Math.min(combinations.maxParallel, queue.length) }, async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      await next();
    }
  });
  await Promise.all(workers);
  const result = forgiven.includes('failure') ? 'failure' : forgiven.includes('cancelled') ? 'cancelled' : 'success';
  return { key: job.key, result, outputs, isNew };
}

async function runOne(
  session: RunSession,
  job: Job,
  options: { readonly name: string; readonly contexts: JsonRecord; readonly signal: AbortSignal },
): Promise<JobOutcome> {
  const { backend, run, workflow } = session;
  const { name, contexts, signal } = options;
  let labels: readonly string[] = [];
  let place: ConcurrencyPlace | null = null;
  let jobId: number | null = null;
  try {
    labels = labelsOf(evaluateTree(job.runsOn, { contexts }));
    const environment = environmentOf(evaluateTree(job.environment, { contexts }));
    const timeoutMinutes = Number(evaluateTree(job.timeoutMinutes, { contexts }));
    jobId = backend.queueJob(run.id, { name, labels });
    if (environment !== null && !(await backend.enterEnvironment(jobId, environment, signal))) {
      backend.completeJob(jobId, 'failure');
      return { conclusion: 'failure', outputs: {} };
    }
    if (job.concurrency !== null) {
      place = await enterGroup(session, run, { concurrency: job.concurrency, contexts, signal });
      if (place === null) {
        backend.completeJob(jobId, 'cancelled');
        return { conclusion: 'cancelled', outputs: {} };
      }
    }
    const outcome = await session.place({
      run,
      workflow,
      job,
      jobId,
      name,
      labels,
      permissions: job.permissions ?? workflow.permissions ?? defaultPermissions,
      environment,
      contexts: { ...contexts, secrets: { ...run.secrets } },
      timeoutMinutes,
      signal: place === null ? signal : AbortSignal.any([signal, place.signal]),
    });
    backend.completeJob(jobId, outcome.conclusion);
    return outcome;
  } catch (error) {
    const id = jobId ?? backend.queueJob(run.id, { name, labels });
    const message = error instanceof Error ? error.message : String(error);
    backend.addAnnotation(id, { level: 'failure', message, title: null, path: run.workflowPath, line: null });
    backend.completeJob(id, 'failure');
    return { conclusion: 'failure', outputs: {} };
  } finally {
    place?.leave();
  }
}

function end(
  session: RunSession,
  job: Job,
  how: { readonly conclusion: 'skipped' | 'cancelled' | 'failure'; readonly message?: string },
): JobResult {
  const { backend, run } = session;
  const name = job.name ?? job.key;
  const id = backend.queueJob(run.id, { name, labels: [] });
  if (how.message !== undefined) {
    backend.addAnnotation(id, {
      level: 'failure',
      message: how.message,
      title: null,
      path: run.workflowPath,
      line: null,
    });
  }
  backend.completeJob(id, how.conclusion);
  return { key: job.key, result: how.conclusion, outputs: {}, isNew: true };
}

function nameOf(job: Job, contexts: JsonRecord): string {
  const matrix = contexts['matrix'];
  const suffix = isRecord(matrix) ? matrixSuffix(matrix) : '';
  // A name that uses the matrix says itself which combination it is.
  return job.name === null
    ? job.key + suffix
    : interpolate(job.name, { contexts }) + (/\$\{\{/.test(job.name) ? '' : suffix);
}

function labelsOf(runsOn: Json): readonly string[] {
  const value = isRecord(runsOn) ? (runsOn['labels'] ?? []) : runsOn;
  const labels = (isArray(value) ? value : [value]).map(textOf);
  if (labels.length === 0 || labels.includes('')) {
    throw new Error(`expected \`runs-on\` to name labels of a runner, found ${JSON.stringify(runsOn)}`);
  }
  return labels;
}

function environmentOf(environment: Json): string | null {
  const name = textOf((isRecord(environment) ? environment['name'] : environment) ?? '');
  return name === '' ? null : name;
}

function continuesOnError(job: Job, contexts: JsonRecord): boolean {
  return isTruthy(evaluateTree(job.continueOnError, { contexts }));
}
