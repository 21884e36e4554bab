import { setTimeout } from 'node:timers/promises';
import type { Probot } from 'probot';
import { statusOf } from '../src/github/failure.ts';
import type { Repository } from '../src/intent.ts';

/** What an installation lets the App do, by the names of the permissions. */
type Permissions = Readonly<Record<string, 'read' | 'write'>>;

/** What a token may do: all that the installation grants, or only read. */
export type Access = 'read' | 'write';

type Octokit = Awaited<ReturnType<Probot['auth']>>;

/** A token, made or being made. */
interface Token {
  readonly text: Promise<string>;
  /** Milliseconds since 1970. */
  readonly askedAt: number;
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
  let kept: Token | null = null;

  async function make(): Promise<string> {
    const permissions = access === 'read' ? { permissions: await grants.reading(installation) } : {};
    const { data } = await app.request('POST /app/installations/{installation_id}/access_tokens', {
      installation_id: installation,
      repository_ids: [repository.id],
      ...permissions,
    });
    return data.token;
  }

  function tokenNow(): Token {
    const now = Date.now();
    if (kept === null || now - kept.askedAt >= mostSeconds * 1000) kept = { text: make(), askedAt: now };
    return kept;
  }

  /** Has another one made next time, unless that was done already. */
  function drop(token: Token): void {
    if (kept === token) kept = null;
  }

  async function textOf(token: Token): Promise<string> {
    try {
      return await token.text;
    } catch (error) {
      drop(token);
      // 422: perhaps a permission that the installation grants no longer.
      if (statusOf(error) === 422) grants.forget(installation);
      throw error;
    }
  }

  const hook: Hook = async (send, request) => {
    for (let tries = 1; ; tries += 1) {
      const token = tokenNow();
      const authorization = `token ${await textOf(token)}`;
      try {
        return await send({ ...request, headers: { ...request.headers, authorization } });
      } catch (error) {
        if (statusOf(error) !== 401 || tries === mostTries) throw error;
        // An old one was called back; a new one needs a moment.
        if (Date.now() - token.askedAt > newSeconds * 1000) drop(token);
        else await setTimeout(tries * 1000);
      }
    }
  };

  // Its class holds everything but the authentication: address, retries, log.
  const Octokit = app.constructor as new (options: object) => Octokit;
  return new Octokit({ authStrategy: () => ({ hook }) });
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
