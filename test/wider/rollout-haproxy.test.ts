import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Repository } from '../../sandbox/github/state.ts';
import { startWorld, type World } from '../../sandbox/world.ts';
import { readConnections } from '../../src/rollout/connections.ts';
import { readBackend } from '../../src/rollout/serving/haproxy/state.ts';
import { builtActions } from '../scenarios/built-actions.ts';
import { priceFiles, release, revertOf, withNote } from '../scenarios/releasing.ts';
import { startPrometheus } from './metrics/prometheus-process.ts';
import { type HaproxyServer, startHaproxy } from './serving/haproxy-server.ts';
import { freePort } from './serving/process.ts';
import { startVersion } from './serving/version-server.ts';
import { toolAt } from './tool.ts';

const programs = { haproxy: toolAt('SISKIN_HAPROXY'), prometheus: toolAt('SISKIN_PROMETHEUS') };

const series = (name: string) => `model_${name}_total{model="{model}",version="{version}"}`;

const production = `
serving: { connection: edge, backend: '{model}' }
interval-seconds: 2
history-intervals: 0
steps: [{ weight: 25, minimum-exposure: 60 }, { weight: 50, minimum-exposure: 60, maximum-minutes: 2 }]
bake-minutes: 0.02
metrics:
  errors:
    source: prometheus
    kind: error-rate
    margin: 3
    dispersion: 1
    query: { requests: '${series('requests')}', events: '${series('errors')}' }
`;

let stack: AsyncDisposableStack;
let haproxy: HaproxyServer;
let port: number;
let world: World;
let repository: Repository;
/** What HAProxy was seen to give its servers, one entry for each change. */
const seen: string[] = [];

beforeAll(async () => {
  await builtActions();
  stack = new AsyncDisposableStack();
  port = await freePort();
  const versions = [];
  for (const [version, failsOneIn] of [
    ['1.0.0', 10],
    ['1.0.1', 10],
    ['1.0.2', 2],
  ] as const) {
    versions.push(stack.use(await startVersion({ version, port, failsOneIn })));
  }
  haproxy = stack.use(await startHaproxy(programs.haproxy, { backend: 'price', host: '127.1.0.0', port }));
  const prometheus = stack.use(await startPrometheus(programs.prometheus, versions));
  const read = readConnections({ text: connections(prometheus.url), file: 'connections.yml', env: {} });
  if (read.kind === 'invalid') throw new Error(JSON.stringify(read.problems));
  // The App's own time is that of HAProxy and Prometheus: nothing can be skipped here.
  world = stack.use(await startWorld({ logLevel: 'fatal', pace: 'unlimited', connections: read.connections }));
  world.github.createUser({ login: 'acme', kind: 'Organization' });
  world.github.createUser({ login: 'ada' });
  world.github.addMembers({ organization: 'acme', logins: ['ada'] });
  const over = new AbortController();
  const busy = [...Array.from({ length: 4 }, () => keepAsking(over.signal)), keepLooking(over.signal)];
  stack.defer(async () => {
    over.abort();
    await Promise.all(busy);
  });
  repository = await world.adopt({ owner: 'acme', name: 'prices', files: priceFiles(production) });
  world.github.grantRole({ repository, login: 'ada', role: 'admin' });
  await world.settled();
});
afterAll(() => stack.disposeAsync());

function connections(prometheus: string): string {
  const allowed = 'repositories: [acme/prices]\n    environments: [production]';
  return `connections:
  edge:
    kind: haproxy
    socket: { path: ${haproxy.socket.path} }
    map: ${haproxy.map}
    address: '127.{version}:${port}'
    ${allowed}
  prometheus:
    kind: prometheus
    url: ${prometheus}
    ${allowed}
`;
}

async function keepAsking(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await (await fetch(haproxy.url)).arrayBuffer();
    await setTimeout(10);
  }
}

async function keepLooking(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const now = await weights();
    if (now !== null && now !== seen.at(-1)) seen.push(now);
    await setTimeout(50);
  }
}

/** The percent of each server that has one, by the version that answers at its address; null between two writes. */
async function weights(): Promise<string | null> {
  const { servers } = await readBackend({
    socket: haproxy.socket,
    timeoutMs: 5000,
    backend: 'price',
    servers: ['a', 'b'],
    map: haproxy.map,
  });
  if (servers.reduce((sum, { weight }) => sum + weight, 0) !== 100) return null;
  const shares = servers.filter(({ weight }) => weight > 0).map(({ at, weight }) => `${at.slice(4, 9)} ${weight}`);
  return shares.sort().join(', ');
}

it('lets the first version serve at once, because nothing is there to compare it with', async () => {
  const { state } = await release({ world, repository }, { model: withNote('monday'), from: 2000 });

  expect(state.kind).toBe('succeeded');
  expect(seen).toEqual(['1.0.0 100']);
  expect(await haproxy.answers(20)).toEqual({ '1.0.0': 20 });
});

it('merges, raises a canary in HAProxy step by step, and promotes what Prometheus shows to be as good', async () => {
  const rollout = await release({ world, repository }, { model: withNote('tuesday'), from: 3000 });

  expect(rollout.state.kind).toBe('succeeded');
  expect(rollout.judgement).toMatchObject({
    verdict: 'pass',
    metrics: { errors: { nonInferiority: { crossedAt: expect.any(Number) } } },
  });
  expect(seen).toEqual(['1.0.0 100', '1.0.0 75, 1.0.1 25', '1.0.0 50, 1.0.1 50', '1.0.1 100']);
  expect(await haproxy.answers(20)).toEqual({ '1.0.1': 20 });
});

it('merges, sees errors in Prometheus, takes the candidate back in HAProxy within seconds, and then in git', async () => {
  seen.length = 0;
  const rollout = await release({ world, repository }, { model: withNote('wednesday'), from: 4000 });
  const back = await haproxy.answers(20);
  const revert = await revertOf(repository);
  const manifest = (await repository.git.ask(['show', `${revert.pull.head.sha}:models/price/release.yml`])).toString();

  expect(rollout.state).toMatchObject({
    kind: 'rolled-back',
    cause: { kind: 'harm', sentence: expect.stringMatching(/^errors shows harm/) },
  });
  expect(rollout.zeroAfterMs).toBeLessThan(10_000);
  expect(seen.slice(-3)).toEqual(['1.0.1 100', '1.0.1 75, 1.0.2 25', '1.0.1 100']);
  expect(back).toEqual({ '1.0.1': 20 });
  expect(revert.state).toBe('open');
  expect(manifest).toContain('version: 1.0.1');
  expect(manifest).toMatch(/rejected:[\s\S]*errors/);
  expect(manifest).toContain(`digest: ${rollout.release.digest}`);
});
