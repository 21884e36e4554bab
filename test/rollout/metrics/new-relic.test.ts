import { describe, expect, it } from 'vitest';
import { type Cell, now, openSource, questionOf, sourceContract, startSource } from './source-contract.ts';

const settings = (url: string) => `url: ${url}\naccount: 12\nkey: {env: SECRET}\ndelay-seconds: 0`;
const query = {
  requests: "SELECT count(*) FROM Prediction WHERE kind = 'served' AND version = '{version}'",
  events: "SELECT filter(count(*), WHERE failed) FROM Prediction WHERE version = '{version}'",
};

sourceContract({
  kind: 'new-relic',
  settings,
  query,
  answer: (asked, cellOf) => ({ body: answer(cellOf(String(JSON.parse(asked.body).variables.nrql))) }),
  hostile: {
    version: "v1' OR true --\\",
    arrives: `version = 'v1\\\\' OR true --\\\\\\\\' SINCE ${now - 60_000} UNTIL ${now}`,
  },
  impossible: ['NaN'],
});

function answer(cell: Cell): unknown {
  const results = cell === 'two' ? [{ count: 1 }, { count: 2 }] : [{ count: cell === 'text' ? 'many' : cell }];
  return { data: { actor: { account: { nrql: { results } } } } };
}

describe('New Relic', () => {
  it('says what NerdGraph says, though its status is 200', async () => {
    const errors = [{ message: 'NRQL Syntax Error: unexpected FRM', extensions: { errorClass: 'SERVER_ERROR' } }];
    await using server = await startSource({
      answer: () => ({ body: { data: { actor: { account: { nrql: null } } }, errors } }),
    });
    const source = openSource({ kind: 'new-relic', settings: settings(server.url) });

    expect(await source.measure(questionOf(query))).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('unexpected FRM'),
    });
  });

  it.each([
    'SELECT count(*) FROM P SINCE 1 day ago',
    'SELECT count(*) FROM P FACET host',
    'SELECT count(*) FROM P TIMESERIES',
  ])('refuses a window of the query’s own: %s', async (text) => {
    await using server = await startSource({ answer: () => ({ body: answer(1) }) });
    const source = openSource({ kind: 'new-relic', settings: settings(server.url) });

    expect(await source.check(questionOf({ ...query, requests: text }))).toEqual([
      expect.stringContaining('the window is added'),
    ]);
  });
});
