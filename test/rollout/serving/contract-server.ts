import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServedModel } from '../../../src/ports/serving.ts';
import { befalls, type Faults, noFaults } from './faults.ts';

interface Wish {
  readonly fence: number;
  readonly champion: ServedModel | null;
  readonly candidate: ServedModel | null;
  readonly weight: number;
  readonly shadow: number;
  readonly audience: object | null;
}

/** A server of the contract whose far side can be told to fail. */
export interface ContractServer extends AsyncDisposable {
  readonly url: string;
  readonly faults: Faults;
  /** The methods of the requests, in order. */
  readonly seen: readonly string[];
  weight(): number;
}

/**
 * Keeps docs/serving-contract.md and is written from that page alone, as a team would write its own; a new candidate is
 * ready with the second look at it.
 */
export async function contractServer(secret: string): Promise<ContractServer> {
  const faults = noFaults();
  const seen: string[] = [];
  let order = { fence: -1, written: -1, key: '' };
  let wish: Wish | null = null;
  let looks = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    seen.push(request.method ?? '');
    if (request.url !== '/v1/services/fraud/traffic') return answer(response, 404, { error: 'no such service' });
    if (!isSigned(request, body, secret)) return answer(response, 401, { error: 'not signed' });
    // A write is one request: there is no half of it in which permission could be lost.
    if (faults.kind === 'denied') faults.after = 0;
    const fault = befalls(faults, request.method === 'PUT' ? 'write' : 'read');
    if (fault !== 'none' && fault !== 'idle') return misbehave(response, fault);
    if (request.method === 'GET') looks += 1;
    if (request.method === 'GET' || fault === 'idle') return answer(response, 200, state());
    put(request, response, body.toString());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a listening TCP server has this form

  function put(request: IncomingMessage, response: ServerResponse, body: string): void {
    const next = wishIn(body);
    const written = Number(request.headers['siskin-timestamp']);
    const key = String(request.headers['idempotency-key']);
    const version = next?.candidate?.version ?? '1';
    const isNewer =
      next !== null && (next.fence > order.fence || (next.fence === order.fence && written > order.written));
    if (next === null || version === '' || version.length > 200) answer(response, 400, { error: 'no such version' });
    else if ('cookie' in Object(next.audience)) answer(response, 422, { error: 'no cookies here' });
    else if (!isNewer && key !== order.key) {
      answer(response, 409, { error: 'outdated', fence: order.fence, written: order.written });
    } else {
      if (next.candidate?.version !== wish?.candidate?.version) looks = 0;
      if (isNewer) {
        order = { fence: next.fence, written, key };
        wish = next;
      }
      answer(response, 200, state());
    }
  }

  function state() {
    const candidate = wish?.candidate ?? null;
    const ready = candidate !== null && looks > 1;
    return {
      capability: { weights: 'any', 'most-weight': 100, shadow: true, header: true, sticky: false },
      fence: wish?.fence ?? null,
      written: wish === null ? null : order.written,
      champion: wish?.champion ?? null,
      candidate: candidate === null ? null : { ...candidate, ready },
      weight: ready ? (wish?.weight ?? 0) : 0,
      shadow: ready ? (wish?.shadow ?? 0) : 0,
      trouble: candidate !== null && !ready ? 'the candidate is loading' : null,
    };
  }

  return {
    url: `http://127.0.0.1:${port}`,
    faults,
    seen,
    weight: () => state().weight,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(response: ServerResponse, status: number, document: object | string): void {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  response.writeHead(status, { 'content-type': 'application/json' }).end(text);
}

function wishIn(body: string): Wish | null {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function isSigned({ method, url, headers }: IncomingMessage, body: Buffer, secret: string): boolean {
  const text = `v1\n${headers['siskin-timestamp']}\n${headers['idempotency-key'] ?? ''}\n${method}\n${url}\n`;
  const expected = createHmac('sha256', secret).update(text).update(body).digest('hex');
  return headers['siskin-signature'] === `v1=${expected}`;
}

function misbehave(response: ServerResponse, fault: Faults['kind']): void {
  if (fault === 'broken') answer(response, 500, '<html>oops');
  if (fault === 'denied') answer(response, 403, { error: 'your role was taken away' });
  if (fault === 'garbled') answer(response, 200, '{"fence": "seven"}');
  if (fault === 'huge') response.write('x'.repeat(200_000));
}
