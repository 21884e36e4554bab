import type { RolloutPolicy } from '../policy/rollout-policy.ts';
import { type ArmCounts, Interval } from './evidence.ts';
import type { Traffic } from './judge/expected-exposure.ts';
import { trafficSeen } from './judge/traffic-seen.ts';

/** What one arm did of one metric since traffic moves. */
export interface ArmCourse {
  /** Requests (of a conversion, users). */
  readonly n: number;
  /** Of counts a share, of means an average, of histograms the quantile of the policy; null while nothing was counted. */
  readonly value: number | null;
  /** The same of each interval, oldest first; null where there is none. */
  readonly each: readonly (number | null)[];
}

/** The evidence of a rollout as people look at it. */
export interface Course {
  /** How many intervals with traffic on the candidate are sealed. */
  readonly intervals: number;
  /** How many intervals of history there are. */
  readonly history: number;
  /** Requests that the candidate answered; null where no metric says it. */
  readonly requests: number | null;
  /** What the champion's intervals tell of the traffic to come; null while nothing is known. */
  readonly traffic: Traffic | null;
  readonly metrics: Readonly<Record<string, { readonly champion: ArmCourse; readonly candidate: ArmCourse }>>;
}

/** The quantile that is shown of a histogram whose policy names an edge and none. */
const usualQuantile = 0.95;

/** Adds up sealed evidence. A line that is no evidence counts for nothing. */
export function courseOf(
  lines: readonly string[],
  policy: Pick<RolloutPolicy, 'metrics' | 'interval-seconds'>,
): Course {
  const all = lines.flatMap((line) => intervalOf(line) ?? []);
  const live = all.filter(({ interval }) => interval >= 0);
  const arms = Object.entries(policy.metrics).map(([name, { quantile = usualQuantile }]) => {
    const arm = (which: 'champion' | 'candidate') =>
      armCourse(
        live.map((one) => (Object.hasOwn(one.metrics, name) ? one.metrics[name]?.[which] : undefined)),
        quantile,
      );
    return [name, { champion: arm('champion'), candidate: arm('candidate') }] as const;
  });
  const requests = live.map((one) => one.requests?.candidate ?? null);
  const [first] = arms;
  return {
    intervals: live.length,
    history: all.length - live.length,
    traffic: trafficSeen(all, policy),
    requests: requests.some((one) => one !== null) ? sum(requests) : (first?.[1].candidate.n ?? null),
    metrics: Object.fromEntries(arms),
  };
}

function intervalOf(line: string): Interval | null {
  try {
    const parsed = Interval.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

type Counted = NonNullable<Interval['metrics'][string]['candidate']>;

function armCourse(counted: readonly (Counted | undefined)[], quantile: number): ArmCourse {
  const numbers = counted.map((one) => (one === undefined || 'missing' in one ? null : one));
  const known = numbers.filter((one) => one !== null);
  return {
    n: sum(known.map(({ n }) => n)),
    value: measureOf(added(known), quantile),
    each: numbers.map((one) => (one === null ? null : measureOf(one, quantile))),
  };
}

function measureOf(counts: ArmCounts | null, quantile: number): number | null {
  if (counts === null || counts.n === 0) return null;
  if ('x' in counts) return counts.x / counts.n;
  return 'sum' in counts ? counts.sum / counts.n : quantileOf(counts.buckets, quantile);
}

/** Counts of one kind added up; null where there are none, or where they are of several kinds or of other edges. */
function added(all: readonly ArmCounts[]): ArmCounts | null {
  const [first] = all;
  if (first === undefined) return null;
  const n = sum(all.map((one) => one.n));
  if ('x' in first) return { n, x: sum(all.map((one) => ('x' in one ? one.x : 0))) };
  if ('sum' in first) {
    return {
      n,
      sum: sum(all.map((one) => ('sum' in one ? one.sum : 0))),
      sumsq: sum(all.map((one) => ('sum' in one ? one.sumsq : 0))),
    };
  }
  const totals = new Map(first.buckets.map(([edge]) => [edge, 0]));
  for (const one of all) {
    if (!('buckets' in one)) return null;
    for (const [edge, many] of one.buckets) {
      const before = totals.get(edge);
      if (before === undefined) return null;
      totals.set(edge, before + many);
    }
  }
  return { n, buckets: [...totals] };
}

/** Within its bucket a quantile is taken to lie on a line, as Prometheus does; beyond the last edge there is no number. */
function quantileOf(buckets: readonly (readonly [number | '+Inf', number])[], quantile: number): number | null {
  const total = buckets.at(-1)?.[1] ?? 0;
  const wanted = quantile * total;
  let [edgeBefore, countBefore] = [0, 0];
  for (const [edge, many] of buckets) {
    if (many >= wanted && total > 0) {
      if (edge === '+Inf') return null;
      const share = many === countBefore ? 1 : (wanted - countBefore) / (many - countBefore);
      return edgeBefore + (edge - edgeBefore) * share;
    }
    [edgeBefore, countBefore] = [edge === '+Inf' ? edgeBefore : edge, many];
  }
  return null;
}

function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}
