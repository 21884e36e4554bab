import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Probot } from 'probot';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { octokitFor } from '../../app/connections.ts';
import { narrowedOctokit, openGrants } from '../../app/narrowed-octokit.ts';
import type { Repository } from '../../src/intent.ts';

const repository: Repository = { installation: 5, id: 1, owner: 'acme', name: 'flights' };
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

/** Answers requests for tokens with these statuses in turn, then with tokens, and takes only the newest token. */
const github = createServer((request, response) => {
  const isToken = request.url?.endsWith('/access_tokens') === true;
  const isKnown = isToken || request.headers.authorization === `token t${made}`;
  const status = isToken ? (refusals.shift() ?? 201) : isKnown ? 200 : 401;
  if (isToken && status === 201) made += 1;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ token: `t${made}` }));
});
let made = 0;
const refusals: number[] = [];
let probot: Probot;

beforeAll(async () => {
  await new Promise<void>((resolve) => github.listen(0, '127.0.0.1', resolve));
  const { port } = github.address() as AddressInfo; // of a TCP server that listens
  const baseUrl = `http://127.0.0.1:${port}`;
  probot = new Probot({
    appId: 1,
    privateKey,
    secret: 's',
    baseUrl,
    logLevel: 'fatal',
    Octokit: octokitFor('unlimited'),
  });
  await probot.ready();
});
afterAll(() => github.close());
afterEach(() => {
  vi.useRealTimers();
});

function pass(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });
}

async function open(): Promise<() => Promise<number>> {
  const octokit = await narrowedOctokit(repository, { probot, access: 'write', grants: openGrants(probot) });
  return async () => {
    const { status } = await octokit.request('GET /repos/acme/flights').catch((error: { status: number }) => error);
    return status;
  };
}

it('asks for another token as soon as it can again, after one was refused', async () => {
  const ask = await open();
  expect(await ask()).toBe(200);
  pass(3600);
  refusals.push(403);

  expect([await ask(), await ask()]).toEqual([403, 200]);
});

it('asks for one token for all requests that find theirs at its end', async () => {
  const ask = await open();
  expect(await ask()).toBe(200);
  const before = made;
  pass(3600);

  expect(await Promise.all([ask(), ask(), ask()])).toEqual([200, 200, 200]);
  expect(made).toBe(before + 1);
});

it('asks for one token for all requests whose token was called back', async () => {
  const ask = await open();
  expect(await ask()).toBe(200);
  made += 1;
  const before = made;
  pass(10);

  expect(await Promise.all([ask(), ask(), ask()])).toEqual([200, 200, 200]);
  expect(made).toBe(before + 1);
});
