import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Identity, Tokens } from './identity.ts';
import { notFound } from './refusal.ts';
import type { Account, App, JsonObject, Repository, Role, World } from './state.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE' | 'HEAD';

/** One request after it was matched, identified and permitted. */
export interface Call {
  readonly world: World;
  readonly tokens: Tokens;
  readonly identity: Identity;
  /** The route's template parameters, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The JSON body; empty when there is none. */
  readonly body: JsonObject;
  readonly rawBody: Uint8Array;
  readonly headers: IncomingMessage['headers'];
  /** The custom media type asked for, e.g. `raw`, `diff`, `object`, or `json`. */
  readonly format: string;
  /** The repository of `{owner}/{repo}`; null in routes without. */
  readonly repository: Repository | null;
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
  readonly handle: (call: Call) => Answer | Promise<Answer>;
}

/**
 * A part of the server that is not REST: everything below `prefix`, matched after git and before REST. It answers by itself.
 */
export interface Mount {
  readonly prefix: string;
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
    readonly handle: (call: RepositoryCall) => Answer | Promise<Answer>;
  },
): Route {
  const permissions = options.permissions.split(' ');
  return {
    ...parseOperation(operation),
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
  return { ...parseOperation(operation), access: { kind: options.access }, handle: options.handle };
}

function parseOperation(operation: Operation): { readonly method: Method; readonly path: string } {
  const space = operation.indexOf(' ');
  // The template literal type begins with a method.
  return { method: operation.slice(0, space) as Method, path: operation.slice(space + 1) };
}

/** The account that acts: the person, the App's bot, or github-actions[bot]; strangers get 404. */
export function actorOf(call: Call): Account {
  switch (call.identity.kind) {
    case 'user':
      return call.identity.account;
    case 'installation':
      return call.identity.installation.app.account;
    case 'app':
      return call.identity.app.account;
    case 'job': {
      const bot = call.world.accounts.get('github-actions[bot]');
      if (bot === undefined) {
        throw notFound();
      }
      return bot;
    }
    case 'anonymous':
      throw notFound();
  }
}

/** The App behind the call, or null when a person acts. */
export function appOf(call: Call): App | null {
  switch (call.identity.kind) {
    case 'installation':
      return call.identity.installation.app;
    case 'app':
      return call.identity.app;
    case 'job':
      return [...call.world.apps.values()].find((app) => app.slug === 'github-actions') ?? null;
    default:
      return null;
  }
}

/** Who caused what a call does, as events tell it. */
export function causeOf(identity: Identity): 'person' | 'app' | 'job' {
  return identity.kind === 'job' ? 'job' : identity.kind === 'user' ? 'person' : 'app';
}
