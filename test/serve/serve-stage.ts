import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServedModel, ServingPlatform, Traffic } from '../../src/ports/serving.ts';
import { Connection, openGenericHttp, Target } from '../../src/rollout/serving/generic-http.ts';
import { localModel } from '../../src/serve/model-digest.ts';
import { type ModelServer, type ServeOptions, startServer } from '../../src/serve/server.ts';

export const secret = 'known to both sides';
const fixtures = join(import.meta.dirname, '../fixtures/models');

/** A fixture as a release names it. */
export function released(name: string, version: string): ServedModel {
  const path = join(fixtures, name);
  return { version, digest: localModel(path).digest, uri: pathToFileURL(path).href };
}

/** A model server of the test's own, with the port that steers its service `fraud`. */
export interface ServeStage extends AsyncDisposable {
  readonly server: ModelServer;
  readonly platform: ServingPlatform;
  readonly folder: string;
  /** What the server said, sentence by sentence. */
  readonly log: readonly string[];
  /** Sets traffic and waits until it is so, or says that it never will be. */
  put(traffic: Partial<Traffic>): Promise<void>;
  infer(
    body: unknown,
    options?: { readonly headers?: Record<string, string>; readonly path?: string },
  ): Promise<Response>;
  metrics(): Promise<string>;
}

/** Starts it. A folder that is given is left as it is. */
export async function startStage(over: Partial<ServeOptions> & { readonly folder?: string } = {}): Promise<ServeStage> {
  const folder = over.folder ?? (await mkdtemp(join(tmpdir(), 'siskin-serve-')));
  const log: string[] = [];
  const server = await startServer({
    state: join(folder, 'state'),
    host: '127.0.0.1',
    port: 0,
    adminHost: '127.0.0.1',
    adminPort: 0,
    secret,
    artifacts: [fixtures],
    artifactToken: null,
    models: [],
    drainMs: 5000,
    version: 'test',
    log: (sentence) => log.push(sentence),
    ...over,
    settings: {
      threads: 1,
      mostRows: 256,
      queue: 64,
      timeoutMs: 5000,
      bodyBytes: 1_000_000,
      loadMs: 20_000,
      ...over.settings,
    },
  });
  const platform = platformOf(server.adminAddress);
  let rollout = 0;
  return {
    server,
    platform,
    folder,
    log,
    async put(traffic) {
      rollout += 1;
      const all = {
        rollout: `r${rollout}`,
        fence: 1,
        champion: null,
        candidate: null,
        weight: 0,
        shadow: 0,
        audience: null,
      };
      await platform.apply({ ...all, ...traffic });
      await settled(platform);
    },
    infer: (body, { headers = {}, path = '/v2/models/fraud/infer' } = {}) =>
      fetch(`${server.address}${path}`, {
        method: 'POST',
        headers,
        body: body instanceof Uint8Array || typeof body === 'string' ? body : JSON.stringify(body),
      }),
    metrics: async () => await (await fetch(`${server.adminAddress}/metrics`)).text(),
    async [Symbol.asyncDispose]() {
      await server.close();
      if (over.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The port to a server's service. */
export function platformOf(address: string, service = 'fraud'): ServingPlatform {
  return openGenericHttp({
    connection: Connection.parse({ address, secret: { env: 'S' } }),
    target: Target.parse({ service }),
    place: { secret: () => secret, now: Date.now, model: service },
  });
}

/** Waits until nothing is loading any more. */
export async function settled(platform: ServingPlatform): Promise<void> {
  for (let turn = 0; turn < 400; turn++) {
    const { trouble } = await platform.observe();
    if (trouble === null || /cannot be served/.test(trouble)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Rows of two numbers for the fixtures that take them. */
export function rows(data: readonly (readonly number[])[], name = 'X') {
  return { inputs: [{ name, datatype: 'FP32', shape: [data.length, 2], data }] };
}
