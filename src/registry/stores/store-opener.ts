import type { Connections } from '../../rollout/connections.ts';
import type { OpenStore } from '../releases.ts';
import { githubReleaseStore } from './github-release.ts';

/** Opens stores: those that the operator connects, and without a name that of the repository itself, on the GitHub that has this API. */
export function storeOpener({
  apiUrl,
  connections,
}: {
  readonly apiUrl: string;
  readonly connections: Connections;
}): OpenStore {
  const pages = pagesOf(apiUrl);
  return (repository, { github, connection, uri }) => {
    // What was released before the policy named a store stays where it is.
    const isOwn = connection === null || uri?.startsWith(`${pages}/`) === true;
    return isOwn
      ? githubReleaseStore({ github, repository, pages })
      : connections.openStore({ repository, connection });
  };
}

/** Where pages are: `https://github.com`, and on a server of one's own, whose API is `/api/v3`, its root. */
function pagesOf(apiUrl: string): string {
  return apiUrl === 'https://api.github.com' ? 'https://github.com' : apiUrl.replace(/\/api\/v3\/?$/, '');
}
