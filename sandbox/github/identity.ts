import { randomBytes } from 'node:crypto';
import { githubActions } from './apps.ts';
import type { Account, App, Installation, Permissions, Repository, World } from './state.ts';

/** Who makes a request. A job is a workflow job with its GITHUB_TOKEN. */
export type Identity =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'user'; readonly account: Account }
  | { readonly kind: 'app'; readonly app: App }
  | {
      readonly kind: 'installation';
      readonly installation: Installation;
      /** Null when the token was not narrowed to some repositories. */
      readonly repositories: ReadonlySet<Repository> | null;
      readonly permissions: Permissions;
    }
  | {
      readonly kind: 'job';
      /** GitHub Actions itself, an App of every GitHub: see `githubActions`. */
      readonly app: App;
      readonly repository: Repository;
      readonly permissions: Permissions;
      readonly jobId: number;
    };

/** Whom a token is for. A job acts as GitHub Actions; its permissions may be spelt as workflows do, `pull-requests`. */
export type Bearer =
  | Exclude<Identity, { kind: 'anonymous' | 'app' | 'job' }>
  | Omit<Extract<Identity, { kind: 'job' }>, 'app'>;

interface Grant {
  readonly identity: Identity;
  readonly expiresAt: Date | null;
}

/** The tokens that were given out, and whom they stand for. */
export interface Tokens {
  /** Jobs' and installations' tokens live an hour unless told otherwise; people's do not end. */
  issueToken(bearer: Bearer, expiresAt?: Date): { readonly token: string; readonly expiresAt: Date };
  revokeToken(token: string): void;
  /** Null when the token is unknown, has expired, or its App was uninstalled. */
  identify(token: string): Identity | null;
}

const prefixes = { user: 'ghp_', installation: 'ghs_', job: 'ghs_' } as const;
const hour = 3_600_000;

/** Tokens of one world, kept in memory. */
export function createTokens(world: World): Tokens {
  const grants = new Map<string, Grant>();
  return {
    issueToken: (bearer, expiresAt) => {
      const identity: Identity =
        bearer.kind === 'job'
          ? { ...bearer, app: githubActions(world), permissions: underscored(bearer.permissions) }
          : bearer;
      const token = prefixes[identity.kind] + randomBytes(27).toString('base64url').replace(/[-_]/g, 'x').slice(0, 36);
      const end = expiresAt ?? new Date(world.clock().getTime() + hour);
      grants.set(token, { identity, expiresAt: identity.kind === 'user' ? null : end });
      return { token, expiresAt: end };
    },
    revokeToken: (token) => {
      grants.delete(token);
    },
    identify: (token) => {
      const grant = grants.get(token);
      if (grant === undefined || (grant.expiresAt !== null && grant.expiresAt <= world.clock())) {
        return null;
      }
      const { identity } = grant;
      const uninstalled = identity.kind === 'installation' && !world.installations.has(identity.installation.id);
      return uninstalled ? null : identity;
    },
  };
}

function underscored(permissions: Permissions): Permissions {
  return Object.fromEntries(Object.entries(permissions).map(([name, level]) => [name.replaceAll('-', '_'), level]));
}

/** Whether the identity holds this permission (`contents:read`); people are judged by role, not by this. */
export function holds(permissions: Permissions, wanted: string): boolean {
  const [name = '', level] = wanted.split(':');
  if (name === 'metadata') {
    return true;
  }
  const held = permissions[name];
  return held === 'write' || (held === 'read' && level === 'read');
}
