import type { ActionsBackend } from '../github/actions-backend.ts';
import { executeJob } from './execute-job.ts';
import type { JobOrder, JobOutcome, RunnerMachine } from './job-order.ts';
import type { PoolMember } from './runner-pool.ts';

/** A machine in its pool. */
export interface Machine extends PoolMember {
  /** The job it does at present, or null. */
  jobName(): string | null;
  /**
   * Kills the job's processes and says nothing to GitHub any more. `noticed`: GitHub finds out, as it does after some
   * minutes, and the job has failed with its steps as they were.
   */
  vanish(how: 'unnoticed' | 'noticed'): Promise<void>;
}

/** A machine that is idle. */
export function createMachine(settings: Omit<RunnerMachine, 'vanished'>): Machine {
  let job: { readonly name: string; readonly ended: Promise<unknown> } | null = null;
  const gone = new AbortController();
  const missed = new AbortController();
  const backend = severable(settings.backend, gone.signal);
  return {
    labels: settings.labels,
    isIdle: () => job === null && !gone.signal.aborted,
    jobName: () => job?.name ?? null,
    take: (order) => {
      const machine = { ...settings, backend, vanished: gone.signal };
      // Idle again before anybody hears of the outcome, because the pool then looks for idle machines.
      const work = executeJob(machine, order).finally(() => {
        job = null;
      });
      job = { name: order.name, ended: work.catch(() => {}) };
      const lost = lostOutcome(order, { gone: gone.signal, missed: missed.signal });
      return Promise.race([work.then((outcome) => unlessGone(outcome, gone.signal)), lost.outcome]).finally(
        lost.forget,
      );
    },
    vanish: async (how) => {
      gone.abort();
      if (how === 'noticed') missed.abort();
      await job?.ended;
    },
  };
}

// The job of a machine that is gone has no end of its own.
function unlessGone(outcome: JobOutcome, gone: AbortSignal): Promise<JobOutcome> | JobOutcome {
  return gone.aborted ? new Promise(() => {}) : outcome;
}

function lostOutcome(order: JobOrder, { gone, missed }: { readonly gone: AbortSignal; readonly missed: AbortSignal }) {
  const { promise: outcome, resolve } = Promise.withResolvers<JobOutcome>();
  const cancel = () => {
    if (gone.aborted) {
      resolve({ conclusion: 'cancelled', outputs: {} });
    }
  };
  const fail = () => resolve({ conclusion: 'failure', outputs: {} });
  order.signal.addEventListener('abort', cancel);
  missed.addEventListener('abort', fail);
  const forget = () => {
    order.signal.removeEventListener('abort', cancel);
    missed.removeEventListener('abort', fail);
  };
  return { outcome, forget };
}

function severable(backend: ActionsBackend, gone: AbortSignal): ActionsBackend {
  return {
    ...backend,
    reportSteps: (...told) => void (gone.aborted || backend.reportSteps(...told)),
    appendLog: (...told) => void (gone.aborted || backend.appendLog(...told)),
    addAnnotation: (...told) => void (gone.aborted || backend.addAnnotation(...told)),
    setStepSummary: (...told) => void (gone.aborted || backend.setStepSummary(...told)),
  };
}
