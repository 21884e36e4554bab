import { describe, expect, it } from 'vitest';
import { RolloutMetricPolicy } from '../../../src/policy/rollout-metric-policy.ts';
import { type Cell, openSource, questionOf, sourceContract, startSource } from './source-contract.ts';

const settings = (url: string) => `url: ${url}\ntoken: {env: SECRET}`;
const query = { requests: 'served of {version}', events: 'failed of {version}' };

sourceContract({
  kind: 'http-metrics',
  settings,
  query,
  answer: (_, cellOf) => ({
    body: { parts: { requests: written(cellOf('served')), events: written(cellOf('failed')) } },
  }),
  hostile: { version: '"}, {"', arrives: String.raw`"requests":"served of \"}, {\""` },
  impossible: ['two'],
});

function written(cell: Cell): unknown {
  return cell === 'text' ? 'many' : cell;
}

describe('a server of the operator', () => {
  it('is asked once for all parts, and may give a histogram', async () => {
    const buckets = [
      [0.1, 5],
      ['+Inf', 9],
    ];
    await using server = await startSource({ answer: () => ({ body: { parts: { buckets }, reset: true } }) });
    const source = openSource({ kind: 'http-metrics', settings: settings(server.url) });
    const metric = RolloutMetricPolicy.parse({
      source: 'it',
      kind: 'latency-quantile',
      quantile: 0.9,
      query: { buckets: 'latency' },
    });

    expect(await source.measure({ ...questionOf(query), metric })).toEqual({
      kind: 'value',
      counts: { n: 9, buckets },
      reset: true,
    });
    await source.measure(questionOf(query));
    expect(server.state.asked).toHaveLength(2);
    expect(JSON.parse(server.state.asked[1]?.body ?? '')).toEqual({
      metric: 'errors',
      kind: 'error-rate',
      model: 'fraud',
      arm: 'champion',
      version: 'v1.4.0',
      from: '2026-03-01T12:00:00Z',
      to: '2026-03-01T12:01:00Z',
      query: { requests: 'served of v1.4.0', events: 'failed of v1.4.0' },
    });
  });
});
