import { randomUUID } from 'node:crypto';
import type { JobConclusion } from '../github/actions-backend.ts';
import { createActionStore } from './action-store.ts';
import { interpolate } from './expression.ts';
import { runContext, runnerContext, runnerEnvironment } from './github-context.ts';
import { prepareFolders } from './job-folders.ts';
import { createJobLog } from './job-log.ts';
import type { JobOrder, JobOutcome, RunnerMachine } from './job-order.ts';
import { evaluateEnv, type Frame, type JobSession, scopeOf } from './job-session.ts';
import { startJobTimer } from './job-timer.ts';
import { planStep } from './plan-step.ts';
import { killOrphans } from './process.ts';
import { type LoadedAction, loadAction, preStep } from './run-action.ts';
import { runStep, type StepPlan } from './run-step.ts';
import { createStepBoard, type StepBoard } from './step-board.ts';

/** Does one job on one machine, from its grant to its conclusion, and reports all of it to GitHub. */
export async function executeJob(machine: RunnerMachine, order: JobOrder): Promise<JobOutcome> {
  const { backend } = machine;
  const timer = startJobTimer(order, machine.vanished);
  const session = await openSession(machine, order, timer);
  const board = createStepBoard((steps) => backend.reportSteps(order.jobId, steps));
  const frame: Frame = {
    steps: {},
    contexts: order.contexts,
    env: {},
    defaults: {
      shell: order.job.defaults.shell ?? order.workflow.defaults.shell,
      workingDirectory: order.job.defaults.workingDirectory ?? order.workflow.defaults.workingDirectory,
    },
    action: null,
    stop: null,
    failed: false,
  };
  try {
    await runAll(session, frame, board);
    const conclusion = timer.stop.aborted ? 'cancelled' : frame.failed ? 'failure' : 'success';
    if (timer.isOver()) {
      complain(session, `The job has exceeded the maximum execution time of ${order.timeoutMinutes}m0s`);
    }
    return { conclusion, outputs: jobOutputs(session, frame) };
  } finally {
    timer[Symbol.dispose]();
    await killOrphans(session.trackingId);
  }
}

async function openSession(
  machine: RunnerMachine,
  order: JobOrder,
  signals: { readonly stop: AbortSignal; readonly force: AbortSignal },
): Promise<JobSession> {
  const { backend } = machine;
  const grant = backend.startJob(order.jobId, {
    runnerName: machine.name,
    permissions: order.permissions,
    jobKey: order.job.key,
    environment: order.environment,
    runnerEnvironment: runnerEnvironment(machine),
  });
  const folders = await prepareFolders(machine, order);
  const log = createJobLog((text) => backend.appendLog(order.jobId, text));
  for (const secret of [grant.githubToken, grant.runtimeToken, ...Object.values(order.run.secrets)]) {
    log.mask(secret);
  }
  const context = runContext(order.run, {
    workflowName: order.workflow.name,
    url: backend.url,
    apiUrl: backend.apiUrl,
  });
  return {
    machine,
    order,
    grant,
    folders,
    log,
    store: createActionStore({ sources: machine.actions, folder: folders.actions }),
    github: {
      ...context,
      event_path: folders.eventPath,
      job: order.job.key,
      token: grant.githubToken,
      workspace: folders.workspace,
    },
    runner: runnerContext(machine, folders),
    env: {},
    path: [],
    posts: [],
    summaries: [],
    trackingId: `github_${randomUUID()}`,
    ...signals,
  };
}

async function runAll(session: JobSession, frame: Frame, board: StepBoard): Promise<void> {
  const { job, workflow } = session.order;
  const plans: StepPlan[] = [];
  const before: StepPlan[] = [];
  await board.run({ name: 'Set up job' }, async () => {
    try {
      session.log.write(`Runner name: '${session.machine.name}'`);
      Object.assign(session.env, evaluateEnv(workflow.env, scopeOf(session, frame)));
      Object.assign(session.env, evaluateEnv(job.env, scopeOf(session, frame)));
      for (const [index, definition] of job.steps.entries()) {
        const state: Record<string, string> = {};
        const loaded = await loadRemote(session, definition.uses);
        const plan = planStep(definition, { index, state, ...(loaded === null ? {} : { loaded }) });
        plans.push(plan);
        const pre = loaded === null ? null : preStep(definition, plan, loaded, state);
        if (pre !== null) {
          before.push(pre);
        }
      }
      session.log.write(`Complete job name: ${session.order.name}`);
      return 'success';
    } catch (error) {
      complain(session, error instanceof Error ? error.message : String(error));
      frame.failed = true;
      return 'failure';
    }
  });
  if (!frame.failed) {
    const named = [...before, ...plans].map((plan) => ({ plan, entry: board.add(shownName(session, frame, plan)) }));
    for (const { plan, entry } of named) {
      // By now the name may say more, as of outputs of earlier steps.
      entry.name = shownName(session, frame, plan);
      await board.run(entry, () => runStep(session, frame, plan));
    }
  }
  for (const post of session.posts.toReversed()) {
    await board.run(board.add(post.plan.name), () => runPost(session, frame, post));
  }
  await board.run({ name: 'Complete job' }, async () => {
    session.log.write('Cleaning up orphan processes');
    return 'success';
  });
}

// A post step judges `success()` by the whole job, and its failure is the job's.
async function runPost(
  session: JobSession,
  frame: Frame,
  post: { readonly plan: StepPlan; readonly frame: Frame },
): Promise<JobConclusion> {
  const own: Frame = { ...post.frame, steps: { ...post.frame.steps }, stop: null, failed: frame.failed };
  const conclusion = await runStep(session, own, post.plan);
  frame.failed ||= conclusion === 'failure';
  return conclusion;
}

async function loadRemote(session: JobSession, uses: string | null): Promise<LoadedAction | null> {
  if (uses === null || uses.startsWith('./')) {
    return null;
  }
  session.log.write(`Download action repository '${uses}'`);
  const action = await loadAction(session, uses);
  if (action.manifest.runs.kind === 'composite') {
    // What the composite action uses must be there before the job begins, too.
    for (const inner of action.manifest.runs.steps) {
      await loadRemote(session, inner.uses);
    }
  }
  return action;
}

function shownName(session: JobSession, frame: Frame, plan: StepPlan): string {
  try {
    return session.log.masked(interpolate(plan.name, scopeOf(session, frame)));
  } catch {
    return plan.name;
  }
}

function jobOutputs(session: JobSession, frame: Frame): Readonly<Record<string, string>> {
  const outputs: Record<string, string> = {};
  for (const [name, template] of Object.entries(session.order.job.outputs)) {
    try {
      const value = interpolate(String(template ?? ''), scopeOf(session, frame));
      if (session.log.masked(value) === value) {
        outputs[name] = value;
      } else {
        session.log.write(`##[warning]Skip output '${name}' since it may contain secret.`);
      }
    } catch (error) {
      complain(session, error instanceof Error ? error.message : String(error));
    }
  }
  return outputs;
}

function complain(session: JobSession, message: string): void {
  session.log.write(`##[error]${message}`);
  session.machine.backend.addAnnotation(session.order.jobId, {
    level: 'failure',
    message: session.log.masked(message),
    title: null,
    path: session.order.run.workflowPath,
    line: null,
  });
}
