import { messageOf } from '../src/error.ts';
import type { RunningApp } from './server.ts';

/** Container platforms kill after thirty seconds; what is in hand for longer is done again at the next start. */
const mostSeconds = 25;

/**
 * Ends the process on SIGTERM or SIGINT: what is in hand is finished, nothing new is taken, and the status is 0. A
 * second signal, or time running out, ends it at once; nothing is lost by that, some of it is only done again.
 */
export function stopOnSignal(app: RunningApp): void {
  let asked = false;

  async function stop(): Promise<void> {
    const late = setTimeout(() => {
      console.error(
        `expected the work in hand to end within ${mostSeconds} s, found that it goes on; it is done again at the next start`,
      );
      process.exit(0);
    }, mostSeconds * 1000);
    await app[Symbol.asyncDispose]();
    clearTimeout(late);
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (asked) process.exit(signal === 'SIGINT' ? 130 : 143);
      asked = true;
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(messageOf(error));
          process.exit(1);
        },
      );
    });
  }
}
