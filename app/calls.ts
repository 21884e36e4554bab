import { AsyncLocalStorage } from 'node:async_hooks';

/** How many requests to GitHub were made: those that only read, and those that may change something. */
export interface CallCount {
  readonly reads: number;
  readonly writes: number;
}

/** Counts the calls made within one piece of work, whatever goes on beside it. */
export interface CallMeter {
  /** Runs the work and says how many calls it made. */
  measure<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly calls: CallCount }>;
  /** Counts one call for the piece of work that makes it. */
  count(method: string): void;
}

/** Makes a meter. */
export function openCallMeter(): CallMeter {
  const current = new AsyncLocalStorage<{ reads: number; writes: number }>();
  return {
    async measure(work) {
      const calls = { reads: 0, writes: 0 };
      const value = await current.run(calls, work);
      return { value, calls };
    },
    count(method) {
      const calls = current.getStore();
      if (calls === undefined) return;
      if (method === 'GET' || method === 'HEAD') calls.reads += 1;
      else calls.writes += 1;
    },
  };
}
