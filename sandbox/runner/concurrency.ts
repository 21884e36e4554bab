/** A place in a concurrency group. `signal` aborts when a newer member cancels the one in progress. */
export interface ConcurrencyPlace {
  readonly signal: AbortSignal;
  leave(): void;
}

/** The concurrency groups of one GitHub: one member of a group at a time, and the newest that waits wins. */
export interface ConcurrencyGroups {
  /** Resolves when it is the member's turn, or with null when a newer member took its place or `signal` aborted. */
  enter(
    group: string,
    options: { readonly cancelsInProgress: boolean; readonly keepsAll: boolean; readonly signal: AbortSignal },
  ): Promise<ConcurrencyPlace | null>;
}

interface Waiting {
  readonly settle: (place: ConcurrencyPlace | null) => void;
}

/** Groups that are all empty. Names are compared without case, as on GitHub. */
export function createConcurrencyGroups(): ConcurrencyGroups {
  const groups = new Map<string, { running: AbortController | null; waiting: Waiting[] }>();
  return {
    enter: (name, options) => {
      const key = name.toLowerCase();
      const group = groups.get(key) ?? { running: null, waiting: [] };
      groups.set(key, group);
      const start = (): ConcurrencyPlace => {
        const running = new AbortController();
        group.running = running;
        return {
          signal: running.signal,
          leave: () => {
            if (group.running === running) {
              group.running = null;
              group.waiting.shift()?.settle(start());
            }
          },
        };
      };
      if (group.running === null) {
        return Promise.resolve(start());
      }
      if (!options.keepsAll) {
        for (const older of group.waiting.splice(0)) {
          older.settle(null);
        }
      }
      if (options.cancelsInProgress) {
        group.running.abort();
      }
      return new Promise((resolve) => {
        const waiting: Waiting = { settle: resolve };
        group.waiting.push(waiting);
        options.signal.addEventListener('abort', () => {
          if (group.waiting.includes(waiting)) {
            group.waiting.splice(group.waiting.indexOf(waiting), 1);
            resolve(null);
          }
        });
      });
    },
  };
}
