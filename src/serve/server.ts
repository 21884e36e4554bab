import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { AppError, messageOf } from '../error.ts';
import { replyToAdmin } from './admin-door.ts';
import { artifactPlaces } from './artifact-places.ts';
import { replyToData } from './data-door.ts';
import { type Endpoint, openEndpoint } from './endpoint.ts';
import type { HostSettings } from './model-host.ts';
import { openModelStore } from './model-store.ts';
import type { BodyBudget } from './read-body.ts';
import type { Reply } from './reply.ts';
import { openServeMetrics, type ServeMetrics } from './serve-metrics.ts';
import { type KeptTraffic, readTraffic, writeTraffic } from './traffic-file.ts';

/** How a model server is set up. */
export interface ServeOptions {
  readonly state: string;
  readonly host: string;
  readonly port: number;
  readonly adminHost: string;
  readonly adminPort: number;
  /** Null: nobody can set traffic. */
  readonly secret: string | null;
  readonly artifacts: readonly string[];
  readonly artifactToken: string | null;
  /** Models of this disk that serve where nothing was ever set. */
  readonly models: readonly { readonly service: string; readonly version: string; readonly path: string }[];
  readonly settings: HostSettings;
  /** How long open requests may take when the server is asked to end. */
  readonly drainMs: number;
  readonly version: string;
  readonly log: (sentence: string) => void;
}

/** A running model server. */
export interface ModelServer {
  readonly address: string;
  readonly adminAddress: string;
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  /** Takes no new requests, answers those that are open, and ends every process of a model. */
  close(): Promise<void>;
}

const mostServices = 200;
const mostConnections = 2000;

/** Starts a model server with what was last acknowledged in its state folder. AppError when it cannot. */
export async function startServer(options: ServeOptions): Promise<ModelServer> {
  const { settings, log } = options;
  const folder = join(options.state, 'services');
  const kept = readTraffic(folder);
  const places = artifactPlaces({ places: options.artifacts, token: options.artifactToken, timeoutMs: 3_600_000 });
  const store = openModelStore(join(options.state, 'models'), places);
  const metrics = openServeMetrics();
  const endpoints = new Map<string, Endpoint>();
  const budget: BodyBudget = { used: 0, most: Math.max(512_000_000, 4 * settings.bodyBytes) };
  let isOpen = true;

  for (const one of kept) open(one);
  for (const { service, version, path } of options.models) {
    if (endpoints.has(service)) continue;
    const digest = await store.adopt(path);
    const champion = { version, digest, uri: 'file:local' };
    open({ format: 1, service, order: null, wish: null, serving: champion });
  }
  await sweep();

  const data = serving(metrics, log, (request) =>
    replyToData(
      {
        endpoints,
        metrics,
        budget,
        bodyBytes: settings.bodyBytes,
        mostShadows: Math.max(1, Math.floor(settings.queue / 8)),
        version: options.version,
        isOpen: () => isOpen,
        now: () => performance.now() / 1000,
      },
      request,
    ),
  );
  const admin = serving(metrics, log, (request) =>
    replyToAdmin({ endpoints, create, metrics, budget, secret: options.secret, nowMs: Date.now }, request),
  );
  const address = await listen(data, options.host, options.port);
  const adminAddress = await listen(admin, options.adminHost, options.adminPort);
  return {
    address,
    adminAddress,
    endpoints,
    async close() {
      isOpen = false;
      await Promise.all([drain(data, options.drainMs), drain(admin, options.drainMs)]);
      await Promise.all([...endpoints.values()].map((endpoint) => endpoint.dispose()));
    },
  };

  async function sweep(): Promise<void> {
    await store.sweep(() => [...endpoints.values()].flatMap((endpoint) => endpoint.digests()));
  }

  function create(service: string): Endpoint | null {
    return endpoints.size >= mostServices ? null : open({ format: 1, service, order: null, wish: null, serving: null });
  }

  function open(one: KeptTraffic): Endpoint {
    const keep = (next: KeptTraffic): void => {
      writeTraffic(folder, next);
      // Once the endpoint says what it needs from now on.
      setImmediate(() => void sweep().catch((error: unknown) => log(`could not remove copies: ${messageOf(error)}`)));
    };
    const endpoint = openEndpoint({ kept: one, keep, store, settings, log });
    endpoints.set(one.service, endpoint);
    return endpoint;
  }
}

function serving(
  metrics: ServeMetrics,
  log: (sentence: string) => void,
  replyTo: (request: IncomingMessage) => Promise<Reply | null>,
): Server {
  const server = createServer(
    { requestTimeout: 60_000, headersTimeout: 15_000, keepAliveTimeout: 75_000, maxHeaderSize: 16_384 },
    answer,
  );
  server.maxConnections = mostConnections;
  return server;

  function answer(request: IncomingMessage, response: ServerResponse): void {
    // A caller who goes away while he is answered breaks nothing.
    response.on('error', () => {});
    replyTo(request).then(
      (reply) => send(reply),
      (error: unknown) => {
        log(`a request failed: ${messageOf(error)}`);
        send({
          status: 500,
          headers: {},
          body: '{"error":"something broke; see the log of the server"}',
          isRefusal: true,
        });
      },
    );

    function send(reply: Reply | null): void {
      if (reply === null || response.headersSent) {
        response.destroy();
        return;
      }
      if (reply.isRefusal) metrics.refused(reply.status);
      const length = typeof reply.body === 'string' ? Buffer.byteLength(reply.body) : reply.body.byteLength;
      const closing = server.listening ? {} : { connection: 'close' };
      response.writeHead(reply.status, { ...reply.headers, ...closing, 'content-length': length }).end(reply.body);
    }
  }
}

async function listen(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const fix = cause.code === 'EADDRINUSE' ? 'name a free port' : 'check the host and the port';
      const found = `expected to listen on ${host}:${port}, found ${cause.message}; ${fix}`;
      reject(new AppError('world-broken', found, { cause }));
    });
    server.listen({ host, port, backlog: 1024 }, resolve);
  });
  // A server that listens on a port has an address with one.
  const { port: actual } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${actual}`;
}

async function drain(server: Server, drainMs: number): Promise<void> {
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), drainMs);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearTimeout(timer);
}
