import type { ApplicationFunctionOptions, Probot } from 'probot';
import { AppError } from '../src/error.ts';

/** One delivery, as Probot hands it to a handler. */
export interface ReceivedEvent {
  readonly id: string;
  readonly name: string;
  readonly payload: unknown;
}

/** The events that mean something to Siskin; app.yml subscribes to the same. */
export const handledEvents = [
  'pull_request.opened',
  'pull_request.synchronize',
  'pull_request.reopened',
  'pull_request.ready_for_review',
  'pull_request.closed',
  'push',
  'workflow_run.requested',
  'workflow_run.in_progress',
  'workflow_run.completed',
  'check_run.rerequested',
  'check_suite.rerequested',
  'issue_comment.created',
  'installation.created',
  'installation_repositories.added',
] as const;

/**
 * Siskin as a Probot application. It is fed by the worker with deliveries that the door has kept, so a handler may take
 * its time and may fail: the worker comes back to it. `startApp` loads it and passes `handle`.
 */
export default function siskin(app: Probot, options: ApplicationFunctionOptions): void {
  const { handle } = options;
  if (typeof handle !== 'function') {
    throw new AppError(
      'bad-config',
      'expected to be loaded by startApp, which keeps deliveries before they are handled, found another loader; use `npm start`',
    );
  }
  app.on([...handledEvents], async ({ id, name, payload }) => {
    const event: ReceivedEvent = { id, name, payload };
    await handle(event);
  });
}
