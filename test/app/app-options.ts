import { createHmac, generateKeyPairSync } from 'node:crypto';
import type { AppOptions } from '../../app/server.ts';
import { emptyDatabase } from '../database.ts';

/** A key of the kind that GitHub gives to an App. */
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});

export const secret = 'a webhook secret of more than 32 bytes';

/** Options of an App for a test: on an empty database and a free port, as quick as it can be. */
export function appOptions(apiUrl: string, changes: Partial<AppOptions> = {}): AppOptions {
  return {
    appId: 7,
    privateKey,
    webhookSecret: secret,
    apiUrl,
    database: emptyDatabase(),
    host: '127.0.0.1',
    port: 0,
    logLevel: 'fatal',
    pace: 'unlimited',
    ...changes,
  };
}

/** The value of X-Hub-Signature-256 for a body. */
export function signatureOf(body: string, key = secret): string {
  return `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
}

/** Sends a delivery as GitHub does; headers given as null are left out. */
export async function deliver(
  url: string,
  options: {
    readonly id: string;
    readonly event?: string;
    readonly payload: unknown;
    readonly headers?: Readonly<Record<string, string | null>>;
  },
): Promise<Response> {
  const body = typeof options.payload === 'string' ? options.payload : JSON.stringify(options.payload);
  const headers: Record<string, string | null> = {
    'content-type': 'application/json',
    'x-github-delivery': options.id,
    'x-github-event': options.event ?? 'pull_request',
    'x-hub-signature-256': signatureOf(body),
    ...options.headers,
  };
  const sent = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== null);
  return await fetch(`${url}/api/github/webhooks`, { method: 'POST', body, headers: Object.fromEntries(sent) });
}
