import type { IncomingMessage } from 'node:http';
import type { Endpoint } from './endpoint.ts';
import { renderInferError } from './infer-response.ts';
import { type InferencePath, parseInferencePath } from './inference-path.ts';
import type { HostAnswer } from './model-host.ts';
import { type BodyBudget, readBody } from './read-body.ts';
import { jsonReply, type Reply, refusal } from './reply.ts';
import type { CountedArm, ServeMetrics } from './serve-metrics.ts';
import type { ServedVersion } from './served-version.ts';

/** What the data path works with. */
export interface DataDoor {
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly metrics: ServeMetrics;
  readonly budget: BodyBudget;
  readonly bodyBytes: number;
  /** Copies for candidates that may be under way at once; more are dropped. */
  readonly mostShadows: number;
  readonly version: string;
  /** False from the moment on that the server is asked to end. */
  readonly isOpen: () => boolean;
  /** Seconds since some moment. */
  readonly now: () => number;
}

const jsonLength = 'inference-header-content-length';

/** The answer to one request of the Open Inference Protocol v2; null where the caller went away. */
export async function replyToData(door: DataDoor, request: IncomingMessage): Promise<Reply | null> {
  const path = parseInferencePath((request.url ?? '/').split('?')[0] ?? '/');
  if (path === null) return refusal(404, 'expected a path of the Open Inference Protocol (/v2/…), found another');
  const wanted = path.kind === 'infer' ? 'POST' : 'GET';
  if (request.method !== wanted) return refusal(405, `expected ${wanted} for this path, found ${request.method}`);
  switch (path.kind) {
    case 'server':
      return jsonReply(200, { name: 'siskin', version: door.version, extensions: ['binary_tensor_data'] });
    case 'live':
      return jsonReply(200, { live: true });
    case 'ready':
      return serverReady(door);
    case 'model':
    case 'model-ready':
      return modelReply(door, path);
    case 'infer':
      return await infer(door, path, request);
    default:
      return path.kind satisfies never;
  }
}

function serverReady({ endpoints, isOpen }: DataDoor): Reply {
  const waiting = [...endpoints.values()].filter((endpoint) => championOf(endpoint)?.state().kind !== 'ready');
  const ready = isOpen() && waiting.length === 0;
  return jsonReply(ready ? 200 : 503, { ready, waiting: waiting.map(({ name }) => name) });
}

function championOf(endpoint: Endpoint): ServedVersion | undefined {
  const { champion } = endpoint.state();
  return endpoint
    .versions()
    .find(({ model }) => model.version === champion?.version && model.digest === champion?.digest);
}

function modelReply({ endpoints }: DataDoor, { kind, model, version }: InferencePath): Reply {
  const endpoint = endpoints.get(model);
  if (endpoint === undefined) return refusal(404, unknownModel(model));
  const served = version === null ? championOf(endpoint) : versionOf(endpoint, version);
  if (served === undefined && version !== null) return refusal(404, unknownVersion(endpoint, version));
  const state = served?.state();
  if (kind === 'model-ready') {
    const ready = state?.kind === 'ready';
    return jsonReply(ready ? 200 : 503, { name: model, ready });
  }
  if (state?.kind !== 'ready') return refusal(503, `expected ${model} to be ready, found that it is not`);
  const { platform, inputs, outputs } = state.ready;
  const versions = endpoint.versions().map((one) => one.model.version);
  return jsonReply(200, { name: model, versions, platform, inputs, outputs });
}

async function infer(
  door: DataDoor,
  { model, version }: InferencePath,
  request: IncomingMessage,
): Promise<Reply | null> {
  const endpoint = door.endpoints.get(model);
  if (endpoint === undefined) return refusal(404, unknownModel(model));
  const named = version === null ? null : versionOf(endpoint, version);
  if (named === undefined) return refusal(404, unknownVersion(endpoint, version ?? ''));
  const jsonBytes = jsonBytesOf(request.headers[jsonLength]);
  if (jsonBytes === undefined) {
    return refusal(400, `expected a number of bytes in the header ${jsonLength}, found another text`);
  }
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    return refusal(415, 'expected a body that is not compressed, found content-encoding; send it as it is');
  }
  const { budget, bodyBytes } = door;
  const read = await readBody(request, { limitBytes: bodyBytes, budget });
  if (read.kind === 'gone') return null;
  if (read.kind === 'refused') return refusal(read.status, read.reason);
  try {
    // Chosen when the request is whole, so that one that is broken off counts for nobody.
    const chosen =
      named === null
        ? endpoint.choose(request.headers)
        : { arm: 'direct' as const, version: named.model, host: named.host() };
    const question = { body: read.body, jsonBytes };
    if (chosen.arm === 'champion') mirror(door, endpoint, question);
    const started = door.now();
    const answer = (await chosen.host?.infer(question)) ?? nobody(endpoint);
    const counted = { model, version: chosen.version?.version ?? '', arm: chosen.arm };
    door.metrics.answered({ ...counted, status: answer.status, seconds: door.now() - started });
    return answerReply(answer, counted);
  } finally {
    budget.used -= read.body.byteLength;
  }
}

/** The copy waits for nobody and nobody waits for it; with too many under way it is left out, so that it slows nothing down. */
function mirror(
  { metrics, mostShadows, now, budget }: DataDoor,
  endpoint: Endpoint,
  question: { readonly body: Buffer; readonly jsonBytes: number | null },
): void {
  const host = endpoint.mirror();
  if (host === null) return;
  if (host.waiting() >= mostShadows) {
    metrics.shadowDropped(endpoint.name);
    return;
  }
  const started = now();
  budget.used += question.body.byteLength;
  void host.infer(question).then(({ status }) => {
    budget.used -= question.body.byteLength;
    const { version } = host.model;
    metrics.answered({ model: endpoint.name, version, arm: 'shadow', status, seconds: now() - started });
  });
}

function answerReply(
  { status, body, jsonBytes }: HostAnswer,
  { version, arm }: { readonly version: string; readonly arm: CountedArm },
): Reply {
  const headers = {
    'content-type': jsonBytes === null ? 'application/json' : 'application/octet-stream',
    'siskin-arm': arm,
    // A header holds no other letters; the answer itself names the version in any case.
    ...(/^[\x20-\x7e]+$/.test(version) ? { 'siskin-version': version } : {}),
    ...(jsonBytes === null ? {} : { [jsonLength]: String(jsonBytes) }),
    ...(status === 503 ? { 'retry-after': '1' } : {}),
  };
  return { status, headers, body, isRefusal: false };
}

function nobody({ name }: Endpoint): HostAnswer {
  const body = renderInferError(`expected ${name} to have a model that can answer, found none yet; ask again later`);
  return { status: 503, body, jsonBytes: null };
}

function versionOf(endpoint: Endpoint, version: string): ServedVersion | undefined {
  return endpoint.versions().find(({ model }) => model.version === version);
}

function jsonBytesOf(header: string | readonly string[] | undefined): number | null | undefined {
  if (header === undefined) return null;
  return typeof header === 'string' && /^\d{1,10}$/.test(header) ? Number(header) : undefined;
}

function unknownModel(name: string): string {
  return `expected a model that is served here, found ${JSON.stringify(name.slice(0, 100))}; see its name in the policy`;
}

function unknownVersion(endpoint: Endpoint, version: string): string {
  const known =
    endpoint
      .versions()
      .map((one) => one.model.version)
      .join(', ') || 'none';
  return `expected a version of ${endpoint.name} that is served (${known}), found ${JSON.stringify(version.slice(0, 100))}`;
}
