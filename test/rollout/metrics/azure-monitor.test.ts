import { describe, expect, it } from 'vitest';
import { type Asked, type Cell, openSource, questionOf, sourceContract, startSource } from './source-contract.ts';

const settings = (url: string) =>
  `workspace: w-1\ntenant: t-1\nclient-id: c-1\nclient-secret: {env: SECRET}\nurl: ${url}\nlogin-url: ${url}\ndelay-seconds: 0`;
const query = {
  requests: 'AppRequests | where Properties.version == "{version}" | summarize served = count()',
  events: "AppRequests | where Properties.version == '{version}' | summarize failed = countif(Success == false)",
};

sourceContract({
  kind: 'azure-monitor',
  settings,
  query,
  isPreparation: isLogin,
  answer: (asked, cellOf) =>
    isLogin(asked) ? { body: token } : { body: answer(cellOf(String(JSON.parse(asked.body).query))) },
  hostile: { version: 'v1" or true //\\', arrives: '\\"v1\\\\\\" or true //\\\\\\\\\\"' },
});

const token = { token_type: 'Bearer', expires_in: 3599, access_token: 'abc.def.ghi' };

function isLogin({ path }: Asked): boolean {
  return path.endsWith('/oauth2/v2.0/token');
}

function answer(cell: Cell): unknown {
  const rows = cell === null ? [] : cell === 'two' ? [[1], [2]] : [[cell === 'text' ? 'many' : cell]];
  return { tables: [{ name: 'PrimaryResult', columns: [{ name: 'served', type: 'long' }], rows }] };
}

describe('Azure Monitor', () => {
  it('asks for a token once, and for exactly the window', async () => {
    await using server = await startSource({ answer: (asked) => ({ body: isLogin(asked) ? token : answer(3) }) });
    const source = openSource({ kind: 'azure-monitor', settings: settings(server.url) });

    await source.measure(questionOf({ ...query }));
    await source.measure(questionOf({ ...query }));

    const asked = server.state.asked.filter((one) => !isLogin(one));
    // Both parts of the first measurement may ask before there is a token.
    expect(server.state.asked.length - asked.length).toBeLessThanOrEqual(2);
    expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({
      timespan: '2026-03-01T12:00:00.001Z/2026-03-01T12:01:00.000Z',
    });
    expect(asked[0]).toMatchObject({
      path: '/v1/workspaces/w-1/query',
      headers: { authorization: 'Bearer abc.def.ghi' },
    });
  });

  it('fails on a partial error beside the tables', async () => {
    const error = { code: 'PartialError', message: 'There were some errors when processing your query.' };
    await using server = await startSource({
      answer: (asked) => ({
        body: isLogin(asked) ? token : { tables: [{ name: 'P', columns: [], rows: [[3]] }], error },
      }),
    });
    const source = openSource({ kind: 'azure-monitor', settings: settings(server.url) });

    expect(await source.measure(questionOf(query))).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('There were some errors'),
    });
  });
});
