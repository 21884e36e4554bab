import type { ActionsBackend, JobConclusion, RequestedRun } from '../github/actions-backend.ts';
import type { ConcurrencyGroups, ConcurrencyPlace } from './concurrency.ts';
import { evaluateTree, isRecord, isTruthy, type Json, type JsonRecord, textOf } from './expression.ts';
import type { JobOrder, JobOutcome } from './job-order.ts';
import { runContexts } from './run-contexts.ts';
import { type JobResult, runJob } from './run-job.ts';
import { type Job, parseWorkflow, type Workflow } from './workflow.ts';

/** How the jobs of each run ended, by run id and job name, for those that are not run again. */
export type RunMemory = Map<number, Map<string, JobOutcome>>;

/** What a run needs of the world around it. */
export interface RunSurroundings {
  readonly backend: ActionsBackend;
  /** Hands a job to the first free machine with its labels. */
  readonly place: (order: JobOrder) => Promise<JobOutcome>;
  readonly concurrency: ConcurrencyGroups;
  readonly memory: RunMemory;
}

/** A run under way. */
export interface RunSession extends RunSurroundings {
  readonly run: RequestedRun;
  readonly workflow: Workflow;
  /** `github`, `inputs` and `vars`: what can be used outside jobs. */
  readonly contexts: JsonRecord;
  /** Aborted when the run is cancelled, by a person or by its concurrency group. */
  readonly signal: AbortSignal;
  /** Of the attempt before; empty in the first. */
  readonly remembered: ReadonlyMap<string, JobOutcome>;
  /** Of this attempt. */
  readonly outcomes: Map<string, JobOutcome>;
}

/** Does a whole run: reads its workflow, runs the jobs in the order of their needs, and tells GitHub how it ended. */
export async function executeRun(run: RequestedRun, surroundings: RunSurroundings): Promise<void> {
  const { backend, memory } = surroundings;
  let place: ConcurrencyPlace | null = null;
  try {
    const workflow = parseWorkflow(run.workflowText);
    const contexts = runContexts(run, workflow, backend);
    const cancellation = backend.cancellation(run.id);
    if (workflow.concurrency !== null) {
      place = await enterGroup(surroundings, run, {
        concurrency: workflow.concurrency,
        contexts,
        signal: cancellation,
      });
      if (place === null) {
        backend.completeRun(run.id, 'cancelled');
        return;
      }
    }
    const session: RunSession = {
      ...surroundings,
      run,
      workflow,
      contexts,
      signal: place === null ? cancellation : AbortSignal.any([cancellation, place.signal]),
      remembered: run.onlyJobs === null ? new Map() : (memory.get(run.id) ?? new Map()),
      outcomes: new Map(),
    };
    const results = await runJobs(session);
    memory.set(run.id, session.outcomes);
    backend.completeRun(run.id, conclusionOf(results, session.signal.aborted));
  } catch {
    // GitHub tells no more of a workflow file that it cannot start.
    backend.completeRun(run.id, 'startup_failure');
  } finally {
    place?.leave();
  }
}

/** Waits for a turn in the group that a `concurrency:` key names; null when a newer member took the turn. */
export function enterGroup(
  surroundings: RunSurroundings,
  run: RequestedRun,
  options: { readonly concurrency: Json; readonly contexts: JsonRecord; readonly signal: AbortSignal },
): Promise<ConcurrencyPlace | null> {
  const value = evaluateTree(options.concurrency, { contexts: options.contexts });
  const settings = isRecord(value) ? value : { group: value };
  return surroundings.concurrency.enter(`${run.repository.id}:${textOf(settings['group'] ?? '')}`, {
    cancelsInProgress: isTruthy(settings['cancel-in-progress'] ?? false),
    keepsAll: settings['queue'] === 'max',
    signal: options.signal,
  });
}

async function runJobs(session: RunSession): Promise<readonly JobResult[]> {
  const started = new Map<string, Promise<JobResult>>();
  const start = (job: Job): Promise<JobResult> => {
    const known = started.get(job.key);
    if (known !== undefined) {
      return known;
    }
    const work = Promise.all(neededBy(job, session.workflow).map(start)).then((ancestors) =>
      runJob(session, job, ancestors),
    );
    started.set(job.key, work);
    return work;
  };
  return Promise.all(session.workflow.jobs.map(start));
}

// All ancestors, because success() and failure() look at the whole chain before a job.
function neededBy(job: Job, workflow: Workflow): readonly Job[] {
  const ancestors = new Set<Job>();
  const visit = (key: string) => {
    const need = workflow.jobs.find((other) => other.key === key);
    if (need !== undefined && !ancestors.has(need)) {
      ancestors.add(need);
      need.needs.forEach(visit);
    }
  };
  job.needs.forEach(visit);
  return [...ancestors];
}

function conclusionOf(results: readonly JobResult[], cancelled: boolean): JobConclusion {
  const conclusions = results.map((result) => result.result);
  if (cancelled) {
    return 'cancelled';
  }
  for (const worst of ['failure', 'cancelled', 'success'] as const) {
    if (conclusions.includes(worst)) {
      return worst;
    }
  }
  return 'skipped';
}
