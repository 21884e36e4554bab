import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TrafficDocument } from '../../../src/rollout/serving/http-contract.ts';
import { aModel } from '../../rollout/rollout-builder.ts';

/** A serving platform of the HTTP contract and a metric source in one server, which outlives every process of the App. */
export interface FarSide extends AsyncDisposable {
  /** The operator's file that leads here. */
  readonly connections: string;
  /** Every write that changed something, with when it came. */
  readonly writes: readonly { readonly wish: TrafficDocument; readonly at: number }[];
  /** When anything was last asked of it. */
  readonly askedAt: readonly number[];
  readonly wish: () => TrafficDocument;
}

/** Opens one that serves v1; `errors` is the candidate's share of failed requests. */
export async function openFarSide(errors: number): Promise<FarSide> {
  const writes: { wish: TrafficDocument; at: number }[] = [];
  const askedAt: number[] = [];
  let wish: TrafficDocument = {
    rollout: '',
    fence: 0,
    champion: aModel('v1'),
    candidate: null,
    weight: 0,
    shadow: 0,
    audience: null,
  };
  let order = { fence: 0, written: 0, key: '' };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    askedAt.push(Date.now());
    const body = Buffer.concat(chunks).toString();
    if (request.method === 'POST') return answer(response, 200, measured(JSON.parse(body)));
    if (request.method === 'PUT' && !put(request, body)) {
      return answer(response, 409, { error: 'outdated', fence: order.fence, written: order.written });
    }
    answer(response, 200, state());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a listening TCP server has this form
  const url = `http://127.0.0.1:${port}`;

  function put(request: IncomingMessage, body: string): boolean {
    const next = TrafficDocument.parse(JSON.parse(body));
    const written = Number(request.headers['siskin-timestamp']);
    const key = String(request.headers['idempotency-key']);
    const isNewer = next.fence > order.fence || (next.fence === order.fence && written > order.written);
    if (!isNewer) return key === order.key;
    order = { fence: next.fence, written, key };
    wish = next;
    writes.push({ wish, at: Date.now() });
    return true;
  }

  function state() {
    const { champion, candidate, weight, shadow, fence } = wish;
    return {
      capability: { weights: 'any', 'most-weight': 100, shadow: true, header: true, sticky: true },
      fence,
      written: order.written,
      champion,
      candidate: candidate === null ? null : { ...candidate, ready: true },
      weight,
      shadow,
      trouble: null,
    };
  }

  function measured({ arm, from, to }: { arm: string; from: string; to: string }) {
    const weight = writes.findLast(({ at }) => at <= Date.parse(from))?.wish.weight ?? 0;
    const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
    const requests = Math.round(20_000 * seconds * (arm === 'candidate' ? weight / 100 : 1 - weight / 100));
    const scatter = ((Date.parse(to) / 1000) % 7) - 3;
    const share = arm === 'candidate' ? errors : 0.02;
    return { parts: { requests, events: Math.max(0, Math.round(requests * share) + (requests === 0 ? 0 : scatter)) } };
  }

  return {
    connections: `connections:
  edge: { kind: http, address: '${url}', secret: { env: SISKIN_TEST_EDGE }, repositories: [acme/flights], environments: [production] }
  prom: { kind: http-metrics, url: '${url}/measure', repositories: [acme/flights], environments: [production] }
`,
    writes,
    askedAt,
    wish: () => wish,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(response: ServerResponse, status: number, document: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));
}
