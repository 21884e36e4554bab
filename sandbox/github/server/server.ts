import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Faults } from '../faults.ts';
import type { Tokens } from '../identity.ts';
import { Refusal } from '../refusal.ts';
import type { Answer, Method, Mount, Route } from '../routes.ts';
import type { JsonObject, World } from '../state.ts';
import { answerOf, sendAnswer } from './answer.ts';
import { authenticate, identityText } from './authenticate.ts';
import { authorize, namedRepository } from './authorize.ts';
import { isObject } from './fields.ts';
import { createLimits, type RateLimit, secondaryLimit } from './limits.ts';
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
  readonly onExchange: (exchange: Exchange) => void;
}

/** GitHub's own bound on a request. */
const maxBodyBytes = 120 * 1024 * 1024;
const apiPrefixes = ['/api/v3', '/api/uploads'];
/** Roots that lead to the API without a prefix: no owner is called so. */
const apiRoots = /^\/(repos|repositories|app|apps|user|users|installation|rate_limit|app-manifests|meta|graphql)(\/|$)/;

/** Answers REST requests under `/api/v3`, `/api/uploads` and, for the API's own roots, at `/`; mounts come before. */
export function createGithubHandler(options: ServerOptions): RequestListener {
  const match = createMatcher(options.routes);
  const limits = createLimits(options.world, options.faults);
  return (request, response) => {
    const url = new URL(request.url ?? '/', options.world.url);
    const mount = options.mounts.find((candidate) => candidate.matches(url.pathname));
    const work = mount === undefined ? rest(request, response, url) : mount.handle(request, response);
    Promise.resolve(work).catch((error: unknown) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  };

  async function rest(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const { world, tokens, faults } = options;
    const started = performance.now();
    const requestId = randomBytes(12).toString('hex').toUpperCase();
    const format = formatOf(request.headers.accept);
    const path = apiPath(url.pathname);
    const method = (request.method ?? 'GET') as Method;
    let identity = 'anonymous';
    let route = path ?? url.pathname;
    let limit: RateLimit | null = null;
    let body: JsonObject | null = null;
    let isJson = false;
    const serve = async (): Promise<Answer> => {
      const rawBody = await readBody(request);
      if (faults.latencyMs > 0) {
        await wait(faults.latencyMs);
      }
      const found = path === null ? null : match(method, path);
      if (found === null) {
        throw new Refusal(path === null ? 404 : 501, path === null ? 'Not Found' : unknownRoute(method, path));
      }
      route = found.route.path;
      const who = await authenticate(world, tokens, request.headers.authorization);
      identity = identityText(who);
      limit = limits.count(identity);
      const failure = faults.takeFailure(`${method} ${path}`);
      if (failure !== null) {
        throw failureOf(failure.kind, failure.retryAfterSeconds);
      }
      const repository = namedRepository(world, found.params);
      authorize(who, { access: found.route.access, repository, method });
      if (method !== 'GET' && method !== 'DELETE') {
        limits.countContent(identity);
      }
      isJson = found.route.takes === 'json';
      body = isJson ? parseBody(rawBody) : {};
      return found.route.handle({
        world,
        tokens,
        identity: who,
        method,
        params: found.params,
        path: path ?? '',
        query: url.searchParams,
        body,
        rawBody,
        headers: request.headers,
        format,
        repository,
        rateLimit: limits.current(identity),
      });
    };
    const answer = await serve().catch(answerOf);
    const status = sendAnswer({ request, response }, answer, { requestId, now: world.clock(), limit, format });
    if (status === 304) {
      limits.refund(identity);
    }
    const call: LoggedCall = {
      at: world.clock(),
      method,
      route,
      path: path ?? url.pathname,
      status,
      identity,
      requestId,
      durationMs: performance.now() - started,
    };
    options.onExchange({ call, query: url.searchParams, requestBody: body, requestIsJson: isJson, answer });
  }
}

/** The path below the API's root; null for what is no API path. */
function apiPath(pathname: string): string | null {
  for (const prefix of apiPrefixes) {
    if (pathname === prefix || pathname.startsWith(`${prefix}/`)) {
      return pathname.slice(prefix.length) || '/';
    }
  }
  return apiRoots.test(pathname) ? pathname : null;
}

/** `application/vnd.github.v3.raw+json` asks for `raw`. */
function formatOf(accept: string | undefined): string {
  const match =
    /application\/vnd\.github(?:\.v3|\.[a-z-]+-preview)?(?:\.(raw|html|text|full|diff|patch|sha|object|base64))?(?:\+json)?/.exec(
      accept ?? '',
    );
  return match?.[1] ?? 'json';
}

function failureOf(kind: 'secondary-limit' | number, retryAfterSeconds: number | undefined): Refusal {
  if (kind === 'secondary-limit') {
    return secondaryLimit(retryAfterSeconds);
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
