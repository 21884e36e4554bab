import { randomUUID } from 'node:crypto';
import { runNameOf } from '../../runner/run-contexts.ts';
import type { ActionsBackend, RequestedRun } from '../actions-backend.ts';
import { ensureEnvironment } from '../domain/deployments.ts';
import type { Permissions } from '../state.ts';
import type { ActionsState } from './actions-state.ts';
import type { Announcer } from './announce.ts';
import { createJobChecks } from './job-checks.ts';
import type { JobGrants } from './job-grants.ts';
import { latestAttempt, type RunAttempt, type RunConclusion, type WorkflowJob, type WorkflowRun } from './run-state.ts';

/** The backend that runners see, and what GitHub itself does with runs that they work on. */
export interface RunBackend extends ActionsBackend {
  /** The name that the workflow file gives to this run, or null. */
  nameOf(run: WorkflowRun, attempt: RunAttempt): string | null;
  /** Offers an attempt to whoever runs it. */
  offer(run: WorkflowRun, attempt: RunAttempt): void;
  /** Ends an attempt that does not end by itself, with all its jobs. */
  forceEnd(run: WorkflowRun): void;
}

/** Keeps what runners report. Reports about what has ended already are dropped, as GitHub does. */
export function createBackend(options: {
  readonly state: ActionsState;
  readonly announcer: Announcer;
  readonly grants: JobGrants;
}): RunBackend {
  const { state, announcer, grants } = options;
  const { world } = state;
  const checks = createJobChecks(world);
  const takers = new Set<(run: RequestedRun) => void>();
  let untaken: { readonly run: WorkflowRun; readonly attempt: RunAttempt }[] = [];

  function openJob(jobId: number): WorkflowJob | null {
    const job = state.findJob(jobId);
    return job === null || job.status === 'completed' ? null : job;
  }

  function runOf(runId: number): WorkflowRun {
    const run = state.findRun(runId);
    if (run === null) {
      throw new Error(`expected a workflow run, found none with id ${runId}`);
    }
    return run;
  }

  function addJob(run: WorkflowRun, job: Pick<WorkflowJob, 'name' | 'labels'> & Partial<WorkflowJob>): WorkflowJob {
    const attempt = latestAttempt(run);
    const added: WorkflowJob = {
      status: 'queued',
      conclusion: null,
      createdAt: world.clock(),
      startedAt: null,
      completedAt: null,
      runnerName: null,
      steps: [],
      log: [],
      annotations: [],
      summary: '',
      start: null,
      ...job,
      id: world.newId(),
      backendId: randomUUID(),
      run,
      attempt: attempt.number,
    };
    attempt.jobs.push(added);
    return added;
  }

  function endJob(job: WorkflowJob, conclusion: NonNullable<WorkflowJob['conclusion']>): void {
    job.status = 'completed';
    job.conclusion = conclusion;
    job.completedAt = world.clock();
    grants.revoke(job);
    checks.completed(job);
    announcer.job('completed', job);
  }

  function endAttempt(run: WorkflowRun, conclusion: RunConclusion): void {
    const attempt = latestAttempt(run);
    if (attempt.status === 'completed') {
      return;
    }
    attempt.status = 'completed';
    attempt.conclusion = conclusion;
    attempt.updatedAt = world.clock();
    announcer.run('completed', run, attempt);
  }

  return {
    url: world.url,
    apiUrl: world.apiUrl,
    nameOf: (run, attempt) => runNameOf(requestedRun(state, run, attempt), world),
    offer: (run, attempt) => {
      untaken.push({ run, attempt });
      attempt.cancellation.signal.addEventListener('abort', () => {
        if (untaken.some((offered) => offered.attempt === attempt)) {
          untaken = untaken.filter((offered) => offered.attempt !== attempt);
          endAttempt(run, 'cancelled');
        }
      });
      handOut();
    },
    forceEnd: (run) => {
      const attempt = latestAttempt(run);
      attempt.cancellation.abort();
      for (const job of attempt.jobs.filter((each) => each.status !== 'completed')) {
        endJob(job, 'cancelled');
      }
      endAttempt(run, 'cancelled');
    },
    onRun: (take) => {
      takers.add(take);
      handOut();
      return () => takers.delete(take);
    },
    cancellation: (runId) => latestAttempt(runOf(runId)).cancellation.signal,
    queueJob: (runId, wanted) => {
      const run = runOf(runId);
      const job = addJob(run, { name: wanted.name, labels: wanted.labels });
      if (latestAttempt(run).status === 'completed') {
        job.status = 'completed';
        job.conclusion = 'cancelled';
      } else {
        checks.queued(job);
        announcer.job('queued', job);
      }
      return job.id;
    },
    enterEnvironment: async (jobId, name, signal) => {
      const job = openJob(jobId);
      if (job === null) {
        return false;
      }
      const environment = ensureEnvironment(world, job.run.repository, name);
      if (environment.reviewers.length === 0) {
        return true;
      }
      return await new Promise((resolve) => {
        const decide = (mayEnter: boolean) => {
          environment.waiting.delete(decide);
          resolve(mayEnter);
        };
        environment.waiting.add(decide);
        signal.addEventListener('abort', () => decide(false), { once: true });
      });
    },
    keepJob: (runId, name) => {
      const run = runOf(runId);
      const earlier = run.attempts
        .slice(0, -1)
        .flatMap((attempt) => attempt.jobs)
        .findLast((job) => job.name === name);
      if (earlier !== undefined) {
        addJob(run, earlier);
      }
    },
    startJob: (jobId, start) => {
      const job = openJob(jobId);
      if (job === null) {
        throw new Error(`expected a queued job, found none with id ${jobId}`);
      }
      const attempt = latestAttempt(job.run);
      const permissions = permissionsOf(job.run, start.permissions);
      job.status = 'in_progress';
      job.startedAt = world.clock();
      job.runnerName = start.runnerName;
      job.start = { ...start, permissions };
      if (attempt.status === 'queued') {
        attempt.status = 'in_progress';
        attempt.updatedAt = world.clock();
        announcer.run('in_progress', job.run, attempt);
      }
      checks.started(job);
      announcer.job('in_progress', job);
      return grants.grant(job, permissions);
    },
    reportSteps: (jobId, steps) => {
      const job = openJob(jobId);
      if (job === null) {
        return;
      }
      const now = world.clock();
      job.steps = steps.map((step) => {
        const before = job.steps.find((known) => known.number === step.number);
        return {
          ...step,
          startedAt: before?.startedAt ?? (step.status === 'queued' ? null : now),
          completedAt: before?.completedAt ?? (step.status === 'completed' ? now : null),
        };
      });
    },
    appendLog: (jobId, text) => {
      openJob(jobId)?.log.push(text);
    },
    addAnnotation: (jobId, annotation) => {
      openJob(jobId)?.annotations.push(annotation);
    },
    setStepSummary: (jobId, markdown) => {
      const job = openJob(jobId);
      if (job !== null) {
        job.summary = markdown;
      }
    },
    completeJob: (jobId, conclusion) => {
      const job = openJob(jobId);
      if (job !== null) {
        endJob(job, conclusion);
      }
    },
    completeRun: (runId, conclusion) => endAttempt(runOf(runId), conclusion),
  };

  function handOut(): void {
    for (const take of takers) {
      for (const { run, attempt } of untaken.splice(0)) {
        take(requestedRun(state, run, attempt));
      }
    }
  }
}

