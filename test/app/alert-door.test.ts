import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { alertRoutes } from '../../app/alert-door.ts';
import { close, listen } from '../../app/http.ts';
import type { Intent, Repository } from '../../src/intent.ts';
import { AlertReceiver, parseReceivers } from '../../src/rollout/alerts/receiver.ts';
import { secretReader } from '../../src/rollout/connections/secret.ts';

const repository: Repository = { installation: 3, id: 1, owner: 'acme', name: 'flights' };
const common = { repositories: ['acme/flights'], environments: ['production', 'staging'] };
const receivers = {
  prometheus: AlertReceiver.parse({ ...common, token: { env: 'TOKEN' } }),
  pager: AlertReceiver.parse({
    ...common,
    environments: ['production'],
    format: 'generic',
    hmac: { env: 'KEY' },
    models: ['late'],
  }),
  broken: AlertReceiver.parse({ ...common, token: { env: 'NOWHERE' } }),
};
const asked = new Map<string, Intent>();
let server: Awaited<ReturnType<typeof listen>>;
let url: string;

beforeAll(async () => {
  const quiet = { info() {}, error() {}, warn() {}, debug() {}, trace() {}, fatal() {}, child: () => quiet };
  const routes = alertRoutes({
    receivers,
    readSecret: secretReader({ TOKEN: 'a-token-that-nobody-guesses', KEY: 'a-key-that-nobody-guesses' }),
    store: {
      async ask(intent, id) {
        if (!asked.has(id)) asked.set(id, intent);
      },
      listRepositoriesOf: async () => [repository],
    },
    // The routes log two levels only.
    log: quiet as unknown as Parameters<typeof alertRoutes>[0]['log'],
  });
  server = await listen({ routes, host: '127.0.0.1', port: 0, onError: () => {} });
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(() => close(server));
beforeEach(() => asked.clear());

const firing = {
  status: 'firing',
  labels: { alertname: 'HighErrorRate', model: 'late', environment: 'production', severity: 'page' },
  annotations: { summary: 'errors above 5 %' },
  startsAt: '2026-03-01T12:05:00.123Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus.example/graph',
  fingerprint: 'a1b2',
};
const body = (...alerts: readonly object[]) => JSON.stringify({ version: '4', status: 'firing', alerts });
const post = (name: string, text: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/alerts/${name}`, { method: 'POST', body: text, headers });
const bearer = { authorization: 'Bearer a-token-that-nobody-guesses' };

describe('the door for alerts', () => {
  it('takes what Alertmanager sends, once however often it is repeated', async () => {
    const answers = [
      await post('prometheus', body(firing, firing), bearer),
      await post('prometheus', body(firing), bearer),
    ];

    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    expect([...asked.values()]).toEqual([
      {
        kind: 'heed-alert',
        repository,
        alert: {
          receiver: 'prometheus',
          model: 'late',
          environment: 'production',
          name: 'HighErrorRate',
          summary: 'errors above 5 %',
          startsAt: '2026-03-01T12:05:00.123Z',
        },
      },
    ]);
  });

  it('lets nobody in without the proof of that receiver', async () => {
    const signed = (key: string) => `sha256=${createHmac('sha256', key).update(body(firing)).digest('hex')}`;
    const tries = [
      post('prometheus', body(firing)),
      post('prometheus', body(firing), { authorization: 'Bearer ' }),
      post('prometheus', body(firing), { authorization: 'Bearer wrong' }),
      post('pager', body(firing), bearer),
      post('pager', body(firing), { 'x-siskin-signature-256': signed('wrong') }),
      post('broken', body(firing), { authorization: 'Bearer undefined' }),
    ];

    expect((await Promise.all(tries)).map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 401]);
    expect((await post('nobody', body(firing), bearer)).status).toBe(404);
    expect(asked.size).toBe(0);
  });

  it('takes a signed body of its own format, and fills in what can only be one thing', async () => {
    const text = JSON.stringify({ name: 'slow', 'starts-at': '2026-03-01T13:05:00+01:00' });
    const signature = `sha256=${createHmac('sha256', 'a-key-that-nobody-guesses').update(text).digest('hex')}`;

    const answer = await post('pager', text, { 'x-siskin-signature-256': signature });

    expect(answer.status).toBe(202);
    expect([...asked.values()]).toMatchObject([
      { alert: { model: 'late', environment: 'production', name: 'slow', startsAt: '2026-03-01T12:05:00.000Z' } },
    ]);
  });

  it('heeds neither what is resolved nor what its sender may not speak about', async () => {
    const others = [
      { ...firing, status: 'resolved' },
      { ...firing, labels: { ...firing.labels, environment: 'elsewhere' } },
      { ...firing, labels: { ...firing.labels, repository: 'acme/secrets' } },
      { ...firing, labels: { alertname: 'x' } },
    ];

    const answer = await post('prometheus', body(...others), bearer);

    expect(answer.status).toBe(202);
    expect(await answer.text()).toMatch(
      /^heeds 0; ignored one: it is resolved.*names the environment "elsewhere".*acme\/secrets.*names no environment/s,
    );
    expect(asked.size).toBe(0);
  });

  it.each([
    ['nothing', ''],
    ['a list', '[]'],
    ['another format', '{"alerts":[{"status":"firing"}]}'],
    ['no JSON', '{'],
    ['an instant that is none', body({ ...firing, startsAt: 'yesterday' })],
    ['too many', body(...Array.from({ length: 1001 }, () => firing))],
  ])('refuses %s with one sentence', async (_, text) => {
    const answer = await post('prometheus', text, bearer);

    expect(answer.status).toBe(400);
    expect(await answer.text()).toMatch(/^expected alerts in the format alertmanager, found something else/);
  });

  it('reads no more than a megabyte', async () => {
    expect((await post('prometheus', 'x'.repeat(1024 * 1024 + 1), bearer)).status).toBe(413);
  });
});

describe('a file of receivers', () => {
  it('must give each a proof, and says all that is wrong at once', () => {
    const text = 'receivers:\n  a: { repositories: [acme/x], environments: [production] }\n';
    const strange = 'receivers:\n  a: { token: { env: T }, repositories: [acme], environment: [production] }\n';

    expect(parseReceivers({ text, file: 'alerts.yml' })).toMatchObject({
      kind: 'invalid',
      problems: [{ path: 'receivers.a' }],
    });
    const parsed = parseReceivers({ text: strange, file: 'alerts.yml' });
    expect(parsed.kind === 'invalid' && parsed.problems.length).toBeGreaterThanOrEqual(2);
  });
});
