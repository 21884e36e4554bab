import { setTimeout } from 'node:timers/promises';
import type { Probot } from 'probot';
import { statusOf } from '../src/github/failure.ts';
import type { Repository } from '../src/intent.ts';

/** What an installation lets the App do, by the names of the permissions. */
type Permissions = Readonly<Record<string, 'read' | 'write'>>;

/** What a token may do: all that the installation grants, or only read. */
export type Access = 'read' | 'write';

type Octokit = Awaited<ReturnType<Probot['auth']>>;
/** What Octokit hands to an authentication: how to send a request, and the request. */
type Hook = (send: (request: object) => Promise<unknown>, request: { readonly headers?: object }) => Promise<unknown>;

/** A token that was made a moment ago is not yet known to all of GitHub's machines. */
const newSeconds = 5;

/**
 * An Octokit of an App whose every request carries a token for one repository alone, which reads only where `access`
 * says so: what is handed to code that reads a pull request can do nothing to any other repository. Tokens are made and
 * renewed by Octokit's authentication of the App, which keeps those of each kind for an hour.
 */
export async function narrowedOctokit(
  repository: Repository,
  { probot, access, grants }: { readonly probot: Probot; readonly access: Access; readonly grants: Grants },
): Promise<Octokit> {
  const app = await probot.auth();

  async function tokenNow(): Promise<{ readonly token: string; readonly createdAt: string }> {
    const permissions = access === 'read' ? { permissions: await grants.reading(repository.installation) } : {};
    // Octokit types the answer by the kind that is asked for only where the strategy is known.
    return (await app.auth({
      type: 'installation',
      installationId: repository.installation,
      repositoryIds: [repository.id],
      ...permissions,
    })) as { readonly token: string; readonly createdAt: string };
  }

  async function tokenFor(): ReturnType<typeof tokenNow> {
    try {
      return await tokenNow();
    } catch (error) {
      // 422: a permission that the installation grants no longer.
      if (statusOf(error) !== 422) throw error;
      grants.forget(repository.installation);
      return await tokenNow();
    }
  }

  const hook: Hook = async (send, request) => {
    const { token, createdAt } = await tokenFor();
    const authorized = { ...request, headers: { ...request.headers, authorization: `token ${token}` } };
    for (let seconds = 1; ; seconds += 1) {
      try {
        return await send(authorized);
      } catch (error) {
        if (statusOf(error) !== 401 || Date.now() - Date.parse(createdAt) > newSeconds * 1000) throw error;
        await setTimeout(seconds * 1000);
      }
    }
  };

  // Its class holds everything but the authentication: address, retries, log.
  const Octokit = app.constructor as new (options: object) => Octokit;
  return new Octokit({ authStrategy: () => Object.assign(tokenFor, { hook }) });
}

/** What each installation grants, kept for an hour. */
export interface Grants {
  /** All that it grants, each to be read only. */
  reading(installation: number): Promise<Permissions>;
  forget(installation: number): void;
}

/** Knows nothing yet. */
export function openGrants(probot: Probot): Grants {
  const known = new Map<number, { readonly at: number; readonly permissions: Promise<Permissions> }>();

  async function read(installation: number): Promise<Permissions> {
    const app = await probot.auth();
    const { data } = await app.request('GET /app/installations/{installation_id}', { installation_id: installation });
    // A permission that exists only for writing cannot be asked for otherwise.
    const names = Object.keys(data.permissions).filter((name) => !onlyWritten.has(name));
    return Object.fromEntries(names.map((name) => [name, 'read'] as const));
  }

  return {
    async reading(installation) {
      for (const [one, { at }] of known) if (Date.now() - at > hour) known.delete(one);
      const found = known.get(installation)?.permissions ?? read(installation);
      if (!known.has(installation)) known.set(installation, { at: Date.now(), permissions: found });
      try {
        return await found;
      } catch (error) {
        known.delete(installation);
        throw error;
      }
    },
    forget: (installation) => void known.delete(installation),
  };
}

/** https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app */
const onlyWritten = new Set(['workflows', 'profile']);
const hour = 3_600_000;
