import { describe, expect, it } from 'vitest';
import { type Asked, type Cell, now, openSource, questionOf, sourceContract, startSource } from './source-contract.ts';

const settings = (url: string) =>
  `url: ${url}\napi-key: {env: SECRET}\napplication-key: {env: SECRET}\ndelay-seconds: 0`;
const query = {
  requests: 'sum:served{model:{model},version:{version}}.as_count()',
  events: 'default_zero(sum:failed{version:{version}}.as_count())',
};

sourceContract({
  kind: 'datadog',
  settings,
  query,
  answer: (asked, cellOf) => ({ body: answer(asked, cellOf(asked.query.get('query') ?? '')) }),
  hostile: { version: 'v1} by {host', arrives: 'version:v1__by__host' },
});

/** As documented: points at the start of each rollup, null where a formula has nothing, no series where nothing matches. */
function answer(asked: Asked, cell: Cell): unknown {
  const from = Number(asked.query.get('from')) * 1000;
  const texts =
    cell === 'NaN' ? ['NaN', 0] : cell === 'text' ? ['many', 0] : cell === 'two' ? [1, 0] : [Number(cell) - 1, 1];
  const values = cell === 0 ? [0, 0] : texts;
  const points = [
    [from - 20_000, 1000],
    [from, values[0]],
    [from + 20_000, null],
    [from + 40_000, values[1]],
    [from + 60_000, 1000],
  ];
  const one = {
    metric: 'served',
    scope: 'version:v1.4.0',
    tag_set: [],
    interval: 20,
    aggr: 'sum',
    length: 5,
    pointlist: points,
  };
  const series = cell === null ? [] : cell === 'two' ? [one, { ...one, scope: 'version:v2' }] : [one];
  return {
    status: 'ok',
    res_type: 'time_series',
    resp_version: 1,
    query: asked.query.get('query'),
    from_date: from,
    series,
  };
}

describe('Datadog', () => {
  it('is asked with both keys, and never with a query that does not count', async () => {
    await using server = await startSource({ answer: (asked) => ({ body: answer(asked, 5) }) });
    const source = openSource({ kind: 'datadog', settings: settings(server.url) });

    await source.measure(questionOf(query));
    const refused = await source.check(questionOf({ ...query, requests: 'avg:served{*}' }));

    expect(server.state.asked[0]?.headers).toMatchObject({
      'dd-api-key': 's3cr3t-s3cr3t',
      'dd-application-key': 's3cr3t-s3cr3t',
    });
    expect(refused).toEqual([expect.stringContaining('end it with .as_count()')]);
  });

  it('is asked for an earlier window of both arms, when its numbers come late', async () => {
    await using server = await startSource({ answer: (asked) => ({ body: answer(asked, 5) }) });
    const source = openSource({
      kind: 'datadog',
      settings: settings(server.url).replace('seconds: 0', 'seconds: 120'),
    });

    await source.measure(questionOf(query));

    expect(server.state.asked[0]?.query.get('to')).toBe(String(now / 1000 - 120));
  });

  it('refuses points that are longer than the window', async () => {
    await using server = await startSource({
      answer: () => ({
        body: { status: 'ok', series: [{ scope: '*', interval: 300, pointlist: [[now - 60_000, 5]] }] },
      }),
    });
    const source = openSource({ kind: 'datadog', settings: settings(server.url) });

    expect(await source.measure(questionOf(query))).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('found 300 s'),
    });
  });
});
