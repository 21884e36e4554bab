import { generateKeyPairSync } from 'node:crypto';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { RolloutMetricPolicy } from '../../../src/policy/rollout-metric-policy.ts';
import { type Asked, type Cell, openSource, questionOf, sourceContract, startSource } from './source-contract.ts';

const settings = (url: string) => `project: acme-prod\nkey: {env: KEY}\nurl: ${url}\ndelay-seconds: 0`;
const query = {
  requests: 'metric.type="custom.googleapis.com/served" AND metric.labels.version="{version}"',
  events: 'sum(metric.type="custom.googleapis.com/failed" AND metric.labels.version="{version}")',
};
const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
});
// The service account names where tokens are asked for; nothing listens at the port 9, so a test that needs one says where.
const keyFor = (url: string) =>
  JSON.stringify({ client_email: 's@acme.iam', private_key: privateKey, token_uri: `${url}/token` });

describe('Google Cloud Monitoring', () => {
  async function start(answer: (asked: Asked) => { status?: number; body: unknown }) {
    const server = await startSource({
      answer: (asked) =>
        asked.path === '/token'
          ? { body: { access_token: 'abc.def', expires_in: 3599, token_type: 'Bearer' } }
          : answer(asked),
    });
    return Object.assign(server, {
      source: openSource({
        kind: 'google-cloud-monitoring',
        settings: settings(server.url),
        env: { KEY: keyFor(server.url) },
      }),
    });
  }

  it('asks for a token with a signed assertion, and for exactly the window', async () => {
    await using server = await start(() => ({ body: answer(5) }));

    expect(await server.source.measure(questionOf(query))).toMatchObject({ kind: 'value', counts: { n: 5, x: 5 } });

    const [login, first] = server.state.asked;
    const assertion = new URLSearchParams(login?.body).get('assertion') ?? '';
    expect(decodeJwt(assertion)).toMatchObject({
      iss: 's@acme.iam',
      aud: `${server.url}/token`,
      scope: 'https://www.googleapis.com/auth/monitoring.read',
    });
    expect(first?.headers.authorization).toBe('Bearer abc.def');
    expect(Object.fromEntries(first?.query ?? [])).toMatchObject({
      'interval.startTime': '2026-03-01T12:00:00.000Z',
      'interval.endTime': '2026-03-01T12:01:00.000Z',
      'aggregation.alignmentPeriod': '60s',
      'aggregation.perSeriesAligner': 'ALIGN_DELTA',
    });
  });

  it.each([
    ['explicit', { explicitBuckets: { bounds: [0.1, 1] } }, [0.1, 1]],
    ['linear', { linearBuckets: { numFiniteBuckets: 1, width: 0.5, offset: 0.5 } }, [0.5, 1]],
    ['exponential', { exponentialBuckets: { numFiniteBuckets: 1, growthFactor: 2, scale: 0.5 } }, [0.5, 1]],
  ])('reads distributions with %s buckets', async (_, bucketOptions, [low, high]) => {
    const distributionValue = { count: '9', mean: 0.2, bucketOptions, bucketCounts: ['5', '3', '1'] };
    await using server = await start(() => ({
      body: {
        timeSeries: [{ points: [{ interval: { endTime: '2026-03-01T12:01:00Z' }, value: { distributionValue } }] }],
      },
    }));
    const metric = RolloutMetricPolicy.parse({
      source: 'it',
      kind: 'latency-quantile',
      edge: 1,
      query: { buckets: 'metric.type="x"' },
    });

    expect(await server.source.measure({ ...questionOf(query), metric })).toMatchObject({
      counts: {
        n: 9,
        buckets: [
          [low, 5],
          [high, 8],
          ['+Inf', 9],
        ],
      },
    });
  });

  it('takes no failures for none only where others of their metric are written', async () => {
    await using server = await start(({ query: asked }) => {
      const filter = asked.get('filter') ?? '';
      if (asked.get('view') === 'HEADERS') return { body: filter.includes('/failed"') ? answer(1) : {} };
      return { body: answer(filter.includes('served') ? 150 : null) };
    });

    expect(await server.source.measure(questionOf(query))).toMatchObject({ counts: { n: 150, x: 0 } });
    expect(
      await server.source.measure(questionOf({ ...query, events: 'metric.type="custom.googleapis.com/faild"' })),
    ).toMatchObject({ missing: 'no-series' });
  });

  it('refuses a key that is none, and shows nothing of it', async () => {
    const source = openSource({
      kind: 'google-cloud-monitoring',
      settings: settings('http://127.0.0.1:9'),
      env: { KEY: '{"private_key": "hunter2"}' },
    });

    const measured = await source.measure(questionOf(query));

    expect(measured).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('the JSON key of a service account'),
    });
    expect(JSON.stringify(measured)).not.toContain('hunter2');
  });
});

function answer(cell: Cell): unknown {
  const value =
    cell === 'NaN'
      ? { doubleValue: 'NaN' }
      : cell === 'text'
        ? { stringValue: 'many' }
        : { int64Value: cell === 'two' ? '1' : String(cell) };
  const one = {
    metric: { type: 'custom.googleapis.com/served', labels: { version: 'v1.4.0' } },
    resource: { type: 'global', labels: { project_id: 'acme-prod' } },
    metricKind: 'DELTA',
    valueType: 'INT64',
    points: [{ interval: { startTime: '2026-03-01T12:00:00Z', endTime: '2026-03-01T12:01:00Z' }, value }],
  };
  return cell === null
    ? {}
    : { timeSeries: cell === 'two' ? [one, { ...one, metric: { labels: { version: 'v2' } } }] : [one] };
}

sourceContract({
  kind: 'google-cloud-monitoring',
  settings,
  env: (url) => ({ KEY: keyFor(url) }),
  query,
  isPreparation: ({ path }) => path === '/token',
  answer: (asked, cellOf) => {
    if (asked.path === '/token') return { body: { access_token: 'abc.def', expires_in: 3599 } };
    if (asked.query.get('view') === 'HEADERS') return { body: {} };
    return { body: answer(cellOf(asked.query.get('filter') ?? '')) };
  },
  hostile: { version: 'v1" OR metric.type != "', arrives: 'version="v1\\" OR metric.type != \\""' },
});
