import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { messageOf, problemText } from '../src/error.ts';
import { parseReceivers } from '../src/rollout/alerts/receiver.ts';
import { readConnections } from '../src/rollout/connections.ts';
import { type DatabasePlace, placeFrom } from '../src/store/place.ts';
import type { AppOptions } from './server.ts';

/** What the environment asks for: to run, to be set up first because there is no GitHub App yet, or nothing usable. */
export type Config =
  | { readonly kind: 'run'; readonly options: AppOptions }
  | { readonly kind: 'set-up' }
  | { readonly kind: 'invalid'; readonly problems: readonly string[] };

/** Reads the whole environment and names every problem at once, each in one line. */
export function configFrom(env: Readonly<Record<string, string | undefined>>): Config {
  const hasApp = env['APP_ID'] || env['PRIVATE_KEY'] || env['PRIVATE_KEY_PATH'];
  if (!hasApp && env['NODE_ENV'] !== 'production') return { kind: 'set-up' };
  const problems: string[] = [];
  const options: AppOptions = {
    appId: appId(env['APP_ID'], problems),
    privateKey: privateKey(env, problems),
    webhookSecret: webhookSecret(env['WEBHOOK_SECRET'], problems),
    apiUrl: apiUrl(env, problems),
    ...oidcIssuer(env['OIDC_ISSUER'], problems),
    database: database(env, problems),
    host: env['HOST'] || 'localhost',
    port: port(env['PORT'], problems),
    logLevel: logLevel(env['LOG_LEVEL'], problems),
    ...connections(env, problems),
    ...alerts(env['SISKIN_ALERTS'], problems),
    ...(env['SISKIN_TRUSTED_ROOT'] ? { trustedRoot: env['SISKIN_TRUSTED_ROOT'] } : {}),
  };
  return problems.length === 0 ? { kind: 'run', options } : { kind: 'invalid', problems };
}

function appId(value: string | undefined, problems: string[]): number {
  if (!/^[1-9]\d*$/.test(value ?? '')) {
    problems.push(
      `APP_ID: expected the number of the GitHub App, found ${shown(value)}; copy it from the App's settings page`,
    );
  }
  return Number(value);
}

function privateKey(env: Readonly<Record<string, string | undefined>>, problems: string[]): string {
  const path = env['PRIVATE_KEY_PATH'];
  const where = env['PRIVATE_KEY'] ? 'PRIVATE_KEY' : 'PRIVATE_KEY_PATH';
  try {
    const text = env['PRIVATE_KEY'] || (path ? readFileSync(path, 'utf8') : '');
    if (text === '') {
      problems.push(
        "PRIVATE_KEY: expected the App's private key, found none; set it, or PRIVATE_KEY_PATH to its .pem file",
      );
      return '';
    }
    const pem = pemOf(text);
    createPrivateKey(pem);
    return pem;
  } catch (error) {
    problems.push(
      `${where}: expected a private key in PEM form, found ${found(error)}; generate one in the App's settings`,
    );
    return '';
  }
}

/** A file that cannot be read says why; what OpenSSL says of a text that is no key helps nobody. */
function found(error: unknown): string {
  return error instanceof Error && 'syscall' in error ? error.message : 'something else';
}

/** Environment files keep a PEM on one line, with \n written out, or in base64. */
function pemOf(text: string): string {
  const unquoted = text
    .trim()
    .replace(/^"(.*)"$/s, '$1')
    .replaceAll('\\n', '\n');
  return unquoted.includes('-----BEGIN') ? unquoted : Buffer.from(unquoted, 'base64').toString('utf8');
}

function webhookSecret(value: string | undefined, problems: string[]): string {
  const bytes = Buffer.byteLength(value ?? '');
  if (bytes < 32) {
    problems.push(
      `WEBHOOK_SECRET: expected at least 32 bytes, found ${bytes}; make one with \`openssl rand -hex 32\` and set it in the App's settings too`,
    );
  }
  return value ?? '';
}

function apiUrl(env: Readonly<Record<string, string | undefined>>, problems: string[]): string {
  const enterprise = env['GHE_HOST'] ? `${env['GHE_PROTOCOL'] || 'https'}://${env['GHE_HOST']}/api/v3` : undefined;
  const value = env['GITHUB_API_URL'] || enterprise || 'https://api.github.com';
  if (!URL.canParse(value)) {
    problems.push(
      `GITHUB_API_URL: expected the URL of GitHub's API, found ${shown(value)}; leave it out for github.com`,
    );
  }
  return value.replace(/\/+$/, '');
}

/** Only an enterprise that gave its tokens an issuer of its own (with its name in the path) has to say so. */
function oidcIssuer(value: string | undefined, problems: string[]): Pick<AppOptions, 'oidcIssuer'> {
  if (!value) return {};
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) {
    problems.push(
      `OIDC_ISSUER: expected the URL that issues the tokens of Actions jobs, found ${shown(value)}; leave it out unless your enterprise chose its own`,
    );
  }
  return { oidcIssuer: value.replace(/\/+$/, '') };
}

function database(env: Readonly<Record<string, string | undefined>>, problems: string[]): DatabasePlace {
  const place = placeFrom(env);
  if (place.kind === 'postgres' && !/^postgres(ql)?:\/\//.test(place.url)) {
    problems.push('DATABASE_URL: expected postgres://…, found another scheme; leave it out to keep data in a folder');
  }
  return place;
}

function port(value: string | undefined, problems: string[]): number {
  const number = Number(value || 3000);
  if (!Number.isInteger(number) || number < 0 || number > 65_535) {
    problems.push(`PORT: expected a whole number from 0 to 65535, found ${shown(value)}; leave it out for 3000`);
  }
  return number;
}

/** Who may tell of alerts. Without a file nobody may. */
function alerts(path: string | undefined, problems: string[]): Pick<AppOptions, 'alertReceivers'> {
  if (!path) return {};
  try {
    const parsed = parseReceivers({ text: readFileSync(path, 'utf8'), file: path });
    if (parsed.kind === 'valid') return { alertReceivers: parsed.receivers };
    problems.push(
      ...parsed.problems.map((one) => `SISKIN_ALERTS: ${one.file}:${one.line}:${one.column}: ${problemText(one)}`),
    );
  } catch (error) {
    problems.push(
      `SISKIN_ALERTS: expected a file of receivers, found ${messageOf(error)}; correct the path, or leave it out for no alerts`,
    );
  }
  return {};
}

/** Without a file of connections no rollout reaches any platform or metric source. */
function connections(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): Pick<AppOptions, 'connections'> {
  const file = env['SISKIN_CONNECTIONS'];
  if (!file) return {};
  try {
    const read = readConnections({ text: readFileSync(file, 'utf8'), file, env });
    if (read.kind === 'valid') return { connections: read.connections };
    problems.push(...read.problems.map((problem) => `${file}:${problem.line}: ${problemText(problem)}`));
  } catch (error) {
    problems.push(
      `SISKIN_CONNECTIONS: expected a file of connections, found ${found(error)}; name one that the App can read`,
    );
  }
  return {};
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

function logLevel(value: string | undefined, problems: string[]): (typeof logLevels)[number] {
  const level = logLevels.find((known) => known === (value || 'info'));
  if (level === undefined) {
    problems.push(`LOG_LEVEL: expected one of ${logLevels.join(', ')}, found ${shown(value)}; leave it out for info`);
  }
  return level ?? 'info';
}

function shown(value: string | undefined): string {
  return value === undefined || value === '' ? 'nothing' : `\`${value.slice(0, 80)}\``;
}
