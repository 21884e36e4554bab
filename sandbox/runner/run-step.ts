import type { JobConclusion } from '../github/actions-backend.ts';
import { condition, evaluateTree, isTruthy, type Json } from './expression.ts';
import { evaluateEnv, type Frame, type JobSession, scopeOf } from './job-session.ts';

/** One step as it will be run: of a workflow, of a composite action, or before or after an action. */
export interface StepPlan {
  readonly id: string;
  readonly name: string;
  readonly if: string | null;
  readonly env: Json;
  readonly continueOnError: Json;
  readonly timeoutMinutes: Json;
  readonly run: (step: RunningStep) => Promise<void>;
}

/** A step while it runs. */
export interface RunningStep {
  readonly session: JobSession;
  readonly frame: Frame;
  readonly plan: StepPlan;
  /** The step's own `env`, evaluated. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly outputs: Record<string, string>;
}

/** A step that did not do what it should, in words for the log. `isTold` when the log says it already. */
export class StepFailure extends Error {
  readonly isTold: boolean;

  constructor(message: string, options: { readonly isTold?: boolean } = {}) {
    super(message);
    this.name = 'StepFailure';
    this.isTold = options.isTold ?? false;
  }
}

/** Runs a step if its condition holds, and records it in its frame. Resolves with its conclusion; never throws. */
export async function runStep(session: JobSession, frame: Frame, plan: StepPlan): Promise<JobConclusion> {
  const outputs: Record<string, string> = {};
  const outcome = await attempt(session, frame, { plan, outputs });
  const forgiven = outcome === 'failure' && continuesOnError(session, frame, plan);
  const conclusion = forgiven ? 'success' : outcome;
  if (conclusion === 'failure') {
    frame.failed = true;
  }
  frame.steps[plan.id] = { outputs, outcome, conclusion };
  return conclusion;
}

async function attempt(
  session: JobSession,
  frame: Frame,
  options: { readonly plan: StepPlan; readonly outputs: Record<string, string> },
): Promise<JobConclusion> {
  const { plan, outputs } = options;
  if (session.force.aborted) {
    return 'cancelled';
  }
  let env: Readonly<Record<string, string>>;
  try {
    // The condition sees the step's own `env`.
    env = evaluateEnv(plan.env, scopeOf(session, frame));
    if (!condition(plan.if, scopeOf(session, frame, env))) {
      return 'skipped';
    }
  } catch (error) {
    return fail(session, error);
  }
  const timer = startTimer(session, frame, { plan, env });
  try {
    await plan.run({ session, frame, plan, env, signal: timer.signal, outputs });
    if (timer.ended() === null) {
      return 'success';
    }
  } catch (error) {
    if (timer.ended() === null) {
      return fail(session, error);
    }
  } finally {
    timer[Symbol.dispose]();
  }
  if (timer.ended() === 'timeout') {
    return fail(session, new StepFailure(`The action '${plan.name}' has timed out after ${timer.minutes} minutes.`));
  }
  session.log.write('##[error]The operation was canceled.');
  return 'cancelled';
}

function startTimer(
  session: JobSession,
  frame: Frame,
  options: { readonly plan: StepPlan; readonly env: Readonly<Record<string, string>> },
) {
  const { plan, env } = options;
  let ended: 'timeout' | 'cancelled' | null = null;
  const controller = new AbortController();
  const end = (reason: 'timeout' | 'cancelled') => {
    ended ??= reason;
    controller.abort();
  };
  const minutes = Number(evaluateTree(plan.timeoutMinutes, scopeOf(session, frame, env)) ?? 0);
  const timer = minutes > 0 ? setTimeout(() => end('timeout'), minutes * 60_000) : undefined;
  const force = () => end('cancelled');
  // A step whose condition still holds after a cancellation, as `always()` does, is left to end by itself.
  const cancel = () => {
    if (!holdsNow(plan, scopeOf(session, frame, env))) {
      force();
    }
  };
  const wasCancelled = session.stop.aborted;
  if (!wasCancelled) {
    session.stop.addEventListener('abort', cancel);
  }
  session.force.addEventListener('abort', force);
  frame.stop?.addEventListener('abort', force);
  if (session.force.aborted || frame.stop?.aborted) {
    force();
  }
  return {
    minutes,
    signal: controller.signal,
    ended: () => ended,
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      session.stop.removeEventListener('abort', cancel);
      session.force.removeEventListener('abort', force);
      frame.stop?.removeEventListener('abort', force);
    },
  };
}

function holdsNow(plan: StepPlan, scope: ReturnType<typeof scopeOf>): boolean {
  try {
    return condition(plan.if, scope);
  } catch {
    return false;
  }
}

function continuesOnError(session: JobSession, frame: Frame, plan: StepPlan): boolean {
  try {
    return isTruthy(evaluateTree(plan.continueOnError, scopeOf(session, frame)));
  } catch (error) {
    fail(session, error);
    return false;
  }
}

function fail(session: JobSession, error: unknown): 'failure' {
  if (!(error instanceof StepFailure && error.isTold)) {
    const message = error instanceof Error ? error.message : String(error);
    session.log.write(`##[error]${message}`);
    session.machine.backend.addAnnotation(session.order.jobId, {
      level: 'failure',
      message: session.log.masked(message),
      title: null,
      path: session.order.run.workflowPath,
      line: null,
    });
  }
  return 'failure';
}
