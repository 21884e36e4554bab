import { z } from 'zod';
import { AppError, messageOf } from '../../error.ts';
import { contractBytesLimit, RefusalDocument, StateDocument, trafficPath } from './http-contract.ts';
import { signatureHeaders, signatureOf } from './http-signature.ts';

/** A service behind the serving contract. */
export interface HttpService {
  /** What is before `/v1/…`. */
  readonly address: string;
  /** Read at each request, so that a new one needs no restart. */
  readonly secret: () => string;
  readonly service: string;
  readonly timeoutMs: number;
  readonly now: () => number;
}

/** What a server answered, whatever its status. */
export interface ServiceAnswer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | null;
}

/** One request of the contract. */
export interface ServiceCall {
  readonly method: 'GET' | 'PUT';
  readonly timestamp: number;
  /** Empty on a read. */
  readonly key: string;
  readonly body: string;
}

/** Asks a service once. AppError only where there is no answer: `unavailable`, `timed-out` or `too-large`. */
export async function askService(service: HttpService, call: ServiceCall): Promise<ServiceAnswer> {
  const path = trafficPath(service.service);
  const { method, timestamp, key, body } = call;
  const signed = { timestamp, key, method, path, body: Buffer.from(body) };
  return await sendToService(service, { ...call, signature: signatureOf(service.secret(), signed) });
}

/** As {@link askService}, with a signature of the caller's own. */
export async function sendToService(
  service: HttpService,
  call: ServiceCall & { readonly signature: string },
): Promise<ServiceAnswer> {
  const { address, timeoutMs } = service;
  const { method, timestamp, key, body, signature } = call;
  const headers = {
    [signatureHeaders.timestamp]: String(timestamp),
    [signatureHeaders.signature]: signature,
    accept: 'application/json',
    ...(method === 'PUT' ? { [signatureHeaders.key]: key, 'content-type': 'application/json' } : {}),
  };
  const url = `${address.replace(/\/+$/, '')}${trafficPath(service.service)}`;
  try {
    const response = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      ...(method === 'PUT' ? { body } : {}),
    });
    const text = await limitedText(service, response);
    return { status: response.status, text, retryAfter: response.headers.get('retry-after') };
  } catch (cause) {
    throw unreachable(service, cause);
  }
}

/** The state in an answer. AppError `world-broken` where the contract is not kept. */
export function stateIn(service: HttpService, { text }: ServiceAnswer): StateDocument {
  const parsed = StateDocument.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const problems = z.prettifyError(parsed.error).replace(/\s+/g, ' ').slice(0, 500);
  throw new AppError(
    'world-broken',
    `expected the state that the serving contract describes from ${placeOf(service)}, found: ${problems}; run \`siskin serving-test\` against it`,
  );
}

/** What a refusal says; empty where it says nothing that the contract knows. */
export function refusalIn({ text }: ServiceAnswer): RefusalDocument {
  const parsed = RefusalDocument.safeParse(jsonOf(text));
  return parsed.success ? parsed.data : { error: '' };
}

/** The service for messages, without what an address may carry besides: no credential gets into one. */
export function placeOf({ address, service }: HttpService): string {
  return `the service ${service} at ${URL.canParse(address) ? new URL(address).origin : 'its address'}`;
}

async function limitedText(service: HttpService, response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > contractBytesLimit) {
      const found = `expected at most ${contractBytesLimit} bytes from ${placeOf(service)}, found more; correct the server`;
      throw new AppError('too-large', found);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unreachable(service: HttpService, cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  if (cause instanceof Error && cause.name === 'TimeoutError') {
    const found = `expected an answer of ${placeOf(service)} within ${service.timeoutMs / 1000} seconds, found none; check the server`;
    return new AppError('timed-out', found, { cause });
  }
  const inner = cause instanceof Error && cause.cause !== undefined ? messageOf(cause.cause) : messageOf(cause);
  const found = `expected to reach ${placeOf(service)}, found ${inner}; check the address and that the server runs`;
  return new AppError('unavailable', found, { cause });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
