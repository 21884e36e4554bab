import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { Probot } from 'probot';
import type { AppError } from '../src/error.ts';
import { asking } from '../src/github/failure.ts';
import { issuerOf, tokenReader } from '../src/github/id-tokens.ts';
import { githubReader } from '../src/github/reader.ts';
import { githubWriter } from '../src/github/writer.ts';
import type { Intent } from '../src/intent.ts';
import { observe } from '../src/observe.ts';
import type { Cause } from '../src/ports.ts';
import { releaseReader } from '../src/registry/release-reading.ts';
import { releaseWriter } from '../src/registry/releases.ts';
import { readTrustedRoot, sigstoreCache } from '../src/registry/signature/trusted-root.ts';
import { storeOpener } from '../src/registry/stores/store-opener.ts';
import type { AlertReceiver } from '../src/rollout/alerts/receiver.ts';
import { secretReader } from '../src/rollout/connections/secret.ts';
import { type Connections, noConnections } from '../src/rollout/connections.ts';
import { run as runIntent } from '../src/run.ts';
import { type Delivery, intentEvent } from '../src/store/deliveries.ts';
import { type DatabasePlace, openDatabase } from '../src/store/place.ts';
import { startQueue } from '../src/store/queue.ts';
import { openStore, type Store } from '../src/store/store.ts';
import { alertRoutes } from './alert-door.ts';
import { openCallMeter } from './calls.ts';
import { fetchInTime, octokitFor, openConnections, openIdentity, type Pace } from './connections.ts';
import { type Door, openDoor } from './door.ts';
import { answer, close, listen, type Route } from './http.ts';
import { openInbox } from './inbox.ts';
import siskin, { type ReceivedEvent } from './index.ts';
import { type Metrics, openMetrics } from './metrics.ts';
import { recoverMissed } from './missed-deliveries.ts';
import { openReadiness, type Readiness } from './readiness.ts';
import { startRollouts } from './rollouts.ts';
import { type OnStep, stepOfAct, tellLanesOf, tellStepsOf } from './steps.ts';
import { startTimer } from './timer.ts';
import { openTurnaway } from './turnaway.ts';
import { openWorker, type Worker } from './worker.ts';

/** What the App is started with. */
export interface AppOptions {
  readonly appId: number;
  readonly privateKey: string;
  /** At least 32 bytes; the same as in the App's settings on GitHub. */
  readonly webhookSecret: string;
  /** `https://api.github.com`, `https://<host>/api/v3`, or a GitHub on this machine. */
  readonly apiUrl: string;
  /** Who signs the tokens of jobs; the one that belongs to `apiUrl` unless an enterprise chose its own. */
  readonly oidcIssuer?: string;
  readonly database: DatabasePlace;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  /** `polite` unless told otherwise. */
  readonly pace?: Pace;
  /** Five minutes unless told otherwise. */
  readonly reconcileSeconds?: number;
  /** Who may tell of alerts that stop rollouts, by name; nobody unless told otherwise. */
  readonly alertReceivers?: Readonly<Record<string, AlertReceiver>>;
  /** The one source of time for what is kept and decided. */
  readonly clock?: () => Date;
  /** What the operator lets rollouts reach; nothing unless told otherwise. */
  readonly connections?: Connections;
  /** A trusted_root.json that identities of signers are verified against; Sigstore's own unless told otherwise. */
  readonly trustedRoot?: string;
  /** Hears of every durable step; without it, the log does at its level `debug`. */
  readonly onStep?: OnStep;
}

/** The App, running. Disposing of it drains: open requests and work in hand end, what is queued stays for the next start. */
export interface RunningApp extends AsyncDisposable {
  /** Webhooks go to `<url>/api/github/webhooks`. */
  readonly url: string;
  /** Resolves once nothing is left to be done: no delivery waits, no effect waits. */
  idle(): Promise<void>;
  readonly store: Store;
  /** Resolves when it lost what it cannot work without, so that the process must end. */
  readonly lost: Promise<AppError>;
}

