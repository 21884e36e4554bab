import { type Probot, ProbotOctokit } from 'probot';
import { AppError } from '../src/error.ts';
import type { Connect } from '../src/github/connection.ts';
import { asking, rateRefusal, secondsToReset } from '../src/github/failure.ts';
import type { Repository } from '../src/intent.ts';
import type { AppIdentity } from '../src/observe.ts';
import type { RateRefusal } from '../src/ports.ts';
import type { CallMeter } from './calls.ts';
import type { Metrics } from './metrics.ts';
import { type Access, type Grants, narrowedOctokit, openGrants } from './narrowed-octokit.ts';
import { openPoliteness, type Politeness } from './politeness.ts';
import type { Turnaway } from './turnaway.ts';

/** How fast GitHub may be asked: as its guidelines want it, or at full speed, for a GitHub on this machine. */
export type Pace = 'polite' | 'unlimited';

type OctokitOptions = NonNullable<ConstructorParameters<typeof ProbotOctokit>[0]>;
type Octokit = Awaited<ReturnType<Probot['auth']>>;

/** Longest that one request may take, the download of an artifact included. */
const requestMilliseconds = 60_000;

/** Connections that are kept; one more takes the place of the one that was used longest ago. */
const mostConnections = 200;

/**
 * The Octokit class for this pace. Waiting for limits is the outbox's, which all replicas share, so Octokit's own
 * queue is off; and what GitHub refuses for our rate is never repeated at once.
 */
export function octokitFor(pace: Pace): typeof ProbotOctokit {
  return ProbotOctokit.defaults((options: OctokitOptions) => ({
    ...options,
    throttle: { enabled: false },
    retry: {
      retries: 2,
      retryAfterBaseValue: pace === 'polite' ? 1000 : 50,
      doNotRetry: [400, 401, 403, 404, 410, 422, 429, 451],
    },
  }));
}

/** `fetch` with an end: a request without one could hold a lane for ever. */
export const fetchInTime: typeof fetch = (input, init) => {
  const end = AbortSignal.timeout(requestMilliseconds);
  const signal = init?.signal ? AbortSignal.any([init.signal, end]) : end;
  return fetch(input, { ...init, signal });
};

/** Connections to GitHub, each for one repository: to read with a token that can only read, and to write. */
export interface Connections {
  readonly read: Connect;
  readonly write: Connect;
}

interface ConnectionPorts {
  readonly probot: Probot;
  readonly meter: CallMeter;
  readonly metrics: Metrics;
  readonly turnaway: Turnaway;
}

/** Opens none yet; each is opened when it is first asked for. */
export function openConnections(ports: ConnectionPorts): Connections {
  const open = new Map<string, Promise<Octokit>>();
  const politeness = openPoliteness();
  const grants = openGrants(ports.probot);

  function connect(repository: Repository, access: Access): Promise<Octokit> {
    // A repository that is moved to another installation keeps its id.
    const key = `${access}/${repository.installation}/${repository.id}`;
    const found = open.get(key) ?? connectTo(repository, { access, ports, politeness, grants });
    open.delete(key);
    open.set(key, found);
    for (const oldest of open.keys()) {
      if (open.size <= mostConnections) break;
      open.delete(oldest);
    }
    return found;
  }

  return { read: (repository) => connect(repository, 'read'), write: (repository) => connect(repository, 'write') };
}

async function connectTo(
  repository: Repository,
  options: {
    readonly access: Access;
    readonly ports: ConnectionPorts;
    readonly politeness: Politeness;
    readonly grants: Grants;
  },
): Promise<Octokit> {
  const { access, politeness, grants } = options;
  const { probot, meter, metrics, turnaway } = options.ports;
  const { installation } = repository;
  const octokit = await narrowedOctokit(repository, { probot, access, grants });
  octokit.hook.wrap('request', async (request, requested) => {
    const { method } = requested;
    const call = { method, route: routeOf(requested.url) };
    turnaway.check(installation);
    meter.count(method);
    let response: Awaited<ReturnType<typeof request>>;
    try {
      response = await politeness.inTurn({ repository, method }, async () => await request(requested));
    } catch (error) {
      const status: unknown = Reflect.get(Object(error), 'status');
      metrics.called({ ...call, status: typeof status === 'number' ? status : 0 });
      const refusal = rateRefusal(error);
      if (refusal !== null) await turnaway.refused(installation, refusal);
      throw error;
    }
    metrics.called({ ...call, status: response.status });
    await noteBudget(response.headers);
    return response;
  });
  return octokit;

  /** GitHub says with each answer how many requests are left; the last one is not followed by one that is refused. */
  async function noteBudget(headers: Readonly<Record<string, unknown>>): Promise<void> {
    const remaining = Number(headers['x-ratelimit-remaining'] ?? Number.NaN);
    if (!Number.isFinite(remaining)) return;
    metrics.budgetLeft(installation, remaining);
    if (remaining > 0) return;
    const seconds = secondsToReset(textOf(headers['x-ratelimit-reset']), textOf(headers['date']));
    const refusal: RateRefusal = { by: 'primary', seconds };
    await turnaway.refused(installation, refusal);
  }
}

function textOf(header: unknown): string | null {
  return typeof header === 'string' || typeof header === 'number' ? String(header) : null;
}

/** Pages after the first come with a full URL; numbers and hashes in it would make a label each. */
function routeOf(url: string): string {
  return url.startsWith('/') ? url : 'page';
}

/** Asks GitHub once who we are; a failure is not kept. */
export function openIdentity(probot: Probot): () => Promise<AppIdentity> {
  let known: Promise<AppIdentity> | null = null;
  return async () => {
    known ??= readIdentity(probot);
    try {
      return await known;
    } catch (error) {
      known = null;
      throw error;
    }
  };
}

async function readIdentity(probot: Probot): Promise<AppIdentity> {
  const octokit = await probot.auth();
  const { data } = await asking('name this App', () => octokit.request('GET /app'));
  if (data?.slug === undefined) {
    throw new AppError(
      'github-refused',
      'expected GitHub to name this App, found no answer; check APP_ID and the private key',
    );
  }
  return { id: Number(data.id), slug: data.slug };
}
