import type { World } from '../state.ts';
import { jobShape, runShape, workflowShape } from './run-shape.ts';
import type { RunAttempt, WorkflowJob, WorkflowRun } from './run-state.ts';

/** Tells the world what becomes of runs and jobs, in the order in which it happened. */
export interface Announcer {
  run(action: 'requested' | 'in_progress' | 'completed', run: WorkflowRun, attempt: RunAttempt): void;
  job(action: 'queued' | 'in_progress' | 'completed', job: WorkflowJob): void;
  /** Resolves when all that was told has been handed to the world. */
  settled(): Promise<void>;
}

/** An announcer whose webhooks keep their order although a payload reads from git. */
export function createAnnouncer(world: World): Announcer {
  let last: Promise<void> = Promise.resolve();
  return {
    run: (action, run, attempt) => {
      // The payload shows the run as it is now, not as it will be when its turn comes.
      const payload = runShape(world, run, { ...attempt });
      last = last.then(async () => {
        world.sendWebhook({
          event: 'workflow_run',
          action,
          repository: run.repository,
          sender: attempt.triggeringActor,
          cause: 'github',
          payload: {
            workflow_run: await payload,
            workflow: workflowShape(world, run.repository, run.workflow),
          },
        });
      });
    },
    job: (action, job) => {
      const { run } = job;
      const payload = jobShape(world, job);
      last = last.then(() => {
        world.sendWebhook({
          event: 'workflow_job',
          action,
          repository: run.repository,
          sender: run.actor,
          cause: 'github',
          payload: { workflow_job: payload },
        });
      });
    },
    settled: () => last,
  };
}
