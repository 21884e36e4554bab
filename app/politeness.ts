import type { Repository } from '../src/intent.ts';

/** Lets requests to GitHub go as it wants them: few at once, and one after the other where they change a repository. */
export interface Politeness {
  inTurn<T>(what: { readonly repository: Repository; readonly method: string }, request: () => Promise<T>): Promise<T>;
}

/** GitHub takes a hundred at once: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits */
const mostAtOnce = 50;

/** Makes the rules for this process. */
export function openPoliteness(): Politeness {
  const waiting: (() => void)[] = [];
  let underWay = 0;
  const lastWrite = new Map<number, Promise<unknown>>();

  async function amongFew<T>(request: () => Promise<T>): Promise<T> {
    if (underWay >= mostAtOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else underWay += 1;
    try {
      return await request();
    } finally {
      // Whoever waits takes over the place.
      const next = waiting.shift();
      if (next === undefined) underWay -= 1;
      else next();
    }
  }

  return {
    async inTurn({ repository, method }, request) {
      if (method === 'GET' || method === 'HEAD') return await amongFew(request);
      const before = lastWrite.get(repository.id) ?? Promise.resolve();
      const mine = before.then(() => amongFew(request));
      const ended = mine.then(
        () => {},
        () => {},
      );
      lastWrite.set(repository.id, ended);
      try {
        return await mine;
      } finally {
        if (lastWrite.get(repository.id) === ended) lastWrite.delete(repository.id);
      }
    },
  };
}
