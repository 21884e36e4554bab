import { type Probot, ProbotOctokit } from 'probot';
import { AppError } from '../src/error.ts';
import type { Connect } from '../src/github/connection.ts';
import { asking } from '../src/github/failure.ts';
import type { AppIdentity } from '../src/observe.ts';
import type { CallMeter } from './calls.ts';
import type { Metrics } from './metrics.ts';

/** How fast GitHub may be asked: as its guidelines want it, or at full speed, for a GitHub on this machine. */
export type Pace = 'polite' | 'unlimited';

type OctokitOptions = NonNullable<ConstructorParameters<typeof ProbotOctokit>[0]>;

/** Longest that one request may take, the download of an artifact included. */
const requestMilliseconds = 60_000;

/** The Octokit class for this pace. GitHub asks for one write a second: https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api */
export function octokitFor(pace: Pace): typeof ProbotOctokit {
  return ProbotOctokit.defaults((options: OctokitOptions) => ({
    ...options,
    throttle: { ...options.throttle, ...throttling(pace) },
    retry: { retries: 2, retryAfterBaseValue: pace === 'polite' ? 1000 : 50 },
  }));
}

function throttling(pace: Pace) {
  if (pace === 'unlimited') return { enabled: false };
  // A long wait is left to the queue, which others can overtake; only a short one is sat out here.
  const sitOut = (seconds: number, _options: object, _octokit: object, tries: number) => seconds <= 20 && tries < 1;
  return { enabled: true, onRateLimit: sitOut, onSecondaryRateLimit: sitOut };
}

/** `fetch` with an end: a request without one could hold a lane for ever. */
export const fetchInTime: typeof fetch = (input, init) => {
  const end = AbortSignal.timeout(requestMilliseconds);
  const signal = init?.signal ? AbortSignal.any([init.signal, end]) : end;
  return fetch(input, { ...init, signal });
};

/** One Octokit per installation, whose calls are counted. Probot keeps and renews the tokens. */
export function openConnections(ports: {
  readonly probot: Probot;
  readonly meter: CallMeter;
  readonly metrics: Metrics;
}): Connect {
  const open = new Map<number, ReturnType<Probot['auth']>>();
  return async (installation) => {
    const known = open.get(installation) ?? connectTo(installation, ports);
    open.set(installation, known);
    return await known;
  };
}

async function connectTo(
  installation: number,
  { probot, meter, metrics }: { probot: Probot; meter: CallMeter; metrics: Metrics },
): ReturnType<Probot['auth']> {
  const octokit = await probot.auth(installation);
  octokit.hook.wrap('request', async (request, options) => {
    const call = { method: options.method, route: routeOf(options.url) };
    meter.count(options.method);
    try {
      const response = await request(options);
      metrics.called({ ...call, status: response.status });
      return response;
    } catch (error) {
      const status: unknown = Reflect.get(Object(error), 'status');
      metrics.called({ ...call, status: typeof status === 'number' ? status : 0 });
      throw error;
    }
  });
  return octokit;
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
