import { describe, expect, it } from 'vitest';
import { type Asked, type Cell, openSource, questionOf, sourceContract, startSource } from './source-contract.ts';

const settings = (url: string) =>
  `url: ${url}\nregion: eu-central-1\naccess-key-id: {env: KEY}\nsecret-access-key: {env: SECRET}\ndelay-seconds: 0`;
const query = {
  requests: `SUM(SEARCH('{Models,Version} MetricName="served" Version="{version}"', 'Sum', 60))`,
  events: `FILL(SUM(SEARCH('{Models,Version} MetricName="failed" Version="{version}"', 'Sum', 60)), 0)`,
};
const env = { KEY: 'AKIDEXAMPLE' };

sourceContract({
  kind: 'cloudwatch',
  settings,
  env: () => env,
  query,
  answer: (asked, cellOf) => ({ body: answer(asked, cellOf(asked.body)) }),
  hostile: { version: `v1"' OR "`, arrives: null },
  impossible: ['NaN'],
});

/** The JSON protocol, in which times are seconds since 1970. */
function answer(asked: Asked, cell: Cell): unknown {
  const { StartTime: start } = JSON.parse(asked.body);
  const one = {
    Id: 'part',
    Label: 'served',
    StatusCode: 'Complete',
    Timestamps: [start - 60, start, start + 60],
    Values: [1000, cell === 'text' ? 'many' : cell, 1000],
  };
  const results =
    cell === 'two'
      ? [
          { ...one, Values: [1, 1, 1] },
          { ...one, Values: [1, 1, 1], Label: 'other' },
        ]
      : cell === null
        ? []
        : [one];
  return { MetricDataResults: results, Messages: [] };
}

describe('CloudWatch', () => {
  it('is asked with a signature of exactly the request', async () => {
    await using server = await startSource({ answer: (asked) => ({ body: answer(asked, 5) }) });
    const source = openSource({ kind: 'cloudwatch', settings: settings(server.url), env });

    await source.measure(questionOf(query));

    expect(server.state.asked[0]?.headers).toMatchObject({
      'x-amz-target': 'GraniteServiceVersion20100801.GetMetricData',
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20260301\/eu-central-1\/monitoring\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=[0-9a-f]{64}$/,
      ),
    });
  });

  it('refuses windows that are no whole minutes, and data that are not complete', async () => {
    await using server = await startSource({
      answer: (asked) => ({
        body: { MetricDataResults: [{ ...Object(answer(asked, 5)).MetricDataResults[0], StatusCode: 'PartialData' }] },
      }),
    });
    const source = openSource({ kind: 'cloudwatch', settings: settings(server.url), env });

    expect(await source.check(questionOf(query, { from: '2026-03-01T12:00:30Z' }))).toEqual([
      expect.stringContaining('a multiple of 60'),
    ]);
    expect(await source.measure(questionOf(query))).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('PartialData'),
    });
  });
});
