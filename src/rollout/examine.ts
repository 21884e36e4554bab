import { AppError, messageOf } from '../error.ts';
import type { RolloutPolicy } from '../policy/rollout-policy.ts';
import type { Examination } from '../ports/release-reader.ts';
import type { Capability, ServedModel } from '../ports/serving.ts';
import type { Connections } from './connections.ts';
import type { Interval } from './evidence.ts';
import { trafficSeen } from './judge/traffic-seen.ts';

/** So much of the past is looked at, in so many windows. */
const windows = 6;
const windowSeconds = 600;

/** What is examined: one model of one repository in one environment. */
export interface Examined {
  readonly repository: string;
  readonly model: string;
  readonly environment: string;
  readonly policy: RolloutPolicy;
  readonly champion: ServedModel | null;
  readonly candidate: ServedModel;
  /** ISO 8601. */
  readonly now: string;
}

/**
 * Asks platform and metric sources of an environment whether a rollout could run there, and what the champion answers now.
 * It never throws: what cannot be asked is a sentence. A runner's environment is asked by the runner, when it begins.
 */
export async function examine(connections: Connections, examined: Examined): Promise<Examination> {
  const { policy } = examined;
  if (policy.executor === 'runner') return { capability: null, problems: [], metrics: {}, traffic: null };
  const [{ capability, problems }, metrics, traffic] = await Promise.all([
    probed(connections, examined),
    checked(connections, examined),
    seen(connections, examined),
  ]);
  return { capability, problems, metrics, traffic };
}

async function probed(
  connections: Connections,
  { repository, environment, model, policy }: Examined,
): Promise<{ readonly capability: Capability | null; readonly problems: readonly string[] }> {
  const { serving } = policy;
  if (serving === undefined) return { capability: null, problems: [] };
  try {
    const { connection } = serving;
    const platform = connections.openServing({ repository, environment, model, connection, target: serving });
    return { capability: await platform.probe(), problems: [] };
  } catch (error) {
    return { capability: null, problems: [said(error)] };
  }
}

async function checked(connections: Connections, examined: Examined): Promise<Examination['metrics']> {
  const all = Object.entries(examined.policy.metrics).map(async ([name]): Promise<[string, readonly string[]]> => {
    const { now } = examined;
    try {
      const source = sourceOf(connections, examined, name);
      if (source === null) return [name, []];
      return [
        name,
        await source.port.check(question(examined, { name, metric: source.metric, from: before(now, 1), to: now })),
      ];
    } catch (error) {
      return [name, [said(error)]];
    }
  });
  return Object.fromEntries(await Promise.all(all));
}

async function seen(connections: Connections, examined: Examined): Promise<Examination['traffic']> {
  const { policy, now } = examined;
  if (examined.champion === null) return null;
  const intervals = Array.from({ length: windows }, async (_, at): Promise<Interval> => {
    const [from, to] = [before(now, at + 1), before(now, at)];
    const metrics = Object.keys(policy.metrics).map(
      async (name) => [name, await measured(connections, examined, { name, from, to })] as const,
    );
    const known = (await Promise.all(metrics)).flatMap(([name, counts]) =>
      counts === null ? [] : [[name, { champion: counts }] as const],
    );
    return { interval: -1 - at, end: to, weight: 0, metrics: Object.fromEntries(known) };
  });
  return trafficSeen(await Promise.all(intervals), { metrics: policy.metrics, 'interval-seconds': windowSeconds });
}

async function measured(
  connections: Connections,
  examined: Examined,
  { name, from, to }: { readonly name: string; readonly from: string; readonly to: string },
) {
  try {
    const source = sourceOf(connections, examined, name);
    if (source === null) return null;
    const found = await source.port.measure(question(examined, { name, metric: source.metric, from, to }));
    return found.kind === 'value' && !found.reset ? found.counts : null;
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

type Metric = RolloutPolicy['metrics'][string];

/** Null where the metric names no source: it is given to the judge from elsewhere. */
function sourceOf(connections: Connections, { policy, repository, environment }: Examined, name: string) {
  const metric = policy.metrics[name];
  if (metric?.source === undefined) return null;
  return { metric, port: connections.openMetricSource({ repository, environment, connection: metric.source }) };
}

function question(
  { model, champion, candidate }: Examined,
  {
    name,
    metric,
    from,
    to,
  }: { readonly name: string; readonly metric: Metric; readonly from: string; readonly to: string },
) {
  // Before anything ever served there is only the candidate, which has no series yet.
  const arm = champion === null ? ('candidate' as const) : ('champion' as const);
  return { name, metric, model, arm, version: (champion ?? candidate).version, from, to };
}

function before(now: string, count: number): string {
  return new Date(Date.parse(now) - count * windowSeconds * 1000).toISOString();
}

function said(error: unknown): string {
  return messageOf(error).slice(0, 500);
}
