import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { AppError, messageOf } from '../../../error.ts';
import { limited } from '../../../github/limited-body.ts';
import { oneLine } from '../../../policy/quoted.ts';
import type { Cluster } from './cluster.ts';

/** One request to an API server. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** From the root, with its query. */
  readonly path: string;
  readonly type?: 'application/json' | 'application/merge-patch+json' | 'application/json-patch+json';
  readonly body?: unknown;
}

/** What an API server answered, whatever its status. */
export interface ApiAnswer {
  readonly status: number;
  /** Null where the answer is no JSON. */
  readonly json: unknown;
  /** What a `Status` says; empty where it is none. */
  readonly said: string;
  readonly retryAfterSeconds: number | null;
}

const mostBytes = 8_000_000;

/**
 * Asks an API server once; redirects are answers. `fetch` takes no certificate authority of one's own, so this is Node's
 * own client. AppError only where there is no answer: `unavailable`, `timed-out` or `too-large`.
 */
export async function askApi(cluster: Cluster, asked: ApiRequest): Promise<ApiAnswer> {
  const { name, timeoutMs } = cluster;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await send(cluster, asked, signal);
    const chunks: Uint8Array[] = [];
    for await (const chunk of limited(response, mostBytes, `answer of \`${name}\``)) chunks.push(chunk);
    const json = jsonOf(Buffer.concat(chunks).toString('utf8'));
    const seconds = Number(response.headers['retry-after'] ?? Number.NaN);
    return {
      status: response.statusCode ?? 0,
      json,
      said: saidIn(json),
      retryAfterSeconds: Number.isFinite(seconds) && seconds >= 0 ? seconds : null,
    };
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (signal.aborted) {
      const found = `expected an answer of \`${name}\` within ${timeoutMs / 1000} s, found none; look at the API server`;
      throw new AppError('timed-out', found);
    }
    const code = error instanceof Error && 'code' in error ? String(error.code) : messageOf(error);
    const fix = /CERT|SELF_SIGNED|ISSUER/.test(code) ? 'check `ca-file`' : 'check its address';
    throw new AppError('unavailable', `expected to reach \`${name}\`, found ${oneLine(code, 100)}; ${fix}`);
  }
}

async function send(
  { address, credentials }: Cluster,
  { method, path, type = 'application/json', body }: ApiRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { token, ca, client } = credentials();
  const text = body === undefined ? '' : JSON.stringify(body);
  const url = new URL(address + path);
  const options = {
    method,
    signal,
    headers: {
      accept: 'application/json',
      'user-agent': 'siskin',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(text === '' ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
    },
    ...(ca === null ? {} : { ca }),
    ...(client === null ? {} : { cert: client.certificate, key: client.key }),
  };
  return await new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
    request.once('response', resolve);
    request.once('error', reject);
    request.end(text);
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function saidIn(json: unknown): string {
  if (json === null || typeof json !== 'object' || !('kind' in json) || json.kind !== 'Status') return '';
  const message = 'message' in json && typeof json.message === 'string' ? json.message : '';
  // In between it may show the whole object.
  return message.length <= 300
    ? oneLine(message, 300)
    : oneLine(`${message.slice(0, 80)}… …${message.slice(-200)}`, 300);
}
