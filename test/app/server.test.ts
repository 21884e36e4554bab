import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commentMarker } from '../../src/render/comment.ts';
import { deliver } from './app-options.ts';
import { type AppWorld, shop, startAppWorld } from './sandbox-app.ts';

let world: AppWorld;
beforeAll(async () => {
  world = await startAppWorld();
  world.github.createUser({ login: 'ada' });
});
afterAll(() => world[Symbol.asyncDispose]());

let made = 0;
/** A repository that the App is installed on, at rest. */
async function aShop() {
  made += 1;
  const repository = await world.github.createRepository({ owner: 'ada', name: `shop-${made}`, files: shop });
  world.github.install(world.registered, [repository]);
  await world.rest();
  return repository;
}

/** Opens a pull request that replaces the model. */
async function openPull(repository: Awaited<ReturnType<typeof aShop>>, branch = 'better') {
  const { github } = world;
  await github.commitFiles({
    repository,
    branch,
    message: branch,
    files: { 'models/fraud.onnx': `trained on ${branch}` },
    author: 'ada',
  });
  return await github.openPullRequest({ repository, author: 'ada', title: branch, head: branch });
}

const writes = (from: number) =>
  world.github.calls
    .slice(from)
    .filter(({ method, route }) => method !== 'GET' && !route.includes('access_tokens'))
    .map(({ method, route }) => `${method} ${route.split('/').slice(4).join('/')}`);
const reads = (from: number) => world.github.calls.slice(from).filter(({ method }) => method === 'GET').length;

describe('the running App', () => {
  it('answers a pull request with a run, a check and a comment, within ten reads and six writes', async () => {
    const repository = await aShop();
    const from = world.github.calls.length;

    await openPull(repository);
    await world.rest();

    expect(
      writes(from)
        .filter((one) => one.startsWith('POST'))
        .toSorted(),
    ).toEqual([
      'POST actions/workflows/{workflow_id}/dispatches',
      'POST check-runs',
      'POST issues/{issue_number}/comments',
    ]);
    expect(writes(from).length).toBeLessThanOrEqual(6);
    expect(reads(from)).toBeLessThanOrEqual(10);
  });

  it('asks GitHub for nothing that app.yml does not give it', async () => {
    const repository = await aShop();
    const pull = await openPull(repository);
    await world.rest();
    for (const body of ['/help', '/status', '/cancel']) {
      world.github.comment({ repository, number: pull.number, author: 'ada', body });
    }

    await world.rest();

    const refused = world.github.calls.filter(({ status }) => status === 403 || status === 501);
    expect(refused).toEqual([]);
  });

  it('does nothing a second time when a webhook is delivered again', async () => {
    const repository = await aShop();
    await openPull(repository);
    await world.rest();
    const from = world.github.calls.length;

    const opened = world.github.deliveries.findLast(({ event }) => event === 'pull_request');
    if (opened !== undefined) await world.github.redeliver(opened);
    await world.rest();

    expect(world.github.calls.length).toBe(from);
  });

  it('ends a delivery that it cannot read as failed, and goes on with the next of the same lane', async () => {
    const repository = await aShop();
    const broken = {
      action: 'opened',
      installation: { id: 1 },
      repository: { id: repository.id },
      pull_request: { number: 1 },
    };

    await deliver(world.app.url, { id: 'poison', payload: broken });
    await openPull(repository);
    await world.rest();

    expect((await world.app.store.readBacklog()).failedDeliveries).toBe(1);
    expect((await world.app.store.listRuns(repository.id, 1))[0]?.state).toBe('dispatched');
  });

  it('does not believe a comment that carries our marker and is not ours', async () => {
    const repository = await aShop();
    await world.github.commitFiles({
      repository,
      branch: 'better',
      message: 'better',
      files: { 'models/fraud.onnx': 'better' },
      author: 'ada',
    });
    world.github.faults.onWebhook = ({ event }) => (event === 'pull_request' ? 'hold' : null);
    const pull = await world.github.openPullRequest({ repository, author: 'ada', title: 'better', head: 'better' });
    world.github.comment({ repository, number: pull.number, author: 'ada', body: `${commentMarker} approved` });
    const from = world.github.calls.length;

    world.github.faults.onWebhook = () => null;
    world.github.faults.releaseWebhooks();
    await world.rest();

    expect(writes(from).filter((one) => one === 'POST issues/{issue_number}/comments')).toHaveLength(1);
  });

  it('waits for a GitHub that is away and then does everything once', async () => {
    const repository = await aShop();
    const from = world.github.calls.length;
    // More than Octokit tries by itself, so that the delivery must come back.
    world.github.faults.fail({ kind: 502, times: 4, only: /^GET .*\/pulls\// });
    world.github.faults.fail({ kind: 502, times: 1, only: /dispatches/, afterDoing: true });
    world.github.faults.fail({ kind: 502, times: 1, only: /^POST .*\/comments/, afterDoing: true });

    await openPull(repository);
    await world.rest();

    const once = ['dispatches', 'POST check-runs', 'POST issues/{issue_number}/comments'];
    expect(once.map((what) => writes(from).filter((one) => one.includes(what)).length)).toEqual([1, 1, 1]);
  });

  it('works on several pull requests at the same time', async () => {
    const repository = await aShop();

    await Promise.all(['one', 'two', 'three', 'four'].map((branch) => openPull(repository, branch)));
    await world.rest();

    const states = await Promise.all(
      [1, 2, 3, 4].map(async (number) => (await world.app.store.listRuns(repository.id, number)).length),
    );
    expect(states).toEqual([1, 1, 1, 1]);
  });
});
