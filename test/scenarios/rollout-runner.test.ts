import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Repository } from '../../sandbox/github/state.ts';
import { type ServingPlaces, servingPlaces, startModelServer } from '../../sandbox/serving/serving.ts';
import { startWorld, type World } from '../../sandbox/world.ts';
import { RolloutPolicy } from '../../src/policy/rollout-policy.ts';
import type { ServedModel } from '../../src/ports/serving.ts';
import { isEnded, newRollout, type RolloutRecord } from '../../src/rollout/rollout-record.ts';
import { builtActions } from './built-actions.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const root = join(import.meta.dirname, '../..');
const fixtures = join(root, 'test/fixtures/models');
const good = readFileSync(join(fixtures, 'regression.onnx'));
/** It wants seven rows at once, in an input of another name: every caller is refused. */
const unfit = readFileSync(join(fixtures, 'static-batch.onnx'));
/** The same model in other bytes: a doc string more, which nothing reads. */
const better = Buffer.concat([good, Buffer.from([0x32, 7]), Buffer.from('tuesday')]);

const workflow = readFileSync(join(root, 'templates/workflows/siskin-rollout.yml'), 'utf8');

const policy = RolloutPolicy.parse({
  executor: 'runner',
  runner: ['self-hosted', 'gpu'],
  serving: { connection: 'models' },
  'interval-seconds': 1,
  'history-intervals': 0,
  steps: [{ weight: 50, 'minimum-exposure': 60 }],
  'bake-minutes': 0,
  metrics: {
    errors: {
      source: 'callers',
      kind: 'error-rate',
      margin: 3,
      dispersion: 1,
      query: { requests: 'all', events: 'refused' },
    },
  },
});

/** What callers saw: when, of which version, and whether it was an answer. */
const seen: { readonly at: number; readonly version: string | null; readonly isRefused: boolean }[] = [];

let stack: AsyncDisposableStack;
let places: ServingPlaces;
let world: World;
let repository: Repository;
let store: string;

beforeAll(async () => {
  await builtActions();
  stack = new AsyncDisposableStack();
  places = await servingPlaces();
  store = await listen((path) => ({ '/good': good, '/better': better, '/unfit': unfit })[path] ?? null);
  const metrics = await listen((_, body) => {
    const { version, from, to } = JSON.parse(body);
    const counted = seen.filter(
      (one) => one.version === version && one.at > Date.parse(from) && one.at <= Date.parse(to),
    );
    const parts = { requests: counted.length, events: counted.filter(({ isRefused }) => isRefused).length };
    return JSON.stringify({ parts });
  });
  // The App has no connection at all: only the runner's job is told where anything is.
  world = stack.use(await startWorld({ logLevel: 'fatal', pace: 'unlimited' }));
  world.github.createUser({ login: 'acme', kind: 'Organization' });
  const login = `${world.registration.app.slug}[bot]`;
  repository = await world.adopt({
    owner: 'acme',
    name: 'prices',
    files: {
      'README.md': '# Prices\n',
      '.github/workflows/siskin-rollout.yml': workflow
        .replace('siskin[bot] # the login of your App', login)
        .replace(
          / +- name: Do the errands\n/,
          `$&        env:\n          SERVING_SECRET: \${{ secrets.SERVING_SECRET }}\n`,
        ),
    },
  });
  const allowed = 'repositories: [acme/prices], environments: [production]';
  world.github.actions.setSecret(repository, 'SERVING_SECRET', places.secret);
  world.github.actions.setSecret(
    repository,
    'SISKIN_CONNECTIONS',
    `connections:
  models: { kind: http, address: 'http://127.0.0.1:${places.administration}', secret: { env: SERVING_SECRET }, ${allowed} }
  callers: { kind: http-metrics, url: '${metrics}', ${allowed} }
`,
  );
  const state = await mkdtemp(join(tmpdir(), 'siskin-rollout-'));
  stack.defer(() => rm(state, { recursive: true, force: true }));
  stack.use(await startModelServer({ places, state, artifacts: `${store}/`, token: 'none' }));
  const over = new AbortController();
  const callers = Array.from({ length: 3 }, () => keepAsking(over.signal));
  stack.defer(async () => {
    over.abort();
    await Promise.all(callers);
  });
  await world.settled();
});
afterAll(() => stack.disposeAsync());

