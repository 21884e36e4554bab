import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { payloadBytesLimit } from '../../app/door.ts';
import { type RunningApp, startApp } from '../../app/server.ts';
import { type LocalServer, localServer } from '../github/local-server.ts';
import { appOptions, deliver, secret, signatureOf } from './app-options.ts';

let github: LocalServer;
let app: RunningApp;
beforeAll(async () => {
  github = await localServer({
    'GET /app': { status: 200, json: { id: 7, slug: 'siskin' } },
    'GET /app/hook/deliveries': { status: 200, json: [] },
  });
  app = await startApp(appOptions(github.url));
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await github[Symbol.asyncDispose]();
});

/** An event that nothing is done about, so that only the door is looked at. */
const payload = { action: 'labeled', repository: { id: 1 }, number: 3 };
const kept = async (...ids: readonly string[]) => await app.store.listKnownDeliveries(ids);

describe('the door', () => {
  it('keeps a signed delivery and answers 202', async () => {
    const response = await deliver(app.url, { id: 'signed', payload });

    expect(response.status).toBe(202);
    expect(await kept('signed')).toEqual(['signed']);
  });

  it('answers at both addresses that a GitHub App may have', async () => {
    const body = JSON.stringify(payload);
    const headers = {
      'content-type': 'application/json',
      'x-github-delivery': 'at-the-root',
      'x-github-event': 'push',
      'x-hub-signature-256': signatureOf(body),
    };

    expect((await fetch(`${app.url}/?from=github`, { method: 'POST', body, headers })).status).toBe(202);
  });

  it.each([
    ['unsigned', { 'x-hub-signature-256': null }],
    ['signed with SHA-1 only', { 'x-hub-signature-256': null, 'x-hub-signature': 'sha1=abc' }],
    ['signed with SHA-1 under the other name', { 'x-hub-signature-256': `sha1=${'a'.repeat(40)}` }],
    ['signed with another secret', { 'x-hub-signature-256': signatureOf(JSON.stringify(payload), 'another secret') }],
    ['signed for other words', { 'x-hub-signature-256': signatureOf('{}') }],
    ['signed in capital letters', { 'x-hub-signature-256': signatureOf(JSON.stringify(payload)).toUpperCase() }],
    ['signed with nothing', { 'x-hub-signature-256': 'sha256=' }],
  ])('refuses a delivery that is %s, and keeps nothing', async (name, headers) => {
    const id = name.replaceAll(' ', '-');
    const response = await deliver(app.url, { id, payload, headers });

    expect(response.status).toBe(401);
    expect(await response.text()).toMatch(/^expected .*, found .*; /);
    expect(await kept(id)).toEqual([]);
  });

  it('refuses a delivery without id or event', async () => {
    const withoutId = await deliver(app.url, { id: 'x', payload, headers: { 'x-github-delivery': null } });
    const withoutEvent = await deliver(app.url, { id: 'y', payload, headers: { 'x-github-event': null } });

    expect([withoutId.status, withoutEvent.status]).toEqual([400, 400]);
  });

  it.each(['not JSON', '[1]', 'null', '"text"'])('refuses the signed body %s', async (body) => {
    const response = await deliver(app.url, { id: 'a-body', payload: body });

    expect(response.status).toBe(400);
  });

  it('refuses a body that was changed on its way', async () => {
    const body = JSON.stringify(payload);
    const response = await deliver(app.url, {
      id: 'truncated',
      payload: body.slice(0, -2),
      headers: { 'x-hub-signature-256': signatureOf(body) },
    });

    expect(response.status).toBe(401);
  });

  it('accepts a replay without doing anything a second time, also when both come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => deliver(app.url, { id: 'replayed', payload })));

    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(answers.map((answer) => answer.status)).toEqual(Array(8).fill(202));
    expect(texts.filter((text) => text === 'accepted\n')).toHaveLength(1);
  });

  it('cannot be given an event of our own making', async () => {
    const intent = { kind: 'reconcile', repository: { installation: 1, id: 1, owner: 'eve', name: 'x' } };

    const response = await deliver(app.url, { id: 'forged-intent', event: 'siskin.intent', payload: intent });

    expect(response.status).toBe(400);
    expect(await kept('forged-intent')).toEqual([]);
  });

  it('takes 25 MB and not a byte more, announced or not', async () => {
    const filler = (bytes: number) => JSON.stringify({ filler: 'x'.repeat(bytes - '{"filler":""}'.length) });
    const most = await deliver(app.url, { id: 'most', payload: filler(payloadBytesLimit) });
    const announced = await send(`content-length: ${payloadBytesLimit + 1}`, '{');
    const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`;
    const unannounced = await send('transfer-encoding: chunked', ...Array.from({ length: 26 }, () => chunk));

    expect(most.status).toBe(202);
    expect([announced, unannounced]).toEqual(['HTTP/1.1 413', 'HTTP/1.1 413']);
  });

  it('keeps every delivery of a burst of 500', async () => {
    const ids = Array.from({ length: 500 }, (_, index) => `burst-${index}`);

    const statuses = await Promise.all(ids.map(async (id) => (await deliver(app.url, { id, payload })).status));
    await app.idle();

    expect(new Set(statuses)).toEqual(new Set([202]));
    expect(await kept(...ids)).toHaveLength(500);
  });

  it('knows no other path', async () => {
    const answers = await Promise.all([
      fetch(`${app.url}/`),
      fetch(`${app.url}/api/github/webhooks`),
      fetch(`${app.url}/probot`),
      fetch(`${app.url}/probot/setup?code=abc`),
      fetch(`${app.url}/probot/import`, { method: 'POST' }),
    ]);

    expect(answers.map((answer) => answer.status)).toEqual([404, 404, 404, 404, 404]);
  });

  it('tells whether it lives, is ready, and how it is', async () => {
    const [health, ready, metrics] = await Promise.all([
      fetch(`${app.url}/health`),
      fetch(`${app.url}/ready`),
      fetch(`${app.url}/metrics`),
    ]);

    expect([health.status, ready.status, metrics.status]).toEqual([200, 200, 200]);
    expect(await metrics.text()).toMatch(/siskin_acknowledge_seconds_count\{result="new"\} \d+/);
  });
});

/** Sends a request by hand, body included or not, and returns the first words of the answer. */
async function send(header: string, ...chunks: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(app.url);
  const signature = createHmac('sha256', secret).update('').digest('hex');
  const head = [
    'POST /api/github/webhooks HTTP/1.1',
    `host: ${hostname}`,
    'content-type: application/json',
    'x-github-delivery: by-hand',
    'x-github-event: push',
    `x-hub-signature-256: sha256=${signature}`,
    header,
    '',
    '',
  ];
  return await new Promise((resolve) => {
    let answer = '';
    const socket = connect({ host: hostname, port: Number(port) }, () => {
      socket.write(head.join('\r\n'));
      for (const chunk of chunks) socket.write(chunk);
    });
    socket.on('data', (data) => {
      answer += data.toString();
      resolve(answer.slice(0, 'HTTP/1.1 413'.length));
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer.slice(0, 'HTTP/1.1 413'.length)));
  });
}
