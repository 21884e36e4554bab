import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issuerOf, tokenReader } from '../../src/github/id-tokens.ts';
import { type LocalServer, localServer, type Reply } from './local-server.ts';

const theirs = generateKeyPairSync('rsa', { modulusLength: 2048 });
const evil = generateKeyPairSync('rsa', { modulusLength: 2048 });

let provider: LocalServer;
let keys: readonly object[];
beforeAll(async () => {
  keys = [{ ...(await exportJWK(theirs.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }];
  provider = await openProvider();
});
afterAll(() => provider[Symbol.asyncDispose]());

/** An OpenID provider that answers as scripted, else rightly. */
async function openProvider(script: Readonly<Record<string, Reply | readonly Reply[]>> = {}): Promise<LocalServer> {
  const server: LocalServer = await localServer({
    'GET /.well-known/openid-configuration': (_request, response) => {
      const configuration = { issuer: server.url, jwks_uri: `${server.url}/.well-known/jwks` };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(configuration));
    },
    'GET /.well-known/jwks': { status: 200, json: { keys } },
    ...script,
  });
  return server;
}

function sign(
  options: { readonly iss?: string; readonly key?: KeyObject; readonly kid?: string; readonly alg?: string } = {},
): Promise<string> {
  return new SignJWT({ iss: options.iss ?? provider.url, run_id: '7', exp: 1 })
    .setProtectedHeader({ alg: options.alg ?? 'RS256', kid: options.kid ?? 'one', typ: 'JWT' })
    .sign(options.key ?? theirs.privateKey);
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const publicPem = theirs.publicKey.export({ type: 'spki', format: 'pem' });

describe('a token of a job', () => {
  it('gives its claims when the provider signed it, also long after it expired', async () => {
    const verified = await tokenReader(provider.url).verifyToken(await sign());

    expect(verified).toEqual({ kind: 'signed', claims: { iss: provider.url, run_id: '7', exp: 1 } });
  });

  it.each<[string, () => string | Promise<string>]>([
    ['by another key under the same name', () => sign({ key: evil.privateKey })],
    ['by a key that nobody knows', () => sign({ key: evil.privateKey, kid: 'two' })],
    ['with another algorithm of the same key', () => sign({ alg: 'RS512' })],
    ['with another padding of the same key', () => sign({ alg: 'PS256' })],
    ['by nobody', () => `${part({ alg: 'none' })}.${part({ iss: provider.url })}.`],
    [
      'with the public key as a shared secret',
      () => {
        const content = `${part({ alg: 'HS256', kid: 'one' })}.${part({ iss: provider.url })}`;
        return `${content}.${createHmac('sha256', publicPem).update(content).digest('base64url')}`;
      },
    ],
    [
      'by a key that it brings along',
      async () => {
        const jwk = await exportJWK(evil.publicKey);
        return new SignJWT({ iss: provider.url }).setProtectedHeader({ alg: 'RS256', jwk }).sign(evil.privateKey);
      },
    ],
    [
      'for other words',
      async () => {
        const [head, , signature] = (await sign()).split('.');
        return `${head}.${part({ iss: provider.url, run_id: '8' })}.${signature}`;
      },
    ],
    ['in the name of another issuer', () => sign({ iss: 'https://token.actions.githubusercontent.com' })],
    ['not at all: it is empty', () => ''],
    ['not at all: it is garbage', () => 'a.b.c'],
    ['not at all: it is binary', () => '\u0000\uFFFD'.repeat(1000)],
    ['not at all: it is a document', () => '{"iss":"x"}'],
  ])('is refused when it is signed %s', async (_, token) => {
    const verified = await tokenReader(provider.url).verifyToken(await token());

    expect(verified).toEqual({ kind: 'refused', reason: expect.stringMatching(/^expected a token .*, found/) });
    expect(JSON.stringify(verified).length).toBeLessThan(500);
  });

  it('costs two requests for the first, and none for the next', async () => {
    await using asked = await openProvider();
    const reader = tokenReader(asked.url);
    const token = await sign({ iss: asked.url });

    await Promise.all([reader.verifyToken(token), reader.verifyToken(token)]);
    await reader.verifyToken(token);

    expect(asked.seen.map(({ path }) => path)).toEqual(['/.well-known/openid-configuration', '/.well-known/jwks']);
  });

  it.each<[string, Readonly<Record<string, readonly Reply[]>>]>([
    ['has no configuration', { 'GET /.well-known/openid-configuration': [{ status: 503 }] }],
    [
      'is configured as another',
      {
        'GET /.well-known/openid-configuration': [
          { status: 200, json: { issuer: 'https://evil.example', jwks_uri: 'https://evil.example/jwks' } },
        ],
      },
    ],
    ['has no keys', { 'GET /.well-known/jwks': [{ status: 500 }] }],
    ['shows something else than keys', { 'GET /.well-known/jwks': [{ status: 200, json: { keys: 'none' } }] }],
    [
      'hangs up',
      { 'GET /.well-known/jwks': [(_request: unknown, response: { destroy(): void }) => response.destroy()] },
    ],
  ])('waits for the provider when it %s', async (_, script) => {
    await using away = await openProvider(script);

    await expect(tokenReader(away.url).verifyToken(await sign({ iss: away.url }))).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/^expected the keys of .*, found: .*; let the App reach it/s),
    });
  });

  it('is verified as soon as the provider is back', async () => {
    await using back = await openProvider({
      'GET /.well-known/jwks': [{ status: 500 }, { status: 200, json: { keys } }],
    });
    const reader = tokenReader(back.url);
    const token = await sign({ iss: back.url });

    await expect(reader.verifyToken(token)).rejects.toThrow(/keys/);
    expect(await reader.verifyToken(token)).toMatchObject({ kind: 'signed' });
  });
});

it.each([
  ['https://api.github.com', 'https://token.actions.githubusercontent.com'],
  ['https://api.octocorp.ghe.com', 'https://token.actions.octocorp.ghe.com'],
  ['https://git.example/api/v3', 'https://git.example/_services/token'],
  ['http://localhost:4000/api/v3', 'http://localhost:4000/_services/token'],
])('the jobs of the GitHub at %s get their tokens from %s', (apiUrl, issuer) => {
  expect(issuerOf(apiUrl)).toBe(issuer);
});
