import type { RolloutMetricPolicy } from '../../policy/rollout-metric-policy.ts';
import type { RolloutPolicy } from '../../policy/rollout-policy.ts';
import { stepsOf } from '../rollout-steps.ts';

/** What is known of a service before its rollout. */
export interface Traffic {
  /** Requests of all arms together. */
  readonly requestsPerMinute: number;
  /** Of each metric by name, as the champion is; a metric without any is not foretold. */
  readonly metrics: Readonly<Record<string, MetricLevel>>;
}

/** How a metric of the champion behaves: events per exposure, or the variance of one value; and its dispersion. */
export type MetricLevel =
  | { readonly kind: 'events'; readonly rate: number; readonly dispersion: number }
  | { readonly kind: 'values'; readonly variance: number; readonly dispersion: number };

/** What one step needs. Infinite minutes: it can never get there; null: nothing is known of the traffic. */
export interface ExpectedStep {
  readonly weight: number;
  readonly needs: 'no-harm' | 'not-worse';
  /** Requests that the candidate has to answer in it. */
  readonly requests: number | null;
  readonly minutes: number | null;
  /** What takes longest: `minimum-exposure`, `minimum-minutes`, or the name of a metric that has to be proven. */
  readonly because: string;
  /** Minutes until a candidate that is worse by such a factor would be found harmful, if it began at this step. */
  readonly harmMinutes: readonly { readonly factor: number; readonly minutes: number | null }[];
}

const shownFactors = [1.5, 2, 5] as const;

/**
 * How many events of both arms together a test needs: log(1/α) over what one event tells on average (the relative entropy of the
 * arm it falls in). No test needs less on average; ours took 1.1 to 1.3 times as many.
 */
export function eventsNeeded(options: {
  /** Percent. */
  readonly weight: number;
  /** The rate ratio as it is, and as the refuted hypothesis says. */
  readonly actual: number;
  readonly refuted: number;
  readonly alpha: number;
}): number {
  const { weight, actual, refuted, alpha } = options;
  const [p, q] = [candidateShare(weight, actual), candidateShare(weight, refuted)];
  return -Math.log(alpha) / (p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q)));
}

/** What each step of a policy needs, and how long that takes with this traffic. */
export function expectedSteps(
  policy: Pick<RolloutPolicy, 'metrics' | 'steps'>,
  traffic: Traffic | null,
): readonly ExpectedStep[] {
  const metrics = Object.entries(policy.metrics).filter(([, { role }]) => role !== 'info');
  return stepsOf(policy).map((step) => {
    const { weight, needs } = step;
    const perMinute = traffic === null ? null : (traffic.requestsPerMinute * weight) / 100;
    const asks = [
      { requests: step['minimum-exposure'], because: 'minimum-exposure' },
      ...(perMinute === null ? [] : [{ requests: step['minimum-minutes'] * perMinute, because: 'minimum-minutes' }]),
      ...(needs === 'no-harm'
        ? []
        : metrics.flatMap(([name, metric]) => {
            const level = levelOf(traffic, name);
            return level === null ? [] : [{ requests: proofRequests({ metric, level, weight }), because: name }];
          })),
    ];
    const most = asks.reduce((a, b) => (b.requests > a.requests ? b : a));
    // What is not known of a metric that must be proven is not known of the step either.
    const isKnown =
      traffic !== null && (needs === 'no-harm' || metrics.every(([name]) => levelOf(traffic, name) !== null));
    return {
      weight,
      needs,
      requests: isKnown ? Math.ceil(most.requests) : null,
      minutes: isKnown && perMinute !== null ? most.requests / perMinute : null,
      because: most.because,
      harmMinutes: shownFactors.map((factor) => ({
        factor,
        minutes: traffic === null ? null : harmMinutes({ traffic, metrics, weight, factor }),
      })),
    };
  });
}

/** Requests of the candidate until a metric that is as good as the champion's is shown to be within its margin. */
function proofRequests(options: {
  readonly metric: RolloutMetricPolicy;
  readonly level: MetricLevel;
  readonly weight: number;
}): number {
  const { metric, level, weight } = options;
  const alpha = metric['non-inferiority-alpha'];
  if (level.kind === 'values') return valuesNeeded({ level, weight, distance: metric.margin, alpha });
  const refuted = isLowerBetter(metric) ? metric.margin : 1 / metric.margin;
  return requestsFor({ events: eventsNeeded({ weight, actual: 1, refuted, alpha }), level, weight, actual: 1 });
}

/** The shortest of all metrics, as each alone would find it; null when none can. */
function harmMinutes(options: {
  readonly traffic: Traffic;
  readonly metrics: readonly (readonly [string, RolloutMetricPolicy])[];
  readonly weight: number;
  readonly factor: number;
}): number | null {
  const { traffic, metrics, weight, factor } = options;
  const minutes = metrics.flatMap(([name, metric]) => {
    const level = levelOf(traffic, name);
    if (level?.kind !== 'events') return [];
    const actual = isLowerBetter(metric) ? factor : 1 / factor;
    const alpha = metric['harm-alpha'] / metrics.length;
    const events = eventsNeeded({ weight, actual, refuted: 1, alpha });
    const requests = requestsFor({ events, level, weight, actual });
    return [requests / ((traffic.requestsPerMinute * weight) / 100)];
  });
  return minutes.length === 0 ? null : Math.min(...minutes);
}

function requestsFor(options: {
  readonly events: number;
  readonly level: Extract<MetricLevel, { readonly kind: 'events' }>;
  readonly weight: number;
  readonly actual: number;
}): number {
  const { events, level, weight, actual } = options;
  const share = weight / 100;
  return (events * level.dispersion * share) / (level.rate * (share * actual + 1 - share));
}

/** The information of the difference that the log e-value needs on average to reach log(1/α), as the candidate's requests. */
function valuesNeeded(options: {
  readonly level: Extract<MetricLevel, { readonly kind: 'values' }>;
  readonly weight: number;
  readonly distance: number;
  readonly alpha: number;
}): number {
  const { level, weight, distance, alpha } = options;
  const information = (-2 * Math.log(alpha)) / distance ** 2;
  // Of n requests of the candidate there are n(1 − w)/w of the champion.
  return (information * level.variance * level.dispersion) / (1 - weight / 100);
}

function candidateShare(weight: number, ratio: number): number {
  const share = weight / 100;
  return (share * ratio) / (share * ratio + 1 - share);
}

function isLowerBetter({ direction, kind }: RolloutMetricPolicy): boolean {
  return (direction ?? (kind === 'conversion' ? 'higher-is-better' : 'lower-is-better')) === 'lower-is-better';
}

function levelOf(traffic: Traffic | null, name: string): MetricLevel | null {
  if (traffic === null || !Object.hasOwn(traffic.metrics, name)) return null;
  return traffic.metrics[name] ?? null;
}
