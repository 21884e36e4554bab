import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Failure, Faults } from '../faults.ts';
import type { Tokens } from '../identity.ts';
import { notFound, Refusal } from '../refusal.ts';
import type { Answer, Method, Mount, Route } from '../routes.ts';
import type { JsonObject, World } from '../state.ts';
import { answerOf, sendAnswer } from './answer.ts';
import { authenticate, identityText } from './authenticate.ts';
import { authorize, namedRepository } from './authorize.ts';
import { isObject } from './fields.ts';
import { createLimits, type RateLimit, secondaryLimit, spentLimit } from './limits.ts';
import { createMatcher } from './match.ts';

/** One REST call that was answered, for tests to count. */
export interface LoggedCall {
  readonly at: Date;
  readonly method: string;
  /** The template, `/repos/{owner}/{repo}/pulls`; the bare path when no route fits. */
  readonly route: string;
  readonly path: string;
  readonly status: number;
  /** `installation:1007`, `user:ada`, `app:siskin`, `job:1012` or `anonymous`. */
  readonly identity: string;
  readonly requestId: string;
  readonly durationMs: number;
}

/** A REST call with what went in and came out, for the conformance check. */
export interface Exchange {
  readonly call: LoggedCall;
  readonly query: URLSearchParams;
  readonly requestBody: JsonObject | null;
  readonly requestIsJson: boolean;
  readonly answer: Answer;
}

export interface ServerOptions {
  readonly world: World;
  readonly tokens: Tokens;
  readonly faults: Faults;
  readonly routes: readonly Route[];
  readonly mounts: readonly Mount[];
  readonly onRequest: (request: { readonly method: string; readonly path: string }) => void;
  readonly onExchange: (exchange: Exchange) => void;
}

/** GitHub's own bound on a request. */
const maxBodyBytes = 120 * 1024 * 1024;
const apiPrefixes = ['/api/v3', '/api/uploads'];
/** Roots that lead to the API without a prefix: no owner is called so. */
const apiRoots = /^\/(repos|repositories|app|apps|user|users|installation|rate_limit|app-manifests|meta|graphql)(\/|$)/;

