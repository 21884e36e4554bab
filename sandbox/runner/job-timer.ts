import type { JobOrder } from './job-order.ts';

/** How long steps that run after a cancellation have before they are stopped too; GitHub gives five minutes. */
const cleanUpMs = 300_000;

/** Watches over a job: its time limit, a cancellation, and its machine. */
export function startJobTimer(order: JobOrder, vanished: AbortSignal) {
  let isOver = false;
  const stop = new AbortController();
  const force = new AbortController();
  let cleanUp: NodeJS.Timeout | undefined;
  const end = () => {
    stop.abort();
    cleanUp ??= setTimeout(() => force.abort(), cleanUpMs);
  };
  const timeout = setTimeout(() => {
    isOver = true;
    end();
  }, order.timeoutMinutes * 60_000);
  const vanish = () => {
    end();
    force.abort();
  };
  order.signal.addEventListener('abort', end);
  vanished.addEventListener('abort', vanish);
  if (order.signal.aborted) {
    end();
  }
  return {
    stop: stop.signal,
    force: force.signal,
    isOver: () => isOver,
    [Symbol.dispose]: () => {
      clearTimeout(timeout);
      clearTimeout(cleanUp);
      order.signal.removeEventListener('abort', end);
      vanished.removeEventListener('abort', vanish);
    },
  };
}
