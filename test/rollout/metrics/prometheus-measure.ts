import { RolloutMetricPolicy } from '../../../src/policy/rollout-metric-policy.ts';
import { answerPrometheus, type HeldSeries } from './prometheus-server.ts';
import { now, openSource, questionOf, startSource } from './source-contract.ts';

/** The beginning of the window, in milliseconds since 1970. */
export const from = now - 60_000;

/** What the adapter makes of a Prometheus that holds these series. */
export async function measure(options: {
  readonly series: readonly HeldSeries[];
  readonly query: Readonly<Record<string, string>>;
  readonly metric?: Readonly<Record<string, unknown>>;
}) {
  await using server = await startSource({ answer: (asked) => answerPrometheus(options.series, asked) });
  const source = openSource({ kind: 'prometheus', settings: `url: ${server.url}` });
  const metric = RolloutMetricPolicy.parse({
    source: 'it',
    kind: 'error-rate',
    query: options.query,
    ...options.metric,
  });
  const question = { ...questionOf(options.query), metric };
  return { measured: await source.measure(question), checked: await source.check(question) };
}

/** A counter with samples at seconds since the beginning of the window. */
export function counter(
  name: string,
  samples: readonly (readonly [seconds: number, value: number])[],
  labels: object = {},
): HeldSeries {
  return {
    labels: { __name__: name, version: 'v1.4.0', instance: 'a:1', job: 'fraud', ...labels },
    samples: samples.map(([seconds, value]) => [from + seconds * 1000, String(value)]),
  };
}
