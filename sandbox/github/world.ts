import type { GithubEvent, World } from './state.ts';

/** An empty world whose first id is 1001. */
export function createWorld(options: {
  readonly url: string;
  readonly folder: string;
  readonly clock: () => Date;
}): World {
  let lastId = 1000;
  const listeners = new Set<(event: GithubEvent) => void>();
  return {
    url: options.url,
    apiUrl: `${options.url}/api/v3`,
    folder: options.folder,
    clock: options.clock,
    newId: () => {
      lastId += 1;
      return lastId;
    },
    accounts: new Map(),
    repositories: new Map(),
    apps: new Map(),
    installations: new Map(),
    listeners,
    sendWebhook: (event) => {
      for (const listen of listeners) {
        listen(event);
      }
    },
  };
}