/** Starts web, worker and timer in this process. */
export async function startApp(options: AppOptions): Promise<RunningApp> {
  const clock = options.clock ?? (() => new Date());
  const pace = options.pace ?? 'polite';
  await using opening = new AsyncDisposableStack();
  const probot = await startProbot(options, pace);
  const { log } = probot;
  const database = opening.use(await openDatabase(options.database));
  const queue = opening.use(
    await startQueue(database, (error) => log.error({ err: error }, 'The queue reports an error')),
  );
  const onStep: OnStep = options.onStep ?? ((step) => log.debug(step, 'step'));
  const store = tellStepsOf(
    await openStore({ database, queue, clock, ...(pace === 'unlimited' ? { writeLimits: null } : {}) }),
    onStep,
  );

  const metrics = openMetrics();
  const meter = openCallMeter();
  const turnaway = openTurnaway({ store, clock, log });
  const connections = openConnections({ probot, meter, metrics, turnaway });
  const identity = openIdentity(probot);
  const github = githubReader({ connect: connections.read, connectAsApp: () => probot.auth(), app: identity });
  const tokens = tokenReader(options.oidcIssuer ?? issuerOf(options.apiUrl));
  // GitHub shows a draft release to nobody who may not write.
  const place = {
    connectToDrafts: connections.write,
    app: identity,
    openStore: storeOpener({ apiUrl: options.apiUrl, connections: options.connections ?? noConnections }),
  };
  const releases = releaseReader({
    ...place,
    connect: connections.read,
    connections: options.connections ?? noConnections,
    trustedRoot: () => readTrustedRoot({ file: options.trustedRoot ?? null, cacheFolder: sigstoreCache() }),
  });
  async function run(intent: Intent, cause: Cause): Promise<void> {
    await runIntent(intent, { github, tokens, releases, store, now: clock().toISOString(), cause });
  }
  await probot.load(siskin, {
    cwd: process.cwd(),
    addHandler: () => {},
    handle: async (event: ReceivedEvent) => {
      for (const [place, intent] of observe(event, await identity()).entries()) {
        await run(intent, { delivery: event.id, place });
      }
    },
  });
  const door = openDoor({ probot, metrics, inbox: openInbox(store) });
  const worker = openWorker({
    store,
    apply: {
      github: githubWriter(connections.write, identity),
      releases: releaseWriter({ ...place, connect: connections.write, now: clock }),
      outbox: store.outbox,
    },
    receive: (delivery) => receive(delivery, { probot, run }),
    turn: door.quiet,
    meter,
    metrics,
    log,
  });
  queue.work({ most: lanesAtOnce, turn: door.quiet, handle: tellLanesOf(worker.work, onStep) });

  let stopping = false;
  const readiness = openReadiness({
    isStopping: () => stopping,
    askDatabase: () => database.query('select 1', []),
    askGithub: async () => asking('name this App', async () => (await probot.auth()).request('GET /app')),
  });
  const receivers = options.alertReceivers ?? {};
  const alerts = alertRoutes({ receivers, readSecret: secretReader(process.env), store, log });
  const routes = { ...routesOf({ door, store, metrics, readiness }), ...alerts };
  const server = await listen({
    routes,
    host: options.host,
    port: options.port,
    onError: (error) => log.error({ err: error }, 'A request failed'),
  });
  const timer = startTimer({
    store,
    log,
    reconcileSeconds: options.reconcileSeconds ?? 300,
    recoverMissed: () => recoverMissed({ probot, store, log, clock }),
  });
  const rollouts = startRollouts({
    store,
    connections: options.connections ?? noConnections,
    clock,
    log,
    metrics,
    onAct: (act, about) => onStep({ name: stepOfAct(act), about }),
  });
  opening.defer(async () => {
    stopping = true;
    worker.stop();
    // Webhooks are kept to the last: GitHub does not send them again by itself.
    await Promise.all([timer.stop(), rollouts.stop(), queue.rest()]);
    await close(server);
  });

  // A TCP server that listens has an address of this form.
  const { port } = server.address() as AddressInfo;
  const url = `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`;
  log.info(`Listening on ${url}`);
  const running = opening.move();
  return {
    url,
    store,
    lost: database.lost,
    idle: () => idle(store, worker),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Lanes worked on at the same time; most of the time they wait for GitHub. */
const lanesAtOnce = 8;

async function startProbot(options: AppOptions, pace: Pace): Promise<Probot> {
  const probot = new Probot({
    appId: options.appId,
    privateKey: options.privateKey,
    secret: options.webhookSecret,
    baseUrl: options.apiUrl,
    logLevel: options.logLevel,
    Octokit: octokitFor(pace),
    request: { fetch: fetchInTime },
  });
  return await probot.ready();
}

async function receive(
  delivery: Delivery,
  { probot, run }: { probot: Probot; run: (intent: Intent, cause: Cause) => Promise<void> },
): Promise<void> {
  const payload: unknown = JSON.parse(delivery.payload);
  // Only our own store writes deliveries of this event, from an Intent; a webhook cannot have this name.
  if (delivery.event === intentEvent) return await run(payload as Intent, { delivery: delivery.id, place: 0 });
  // Probot's union of events is wider than what can be proved of a name that arrived as text; unknown names have no handler.
  await probot.receive({ id: delivery.id, name: delivery.event, payload } as Parameters<Probot['receive']>[0]);
}

function routesOf(ports: {
  readonly door: Door;
  readonly store: Store;
  readonly metrics: Metrics;
  readonly readiness: () => Promise<Readiness>;
}): Readonly<Record<string, Route>> {
  const { door, store, metrics, readiness } = ports;
  return {
    'POST /api/github/webhooks': door.route,
    // The address that Probot's set-up page gives to a new GitHub App.
    'POST /': door.route,
    'GET /health': async (_request, response) => answer(response, 200, 'alive'),
    'GET /ready': async (_request, response) => {
      const found = await readiness();
      if (found.kind === 'ready') answer(response, 200, 'ready');
      else answer(response, 503, found.reason);
    },
    'GET /metrics': async (_request, response) => {
      const page = await metrics.render(
        await store.readBacklog(),
        await store.listRates(),
        await store.rollouts.countByState(),
      );
      response.writeHead(200, { 'content-type': metrics.contentType }).end(page);
    },
  };
}

async function idle(store: Store, worker: Worker): Promise<void> {
  for (;;) {
    const backlog = await store.readBacklog();
    if (backlog.waitingDeliveries + backlog.waitingEffects === 0 && !worker.busy()) return;
    await setTimeout(20);
  }
}
