import { AppError } from '../../error.ts';
import type { OpenStore } from '../releases.ts';
import { githubReleaseStore } from './github-release.ts';

/** Opens stores: the one of the repository itself, on the GitHub that has this API. */
export function storeOpener(apiUrl: string): OpenStore {
  const pages = pagesOf(apiUrl);
  return (repository, { github, connection }) => {
    if (connection === null) return githubReleaseStore({ github, repository, pages });
    throw new AppError(
      'bad-config',
      `expected a connection to a store, found \`${connection}\`, which the operator has not made; leave \`release.store\` out, or ask the operator for it`,
    );
  };
}

/** Where pages are: `https://github.com`, and on a server of one's own, whose API is `/api/v3`, its root. */
function pagesOf(apiUrl: string): string {
  return apiUrl === 'https://api.github.com' ? 'https://github.com' : apiUrl.replace(/\/api\/v3\/?$/, '');
}