function requestedRun(state: ActionsState, run: WorkflowRun, attempt: RunAttempt): RequestedRun {
  const { repository } = run;
  const actions = state.of(repository);
  return {
    id: run.id,
    attempt: attempt.number,
    number: run.number,
    repository: {
      id: repository.id,
      owner: repository.owner.login,
      ownerId: repository.owner.id,
      name: repository.name,
      private: repository.private,
      defaultBranch: repository.defaultBranch,
    },
    workflowPath: run.workflow.path,
    workflowText: run.workflowText,
    ref: run.ref,
    sha: run.sha,
    event: run.event,
    eventPayload: run.eventPayload,
    pullRequest: run.baseRef === null ? null : { headRef: run.headBranch, baseRef: run.baseRef },
    inputs: run.inputs,
    actor: run.actor.login,
    actorId: run.actor.id,
    variables: Object.fromEntries(actions.variables),
    secrets: isFromFork(run) ? {} : Object.fromEntries(actions.secrets),
    onlyJobs: attempt.onlyJobs,
  };
}

/** App permissions are spelt with underscores; a fork's pull request may only read. */
function permissionsOf(run: WorkflowRun, levels: Readonly<Record<string, 'read' | 'write' | 'none'>>): Permissions {
  return Object.fromEntries(
    Object.entries(levels).map(([scope, level]) => [
      scope.replaceAll('-', '_'),
      level === 'write' && isFromFork(run) ? (scope === 'id-token' ? 'none' : 'read') : level,
    ]),
  );
}

function isFromFork(run: WorkflowRun): boolean {
  return run.headRepository !== run.repository;
}
