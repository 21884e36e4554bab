import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Repository } from '../../sandbox/github/state.ts';
import { connectionsOf, type ServingPlaces, servingPlaces, startModelServer } from '../../sandbox/serving/serving.ts';
import { startWorld, type World } from '../../sandbox/world.ts';
import { readConnections } from '../../src/rollout/connections.ts';
import { builtActions } from './built-actions.ts';
import { priceFiles, release, revertOf, withNote } from './releasing.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

/** It wants seven rows at once, in an input of another name: no holdout minds, and every caller is refused. */
const unfit = readFileSync(join(import.meta.dirname, '../fixtures/models/static-batch.onnx'));

const series = (name: string) => `sum(siskin_serve_${name}_total{model="{model}",version="{version}",arm="{arm}"})`;

const production = `
serving: { connection: models }
interval-seconds: 2
history-intervals: 0
steps: [{ weight: 25, minimum-exposure: 60 }, { weight: 50, minimum-exposure: 60, maximum-minutes: 2 }]
bake-minutes: 0.02
metrics:
  errors:
    source: server
    kind: error-rate
    margin: 3
    dispersion: 1
    query: { requests: '${series('requests')}', events: '${series('errors')}' }
`;

let stack: AsyncDisposableStack;
let places: ServingPlaces;
let world: World;
let repository: Repository;

beforeAll(async () => {
  await builtActions();
  stack = new AsyncDisposableStack();
  places = await servingPlaces();
  const text = connectionsOf(places, 'acme/prices');
  const read = readConnections({ text, file: 'connections.yml', env: { SERVING_SECRET: places.secret } });
  if (read.kind === 'invalid') throw new Error(JSON.stringify(read.problems));
  // The App's own time is that of the platform and of the counters: nothing can be skipped here.
  world = stack.use(await startWorld({ logLevel: 'fatal', pace: 'unlimited', connections: read.connections }));
  world.github.createUser({ login: 'acme', kind: 'Organization' });
  world.github.createUser({ login: 'ada' });
  world.github.addMembers({ organization: 'acme', logins: ['ada'] });
  const state = await mkdtemp(join(tmpdir(), 'siskin-rollout-'));
  stack.defer(() => rm(state, { recursive: true, force: true }));
  const artifacts = `${world.github.url}/acme/prices/releases/download/`;
  stack.use(await startModelServer({ places, state, artifacts, token: world.github.userToken('ada') }));
  const over = new AbortController();
  const callers = Array.from({ length: 4 }, (_, at) => keepAsking(at, over.signal));
  stack.defer(async () => {
    over.abort();
    await Promise.all(callers);
  });
  repository = await world.adopt({ owner: 'acme', name: 'prices', files: priceFiles(production) });
  world.github.grantRole({ repository, login: 'ada', role: 'admin' });
  await world.settled();
});
afterAll(() => stack.disposeAsync());

/** A caller; one request in ten is wrong, as it happens. */
async function keepAsking(from: number, signal: AbortSignal): Promise<void> {
  for (let turn = from; !signal.aborted; turn++) {
    await ask(turn % 10 === 9 ? 'amount' : 'X').catch(() => null);
    await setTimeout(10);
  }
}

async function ask(name: string): Promise<Response> {
  const response = await fetch(`http://127.0.0.1:${places.predictions}/v2/models/price/infer`, {
    method: 'POST',
    body: JSON.stringify({ inputs: [{ name, datatype: 'FP32', shape: [1, 2], data: [20, 30] }] }),
  });
  await response.arrayBuffer();
  return response;
}

const served = async () => (await ask('X')).headers.get('siskin-version');
it('lets the first version serve at once, because nothing is there to compare it with', async () => {
  const { state, release: first } = await release({ world, repository }, { model: withNote('monday'), from: 2000 });

  expect(state.kind).toBe('succeeded');
  expect(await served()).toBe(first.version);
});

it('merges, watches a canary on real traffic, and promotes what is shown to be as good', async () => {
  const {
    state,
    release: second,
    judgement,
    weight,
  } = await release({ world, repository }, { model: withNote('tuesday'), from: 3000 });

  expect(state.kind).toBe('succeeded');
  expect(judgement).toMatchObject({
    verdict: 'pass',
    metrics: { errors: { nonInferiority: { crossedAt: expect.any(Number) } } },
  });
  expect(weight).toBe(0);
  expect(await served()).toBe(second.version);
});

it('merges, sees harm, takes the candidate back within seconds, and then takes it back in git', async () => {
  const before = await served();
  const rollout = await release({ world, repository }, { model: unfit, from: 4000 });
  const revert = await revertOf(repository);
  const manifest = (await repository.git.ask(['show', `${revert.pull.head.sha}:models/price/release.yml`])).toString();

  expect(rollout.state).toMatchObject({
    kind: 'rolled-back',
    cause: { kind: 'harm', sentence: expect.stringMatching(/^errors shows harm/) },
  });
  expect(rollout.zeroAfterMs).toBeLessThan(10_000);
  expect(await served()).toBe(before);
  expect(revert.state).toBe('open');
  expect(manifest).toContain(`version: ${before}`);
  expect(manifest).toContain(`digest: ${rollout.release.digest}`);
  expect(manifest).toMatch(/rejected:[\s\S]*errors/);
});

it('has nothing against the pull request that takes it back, and begins nothing when it is merged', async () => {
  const revert = await revertOf(repository);
  const before = await world.app.store.listRollouts(repository.id, { model: 'price' });
  const sha = await world.github.mergePullRequest({ repository, number: revert.number, by: 'ada' });
  await world.settled();
  const failed = [...repository.checkRuns.values()].filter(
    ({ suite, conclusion }) => suite.headSha === sha && conclusion === 'failure',
  );
  const after = await world.app.store.listRollouts(repository.id, { model: 'price' });

  expect(failed.map(({ output }) => output.summary)).toEqual([]);
  expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
});
