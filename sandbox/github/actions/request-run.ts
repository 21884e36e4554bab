import { randomUUID } from 'node:crypto';
import { Refusal } from '../refusal.ts';
import type { Account, JsonObject, Repository } from '../state.ts';
import type { ActionsState, WorkflowFile } from './actions-state.ts';
import type { Announcer } from './announce.ts';
import { unsuccessfulJobs } from './run-shape.ts';
import { latestAttempt, type RunAttempt, type RunEvent, type Workflow, type WorkflowRun } from './run-state.ts';

/** Hears of each attempt that is to be run. */
export type OnAttempt = (run: WorkflowRun, attempt: RunAttempt) => void;

/** What changing runs needs: the state, the webhooks and whoever runs them. */
export interface RunDesk {
  readonly state: ActionsState;
  readonly announcer: Announcer;
  readonly onAttempt: OnAttempt;
  /** As GitHub Enterprise Server before it knew `return_run_details`: `ignored` answers 204 to those who ask. */
  runDetails: 'answered' | 'ignored';
  readonly nameOf: (run: WorkflowRun, attempt: RunAttempt) => string | null;
}

/** GitHub's bound on how often a run may be run again. */
const attemptsLimit = 51;

/** Requests a new run of a workflow. */
export function requestRun(
  desk: RunDesk,
  wanted: {
    readonly repository: Repository;
    readonly workflow: Workflow;
    readonly file: WorkflowFile;
    readonly event: RunEvent;
    readonly eventPayload: JsonObject;
    readonly ref: string;
    readonly sha: string;
    readonly headSha: string;
    readonly headBranch: string;
    readonly headRepository: Repository;
    readonly pullNumber: number | null;
    readonly baseRef: string | null;
    readonly inputs: Readonly<Record<string, string>>;
    readonly actor: Account;
    readonly title: string;
  },
): WorkflowRun {
  const { world } = desk.state;
  wanted.workflow.lastNumber += 1;
  const { file, ...rest } = wanted;
  const run: WorkflowRun = {
    ...rest,
    id: world.newId(),
    checkSuiteId: world.newId(),
    number: wanted.workflow.lastNumber,
    workflowText: file.text,
    name: null,
    createdAt: world.clock(),
    attempts: [],
  };
  desk.state.of(wanted.repository).runs.set(run.id, run);
  addAttempt(desk, run, { actor: wanted.actor, onlyJobs: null });
  return run;
}

/** Runs a completed run again: all of it, or the jobs that did not succeed and what depends on them. */
export function rerun(
  desk: RunDesk,
  run: WorkflowRun,
  options: { readonly actor: Account; readonly jobs: 'all' | 'failed' | readonly string[] },
): void {
  const before = latestAttempt(run);
  if (before.status !== 'completed') {
    throw new Refusal(403, 'This workflow is already running');
  }
  if (run.attempts.length >= attemptsLimit) {
    throw new Refusal(403, 'This workflow run cannot be retried: it was run 51 times');
  }
  const failed = unsuccessfulJobs(before);
  if (options.jobs === 'failed' && failed.length === 0) {
    throw new Refusal(403, 'This workflow run cannot be retried: it has no failed jobs');
  }
  const onlyJobs = options.jobs === 'all' ? null : options.jobs === 'failed' ? failed : options.jobs;
  addAttempt(desk, run, { actor: options.actor, onlyJobs });
}

/** Asks for the end of a run. Whoever runs it ends it; a run that nobody took ends at once. */
export function cancelRun(run: WorkflowRun): void {
  const attempt = latestAttempt(run);
  if (attempt.status === 'completed') {
    throw new Refusal(409, 'Cannot cancel a workflow run that is completed.');
  }
  attempt.cancellation.abort();
}

function addAttempt(
  desk: RunDesk,
  run: WorkflowRun,
  options: { readonly actor: Account; readonly onlyJobs: readonly string[] | null },
): void {
  const now = desk.state.world.clock();
  const attempt: RunAttempt = {
    number: run.attempts.length + 1,
    triggeringActor: options.actor,
    status: 'queued',
    conclusion: null,
    startedAt: now,
    updatedAt: now,
    jobs: [],
    cancellation: new AbortController(),
    onlyJobs: options.onlyJobs,
    backendId: randomUUID(),
  };
  run.attempts.push(attempt);
  run.name ??= desk.nameOf(run, attempt);
  desk.announcer.run('requested', run, attempt);
  desk.onAttempt(run, attempt);
}
