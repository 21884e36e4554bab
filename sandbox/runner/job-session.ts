import type { JobGrant } from '../github/actions-backend.ts';
import type { ActionFolder, ActionStore } from './action-store.ts';
import { evaluateTree, isRecord, type Json, type JsonRecord, type Scope, type Status, textOf } from './expression.ts';
import { hashFiles } from './hash-files.ts';
import type { JobFolders } from './job-folders.ts';
import type { JobLog } from './job-log.ts';
import type { JobOrder, RunnerMachine } from './job-order.ts';
import type { StepPlan } from './run-step.ts';
import type { RunDefaults } from './workflow.ts';

/** All that changes while one job runs. */
export interface JobSession {
  readonly machine: RunnerMachine;
  readonly order: JobOrder;
  readonly grant: JobGrant;
  readonly folders: JobFolders;
  readonly log: JobLog;
  readonly store: ActionStore;
  /** The `github` context of the job. */
  readonly github: JsonRecord;
  readonly runner: JsonRecord;
  /** `env` of workflow and job, and what steps wrote to GITHUB_ENV. */
  readonly env: Record<string, string>;
  /** What steps wrote to GITHUB_PATH; the last comes first. */
  readonly path: string[];
  /** Post steps of actions, in the order of their registration. */
  readonly posts: { readonly plan: StepPlan; readonly frame: Frame }[];
  readonly summaries: string[];
  readonly trackingId: string;
  /** Aborted when the job is to end: cancelled, or out of time. */
  readonly stop: AbortSignal;
  /** Aborted when the clean-up after that takes too long. */
  readonly force: AbortSignal;
}

/** A list of steps that share outputs and status: those of the job, or those of one use of a composite action. */
export interface Frame {
  /** The `steps` context. */
  readonly steps: Record<string, Json>;
  /** Contexts besides github, env, job, runner and steps. */
  readonly contexts: JsonRecord;
  readonly env: Readonly<Record<string, string>>;
  readonly defaults: RunDefaults;
  /** The composite action whose steps these are. */
  readonly action: ActionFolder | null;
  /** Aborted when the step around the composite action is to end; null in the job itself. */
  readonly stop: AbortSignal | null;
  failed: boolean;
}

/** What the expressions of a step see. `env` is the step's own, where it is known already. */
export function scopeOf(
  session: JobSession,
  frame: Frame,
  env: Readonly<Record<string, string>> = {},
): Scope & { readonly status: Status } {
  const status = statusOf(session, frame);
  const word = session.stop.aborted ? 'cancelled' : frame.failed ? 'failure' : 'success';
  return {
    contexts: {
      ...frame.contexts,
      github: {
        ...session.github,
        action_status: word,
        ...(frame.action === null
          ? {}
          : {
              action_path: frame.action.folder,
              action_repository: frame.action.repository,
              action_ref: frame.action.ref,
            }),
      },
      env: { ...session.env, ...frame.env, ...env },
      job: { status: word },
      runner: session.runner,
      steps: frame.steps,
    },
    status,
    hashFiles: (patterns) => hashFiles(session.folders.workspace, patterns),
  };
}

/** An `env:` map with its expressions evaluated. */
export function evaluateEnv(env: Json, scope: Scope): Readonly<Record<string, string>> {
  const values = evaluateTree(env, scope);
  if (!isRecord(values)) {
    throw new Error(`expected \`env\` to be a map, found ${JSON.stringify(values)}`);
  }
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, textOf(value)]));
}

function statusOf(session: JobSession, frame: Frame): Status {
  const cancelled = session.stop.aborted;
  return { succeeded: !frame.failed && !cancelled, failed: frame.failed && !cancelled, cancelled };
}