async function listen(answer: (path: string, body: string) => string | Buffer | null): Promise<string> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const content = answer(request.url ?? '', Buffer.concat(chunks).toString());
    response.writeHead(content === null ? 404 : 200, { 'content-type': 'application/json' }).end(content ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stack.defer(() => void server.close());
  // A TCP server that listens has an address of this form.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A caller; one request in ten is wrong, as it happens. */
async function keepAsking(signal: AbortSignal): Promise<void> {
  for (let turn = 0; !signal.aborted; turn += 1) {
    await ask(turn % 10 === 9 ? 'amount' : 'X').catch(() => null);
    await setTimeout(10);
  }
}

async function ask(name = 'X'): Promise<string | null> {
  const response = await fetch(`http://127.0.0.1:${places.predictions}/v2/models/price/infer`, {
    method: 'POST',
    body: JSON.stringify({ inputs: [{ name, datatype: 'FP32', shape: [1, 2], data: [20, 30] }] }),
  });
  await response.arrayBuffer();
  const version = response.headers.get('siskin-version');
  seen.push({ at: Date.now(), version, isRefused: !response.ok });
  return version;
}

function served(version: string, path: string, bytes: Uint8Array): ServedModel {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return { version, digest, uri: `${store}/${path}` };
}

/** Asks for a rollout as a merge does, and waits for its end. */
async function rolledOut(release: ServedModel, previous: ServedModel | null): Promise<RolloutRecord> {
  const installed = [...world.github.world.installations.values()].find((one) => one.repositories.has(repository));
  const rollout = newRollout({
    repositoryId: repository.id,
    model: 'price',
    environment: 'production',
    release,
    previous,
    number: null,
    mergeSha: (await repository.git.ask(['rev-parse', 'main'])).toString().trim(),
    by: 'ada',
    policy,
    createdAt: new Date().toISOString(),
  });
  await world.app.store.record(
    { installation: installed?.id ?? 0, id: repository.id, owner: 'acme', name: 'prices' },
    { changes: [{ kind: 'request-rollout', rollout }], effects: [] },
  );
  for (;;) {
    const found = await world.app.store.readRollout(rollout.id);
    if (found !== null && (isEnded(found.state) || found.state.kind === 'held')) return found;
    await setTimeout(100);
  }
}

const runs = () => world.github.actions.runsOf(repository);

it('lets a runner give all traffic to a first version, which the App cannot reach', async () => {
  const { state } = await rolledOut(served('1.0.0', 'good', good), null);

  expect(state.kind).toBe('succeeded');
  expect(await ask()).toBe('1.0.0');
  expect(runs().every(({ name }) => name?.startsWith('siskin rollout '))).toBe(true);
});

it('promotes what the runner measures to be as good', async () => {
  const { state, judgement } = await rolledOut(served('1.0.1', 'better', better), served('1.0.0', 'good', good));

  expect(state.kind).toBe('succeeded');
  expect(judgement).toMatchObject({ verdict: 'pass' });
  expect(await ask()).toBe('1.0.1');
});

it('takes a version back through the runner that the runner measures to do harm', async () => {
  const { state, zeroAfterMs } = await rolledOut(served('1.0.2', 'unfit', unfit), served('1.0.1', 'better', better));

  expect(state).toMatchObject({ kind: 'rolled-back', cause: { kind: 'harm' } });
  expect(zeroAfterMs).toBeLessThan(30_000);
  expect(await ask()).toBe('1.0.1');
});
