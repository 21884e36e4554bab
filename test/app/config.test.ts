import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { configFrom } from '../../app/config.ts';
import { appOptions } from './app-options.ts';

const { privateKey } = appOptions('http://localhost');
const valid = { APP_ID: '7', PRIVATE_KEY: privateKey, WEBHOOK_SECRET: 'x'.repeat(32) };

it('runs with an App id, a key and a secret, and chooses the rest safely', () => {
  expect(configFrom(valid)).toEqual({
    kind: 'run',
    options: {
      appId: 7,
      privateKey: privateKey.trim(),
      webhookSecret: 'x'.repeat(32),
      apiUrl: 'https://api.github.com',
      database: { kind: 'folder', path: 'data-siskin' },
      host: 'localhost',
      port: 3000,
      logLevel: 'info',
    },
  });
});

it.each([
  ['a PEM file', () => ({ PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: keyFile() })],
  ['one line with \\n', () => ({ PRIVATE_KEY: privateKey.replaceAll('\n', '\\n') })],
  ['a quoted text', () => ({ PRIVATE_KEY: `"${privateKey}"` })],
  ['base64', () => ({ PRIVATE_KEY: Buffer.from(privateKey).toString('base64') })],
])('takes the private key from %s', (_name, key) => {
  const config = configFrom({ ...valid, ...key() });

  expect(config.kind === 'run' && config.options.privateKey.trim()).toBe(privateKey.trim());
});

it.each([
  [{}, 'https://api.github.com'],
  [{ GITHUB_API_URL: 'http://127.0.0.1:4000/' }, 'http://127.0.0.1:4000'],
  [{ GHE_HOST: 'git.example' }, 'https://git.example/api/v3'],
  [{ GHE_HOST: 'localhost:4000', GHE_PROTOCOL: 'http' }, 'http://localhost:4000/api/v3'],
])('finds the API of %o at %s', (env, url) => {
  const config = configFrom({ ...valid, ...env });

  expect(config.kind === 'run' && config.options.apiUrl).toBe(url);
});

it('takes the issuer of tokens that an enterprise chose', () => {
  const config = configFrom({ ...valid, OIDC_ISSUER: 'https://token.actions.githubusercontent.com/acme/' });

  expect(config.kind === 'run' && config.options.oidcIssuer).toBe('https://token.actions.githubusercontent.com/acme');
});

it('reads the connections that it is given, and none otherwise', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'siskin-')), 'connections.yml');
  writeFileSync(file, 'connections:\n  metrics: {kind: prometheus, url: "http://localhost:9090"}\n');

  const given = configFrom({ ...valid, SISKIN_CONNECTIONS: file });
  writeFileSync(
    file,
    'connections:\n  metrics: {kind: prometheus, url: "http://localhost:9090", token: hunter2}\n  other: {}\n',
  );
  const wrong = configFrom({ ...valid, SISKIN_CONNECTIONS: file });
  const absent = configFrom({ ...valid, SISKIN_CONNECTIONS: `${file}.absent` });

  expect(given.kind === 'run' && given.options.connections?.all.map(({ name }) => name)).toEqual(['metrics']);
  expect(wrong).toEqual({
    kind: 'invalid',
    problems: [
      expect.stringContaining('yml:2: `connections.metrics.token`'),
      expect.stringContaining('yml:3: `connections.other.kind`'),
    ],
  });
  expect(JSON.stringify(wrong)).not.toContain('hunter2');
  expect(absent).toEqual({ kind: 'invalid', problems: [expect.stringContaining('found ENOENT')] });
});

it('names every problem at once, in one line each', () => {
  const config = configFrom({
    APP_ID: 'seven',
    PRIVATE_KEY: 'not a key',
    WEBHOOK_SECRET: 'short',
    GITHUB_API_URL: 'nowhere',
    OIDC_ISSUER: 'acme',
    DATABASE_URL: 'mysql://host/db',
    PORT: '99999',
    LOG_LEVEL: 'loud',
  });

  const problems = config.kind === 'invalid' ? config.problems : [];
  expect(problems.map((problem) => problem.split(':')[0])).toEqual([
    'APP_ID',
    'PRIVATE_KEY',
    'WEBHOOK_SECRET',
    'GITHUB_API_URL',
    'OIDC_ISSUER',
    'DATABASE_URL',
    'PORT',
    'LOG_LEVEL',
  ]);
  for (const problem of problems) expect(problem).toMatch(/^[A-Z_]+: expected .*, found .*; .*$/);
});

it('never shows a secret in what it says', () => {
  const config = configFrom({ ...valid, WEBHOOK_SECRET: 'hunter2', DATABASE_URL: 'mysql://user:hunter2@host/db' });

  expect(JSON.stringify(config)).not.toContain('hunter2');
});

it('offers to set an App up where there is none, but not in production', () => {
  expect(configFrom({}).kind).toBe('set-up');
  expect(configFrom({ NODE_ENV: 'production' }).kind).toBe('invalid');
});

function keyFile(): string {
  const file = join(mkdtempSync(join(tmpdir(), 'siskin-key-')), 'key.pem');
  writeFileSync(file, privateKey);
  return file;
}

it('reads who may tell of alerts from a file, and names every problem of it', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'siskin-alerts-')), 'alerts.yml');
  writeFileSync(
    file,
    'receivers:\n  pager: { token: { env: T }, repositories: [acme/x], environments: [production] }\n',
  );
  const good = configFrom({ ...valid, SISKIN_ALERTS: file });
  writeFileSync(file, 'receivers:\n  pager: { repositories: [acme], environments: [production] }\n');
  const bad = configFrom({ ...valid, SISKIN_ALERTS: file });
  const gone = configFrom({ ...valid, SISKIN_ALERTS: `${file}.gone` });

  expect(good).toMatchObject({ kind: 'run', options: { alertReceivers: { pager: { format: 'alertmanager' } } } });
  expect(bad).toMatchObject({ kind: 'invalid', problems: [expect.stringMatching(/^SISKIN_ALERTS: .*alerts\.yml:2:/)] });
  expect(gone).toMatchObject({ kind: 'invalid', problems: [expect.stringMatching(/^SISKIN_ALERTS: expected a file/)] });
});
