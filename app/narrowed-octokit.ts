import { setTimeout } from 'node:timers/promises';
import type { Probot } from 'probot';
import { statusOf } from '../src/github/failure.ts';
import type { Repository } from '../src/intent.ts';

/** What an installation lets the App do, by the names of the permissions. */
type Permissions = Readonly<Record<string, 'read' | 'write'>>;

/** What a token may do: all that the installation grants, or only read. */
export type Access = 'read' | 'write';

type Octokit = Awaited<ReturnType<Probot['auth']>>;
interface Token {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly madeAt: number;
}

/** What Octokit hands to an authentication: how to send a request, and the request. */
type Hook = (send: (request: object) => Promise<unknown>, request: { readonly headers?: object }) => Promise<unknown>;

/** A token that was made a moment ago may not yet be known to all of GitHub's machines. */
const newSeconds = 5;
const mostTries = 3;

/** A token ends an hour after it was made: https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-an-installation-access-token-for-a-github-app */
const mostSeconds = 3300;

/**
 * An Octokit of an App whose every request carries a token for one repository alone, which reads only where `access`
 * says so: what goes wrong, or is made to go wrong, while one repository is worked on reaches no other. The token is
 * kept with the connection, until it ends.
 */
export async function narrowedOctokit(
  repository: Repository,
  { probot, access, grants }: { readonly probot: Probot; readonly access: Access; readonly grants: Grants },
): Promise<Octokit> {
  const { installation } = repository;
  const app = await probot.auth();
  let kept: Promise<Token> | null = null;

  async function make(): Promise<Token> {
    const permissions = access === 'read' ? { permissions: await grants.reading(installation) } : {};
    const { data } = await app.request('POST /app/installations/{installation_id}/access_tokens', {
      installation_id: installation,
      repository_ids: [repository.id],
      ...permissions,
    });
    return { token: data.token, madeAt: Date.now() };
  }

  async function tokenNow(): Promise<Token> {
    const making = kept ?? make();
    kept = making;
    try {
      const token = await making;
      if (Date.now() - token.madeAt < mostSeconds * 1000) return token;
    } catch (error) {
      kept = null;
      // 422: perhaps a permission that the installation grants no longer.
      if (statusOf(error) === 422) grants.forget(installation);
      throw error;
    }
    if (kept === making) kept = make();
    return await (kept ?? make());
  }

  const hook: Hook = async (send, request) => {
    for (let tries = 1; ; tries += 1) {
      const { token, madeAt } = await tokenNow();
      try {
        return await send({ ...request, headers: { ...request.headers, authorization: `token ${token}` } });
      } catch (error) {
        if (statusOf(error) !== 401 || tries === mostTries) throw error;
        // An old one was called back; a new one needs a moment.
        if (Date.now() - madeAt > newSeconds * 1000) kept = null;
        else await setTimeout(tries * 1000);
      }
    }
  };

  // Its class holds everything but the authentication: address, retries, log.
  const Octokit = app.constructor as new (options: object) => Octokit;
  return new Octokit({ authStrategy: () => Object.assign(tokenNow, { hook }) });
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
