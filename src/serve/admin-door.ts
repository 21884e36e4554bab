import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { contractBytesLimit, serviceOf, TrafficDocument } from '../rollout/serving/http-contract.ts';
import { forgery, signatureHeaders } from '../rollout/serving/http-signature.ts';
import type { Endpoint } from './endpoint.ts';
import { type BodyBudget, readBody } from './read-body.ts';
import { jsonReply, type Reply, refusal } from './reply.ts';
import type { ServeMetrics } from './serve-metrics.ts';

/** What the administration works with. */
export interface AdminDoor {
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  /** A new service; null where no more are taken. */
  readonly create: (service: string) => Endpoint | null;
  readonly metrics: ServeMetrics;
  readonly budget: BodyBudget;
  /** Null: traffic can neither be read nor set. */
  readonly secret: string | null;
  readonly nowMs: () => number;
}

/** The answer to one request of the serving contract, or to `GET /metrics`; null where the caller went away. */
export async function replyToAdmin(door: AdminDoor, request: IncomingMessage): Promise<Reply | null> {
  const path = request.url ?? '/';
  if (path === '/metrics' && request.method === 'GET') {
    const body = await door.metrics.render([...door.endpoints.values()], door.budget.used);
    return { status: 200, headers: { 'content-type': door.metrics.contentType }, body, isRefusal: false };
  }
  const service = serviceOf(path);
  if (service === null) return refusal(404, 'expected /metrics or /v1/services/<name>/traffic, found another path');
  if (request.method !== 'GET' && request.method !== 'PUT') {
    return refusal(405, `expected GET or PUT for this path, found ${request.method}`);
  }
  if (door.secret === null) {
    return refusal(403, 'expected this server to have a secret, found none; start it with SISKIN_SERVE_SECRET');
  }
  const read = await readBody(request, { limitBytes: contractBytesLimit, budget: door.budget });
  if (read.kind === 'gone') return null;
  if (read.kind === 'refused') return refusal(read.status, read.reason);
  door.budget.used -= read.body.byteLength;
  const timestamp = Number(headerOf(request, signatureHeaders.timestamp) || Number.NaN);
  const key = headerOf(request, signatureHeaders.key);
  const isForged = forgery({
    secret: door.secret,
    signature: headerOf(request, signatureHeaders.signature),
    signed: { timestamp, key, method: request.method, path, body: read.body },
    nowMs: door.nowMs(),
  });
  if (isForged !== null || !Number.isSafeInteger(timestamp))
    return refusal(401, isForged ?? 'expected whole milliseconds');
  if (request.method === 'PUT') return put(door, { service, timestamp, key, body: read.body });
  return jsonReply(200, door.endpoints.get(service)?.state() ?? unused);
}

/** What a service that was never set looks like: it begins with the first write. */
const unused = {
  capability: { weights: 'any', 'most-weight': 100, shadow: true, header: true, sticky: true },
  fence: null,
  written: null,
  champion: null,
  candidate: null,
  weight: 0,
  shadow: 0,
  trouble: null,
} as const;

function put(
  door: AdminDoor,
  write: { readonly service: string; readonly timestamp: number; readonly key: string; readonly body: Buffer },
): Reply {
  const { service, timestamp, key, body } = write;
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) {
    return refusal(400, `expected the header ${signatureHeaders.key} with at most 200 letters, found none such`);
  }
  const parsed = TrafficDocument.safeParse(jsonOf(body));
  if (!parsed.success) {
    const found = z.prettifyError(parsed.error).replace(/\s+/g, ' ').slice(0, 1500);
    return refusal(400, `expected the traffic of a service as the serving contract describes it, found: ${found}`);
  }
  const endpoint = door.endpoints.get(service) ?? door.create(service);
  if (endpoint === null)
    return refusal(422, 'expected fewer services on one server, found too many; start another one');
  const taken = endpoint.put({ traffic: parsed.data, timestamp, key });
  const state = endpoint.state();
  if (taken !== 'outdated') return jsonReply(200, state);
  const { fence, written } = state;
  const reason = `expected a write that is newer than that of fence ${fence} at ${written}, found fence ${parsed.data.fence} at ${timestamp}; leave the service to the newer writer`;
  return refusal(409, reason, { fence, written });
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
