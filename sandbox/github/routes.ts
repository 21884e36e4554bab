import type { IncomingMessage, ServerResponse } from 'node:http';
import type { By } from './domain/push.ts';
import type { Identity, Tokens } from './identity.ts';
import { notFound } from './refusal.ts';
import type { RateLimit } from './server/limits.ts';
import type { Account, App, JsonObject, Repository, Role, World } from './state.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE' | 'HEAD';

/** One request after it was matched, identified and permitted. */
export interface Call {
  readonly world: World;
  readonly tokens: Tokens;
  readonly identity: Identity;
  readonly method: Method;
  /** The route's template parameters, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Below the API's root, as it was sent: `/repos/ada/flights/pulls`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The JSON body; empty when there is none. */
  readonly body: JsonObject;
  readonly rawBody: Uint8Array;
  readonly headers: IncomingMessage['headers'];
  /** The custom media type asked for, e.g. `raw`, `diff`, `object`, or `json`. */
  readonly format: string;
  /** The repository of `{owner}/{repo}`; null in routes without. */
  readonly repository: Repository | null;
  readonly rateLimit: RateLimit;
}

export interface RepositoryCall extends Call {
  readonly repository: Repository;
}

/** `json` is answered as JSON; `bytes` as they are. Neither: an empty body. */
export interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly bytes?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Who may call a route. In a repository an installation or a job needs one of `permissions` (`contents:write`), a person
 * `role`. `app` wants the App's own JWT, `installation` an installation token, `person` somebody's token.
 */
export type Access =
  | { readonly kind: 'repository'; readonly permissions: readonly string[]; readonly role: Role }
  | { readonly kind: 'app' | 'installation' | 'person' | 'anyone' };

/** One operation of the REST API; `path` is spelt as in GitHub's OpenAPI description. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly access: Access;
  /** `bytes` for uploads, whose body is not parsed. */
  readonly takes: 'json' | 'bytes';
  readonly handle: (call: Call) => Answer | Promise<Answer>;
}

/** A part of the server that is not REST: every path that it matches. It answers by itself, before REST is asked. */
export interface Mount {
  readonly matches: (pathname: string) => boolean;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
}

/** `GET /repos/{owner}/{repo}`, as in GitHub's documentation. */
export type Operation = `${Method} /${string}`;

/**
 * A route below `/repos/{owner}/{repo}`. `permissions` are alternatives, as `'issues:write pull_requests:write'`; a person
 * needs `role`, or else the role that the first permission's level suggests.
 */
export function repositoryRoute(
  operation: Operation,
  options: {
    readonly permissions: string;
    readonly role?: Role;
    readonly takes?: 'bytes';
    readonly handle: (call: RepositoryCall) => Answer | Promise<Answer>;
  },
): Route {
  const permissions = options.permissions.split(' ');
  return {
    ...parseOperation(operation),
    takes: options.takes ?? 'json',
    access: {
      kind: 'repository',
      permissions,
      role: options.role ?? (permissions[0]?.endsWith(':write') ? 'write' : 'read'),
    },
    handle: (call) => {
      if (call.repository === null) {
        throw notFound();
      }
      return options.handle({ ...call, repository: call.repository });
    },
  };
}

/** A route outside repositories. */
export function route(
  operation: Operation,
  options: {
    readonly access: 'app' | 'installation' | 'person' | 'anyone';
    readonly handle: (call: Call) => Answer | Promise<Answer>;
  },
): Route {
  return { ...parseOperation(operation), takes: 'json', access: { kind: options.access }, handle: options.handle };
}

function parseOperation(operation: Operation): { readonly method: Method; readonly path: string } {
  const space = operation.indexOf(' ');
  // The template literal type begins with a method.
  return { method: operation.slice(0, space) as Method, path: operation.slice(space + 1) };
}

/** The account behind an identity: the person, the App's bot, or github-actions[bot]; null for nobody. */
export function accountOf(identity: Identity): Account | null {
  switch (identity.kind) {
    case 'user':
      return identity.account;
    case 'installation':
      return identity.installation.app.account;
    case 'app':
      return identity.app.account;
    case 'job':
      return identity.app.account;
    case 'anonymous':
      return null;
  }
}

/** The account that acts. Routes that write are closed to nobodies, so one who comes here gets 404. */
export function actorOf(call: Call): Account {
  const account = accountOf(call.identity);
  if (account === null) {
    throw notFound();
  }
  return account;
}

/** The App behind the call, or null when a person acts. */
export function appOf(call: Call): App | null {
  switch (call.identity.kind) {
    case 'installation':
      return call.identity.installation.app;
    case 'app':
    case 'job':
      return call.identity.app;
    default:
      return null;
  }
}

/** On whose behalf an identity acts, as webhooks tell it. */
export function byIdentity(identity: Identity): By {
  const account = accountOf(identity);
  if (account === null) {
    throw notFound();
  }
  return { account, cause: identity.kind === 'job' ? 'job' : identity.kind === 'user' ? 'person' : 'app' };
}

/** On whose behalf a call acts. */
export function byOf(call: Call): By {
  return byIdentity(call.identity);
}
