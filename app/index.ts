import type { ApplicationFunctionOptions, Probot } from 'probot';
import { AppError } from '../src/error.ts';
import { observedEvents } from '../src/observe.ts';

/** One delivery, as Probot hands it to a handler. */
export interface ReceivedEvent {
  readonly id: string;
  readonly name: string;
  readonly payload: unknown;
}

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
  // Probot types the names that it knows; a name that it does not know would be refused when the App starts.
  app.on([...observedEvents] as Parameters<Probot['on']>[0], async ({ id, name, payload }) => {
    const event: ReceivedEvent = { id, name, payload };
    await handle(event);
  });
}