/** Answers REST requests under `/api/v3`, `/api/uploads` and, for the API's own roots, at `/`; mounts come before. */
export function createGithubHandler(options: ServerOptions): RequestListener {
  const serve = createService(options);
  return (request, response) => {
    const url = new URL(request.url ?? '/', options.world.url);
    const mount = options.mounts.find((candidate) => candidate.matches(url.pathname));
    const work = mount === undefined ? serve({ request, response, url }) : mount.handle(request, response);
    Promise.resolve(work).catch((error: unknown) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  };
}

interface Incoming {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

/** What is learnt of a request while it is served; the log and the headers tell it also when it failed half-way. */
interface Progress {
  readonly path: string | null;
  readonly method: Method;
  readonly format: string;
  identity: string;
  route: string;
  limit: RateLimit | null;
  body: JsonObject | null;
  isJson: boolean;
}

function createService(options: ServerOptions): (incoming: Incoming) => Promise<void> {
  const { world, faults } = options;
  const match = createMatcher(options.routes);
  const limits = createLimits(world, faults);

  async function answer(incoming: Incoming, progress: Progress): Promise<Answer> {
    const { request, url } = incoming;
    const { method, path, format } = progress;
    const rawBody = await readBody(request);
    options.onRequest({ method, path: path ?? url.pathname });
    if (faults.latencyMs > 0) {
      await wait(faults.latencyMs);
    }
    const found = path === null ? null : match(method, path);
    if (path === null || found === null) {
      throw path === null ? notFound() : new Refusal(501, unknownRoute(method, path));
    }
    progress.route = found.route.path;
    const identity = await authenticate(world, options.tokens, request.headers.authorization);
    progress.identity = identityText(identity);
    progress.limit = limits.count(progress.identity);
    const failure = faults.takeFailure(`${method} ${path}`);
    if (failure !== null && failure.afterDoing === undefined) {
      throw failWith(failure, { request, now: world.clock() });
    }
    const repository = namedRepository(world, found.params);
    authorize(identity, { access: found.route.access, repository, method });
    if (method !== 'GET' && method !== 'DELETE') {
      limits.countContent(progress.identity);
    }
    progress.isJson = found.route.takes === 'json';
    progress.body = progress.isJson ? parseBody(rawBody) : {};
    const { params } = found;
    const { tokens } = options;
    const { body } = progress;
    const { headers } = request;
    const rateLimit = limits.current(progress.identity);
    const query = url.searchParams;
    const call = { world, tokens, identity, method, params, path, query, body, rawBody, headers, format, repository };
    const done = await found.route.handle({ ...call, rateLimit });
    if (failure !== null) {
      throw failWith(failure, { request, now: world.clock() });
    }
    return done;
  }

  return async (incoming) => {
    const { request, response, url } = incoming;
    const started = performance.now();
    const requestId = randomBytes(12).toString('hex').toUpperCase();
    const path = apiPath(url.pathname);
    const progress: Progress = {
      path,
      // Whatever else a client sends matches no route.
      method: (request.method ?? 'GET') as Method,
      format: formatOf(request.headers.accept),
      identity: 'anonymous',
      route: path ?? url.pathname,
      limit: null,
      body: null,
      isJson: false,
    };
    const given = await answer(incoming, progress).catch(answerOf);
    const envelope = { requestId, now: world.clock(), limit: progress.limit, format: progress.format };
    const status = sendAnswer({ request, response }, given, envelope);
    if (status === 304) {
      limits.refund(progress.identity);
    }
    const { method, route, identity } = progress;
    const durationMs = performance.now() - started;
    options.onExchange({
      call: { at: world.clock(), method, route, path: path ?? url.pathname, status, identity, requestId, durationMs },
      query: url.searchParams,
      requestBody: progress.body,
      requestIsJson: progress.isJson,
      answer: given,
    });
  };
}

/** The path below the API's root; null for what is no API path. */
function apiPath(pathname: string): string | null {
  for (const prefix of apiPrefixes) {
    if (pathname === prefix || pathname.startsWith(`${prefix}/`)) {
      return pathname.slice(prefix.length) || '/';
    }
  }
  return apiRoots.test(pathname) ? pathname : pathname === '/api/graphql' ? '/graphql' : null;
}

/** `application/vnd.github.v3.raw+json` asks for `raw`. */
function formatOf(accept: string | undefined): string {
  const match =
    /application\/vnd\.github(?:\.v3|\.[a-z-]+-preview)?(?:\.(raw|html|text|full|diff|patch|sha|object|base64))?(?:\+json)?/.exec(
      accept ?? '',
    );
  return match?.[1] ?? 'json';
}

function failWith(
  failure: Failure,
  { request, now }: { readonly request: IncomingMessage; readonly now: Date },
): Refusal {
  const { kind, retryAfterSeconds } = failure;
  if (kind === 'secondary-limit') {
    return secondaryLimit(retryAfterSeconds);
  }
  if (kind === 'primary-limit') {
    return spentLimit(new Date(now.getTime() + (retryAfterSeconds ?? 3600) * 1000));
  }
  if (kind === 'disconnect') {
    request.socket.destroy();
    return new Refusal(500, 'the connection was closed by a fault');
  }
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return new Refusal(kind, kind >= 500 ? 'Server Error' : 'Injected failure', { headers });
}

function unknownRoute(method: string, path: string): string {
  return `the local GitHub does not implement ${method} ${path}; add its route`;
}

async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    // Streams of a request yield buffers as long as nobody sets an encoding.
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > maxBodyBytes) {
      throw new Refusal(413, 'Payload too big');
    }
  }
  return Buffer.concat(chunks);
}

function parseBody(raw: Uint8Array): JsonObject {
  if (raw.length === 0) {
    return {};
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(raw).toString('utf8'));
  } catch {
    throw new Refusal(400, 'Problems parsing JSON');
  }
  if (Array.isArray(parsed)) {
    return { items: parsed };
  }
  if (!isObject(parsed)) {
    throw new Refusal(400, 'Body should be a JSON object');
  }
  return parsed;
}
