import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Failure } from '../../sandbox/github/faults.ts';
import type { Repository } from '../../sandbox/github/state.ts';
import { type AppWorld, shop, startAppWorld } from './sandbox-app.ts';

/** The App's time: it begins an hour early, so that it is never ahead of GitHub's when some minutes are skipped. */
let ahead = -7_200_000;
let world: AppWorld;
let repository: Repository;
let installation: number;

beforeAll(async () => {
  world = await startAppWorld({ clock: () => new Date(Date.now() + ahead) });
  world.github.createUser({ login: 'ada' });
});
afterAll(() => world[Symbol.asyncDispose]());

/** A busy machine takes a while. */
const patience = { timeout: 30_000 };

let made = 0;
beforeEach(async () => {
  made += 1;
  repository = await world.github.createRepository({ owner: 'ada', name: `shop-${made}`, files: shop });
  world.github.install(world.registered, [repository]);
  await world.rest();
  installation = [...world.github.world.installations.values()].at(-1)?.id ?? 0;
});

async function propose(): Promise<void> {
  const { github } = world;
  await github.commitFiles({
    repository,
    branch: 'better',
    message: 'better',
    files: { 'models/fraud.onnx': 'two' },
    author: 'ada',
  });
  await github.openPullRequest({ repository, author: 'ada', title: 'better', head: 'better' });
  await github.settled();
}

/** Lets the App's time pass until it has nothing left to do. */
async function passUntilRest(): Promise<number> {
  const resting = world.rest();
  let over = false;
  void resting.then(() => {
    over = true;
  });
  let passed = 0;
  for (; !over; passed += 10) {
    ahead += 10_000;
    await world.app.store.sweep();
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return passed;
}

async function metric(name: string): Promise<number> {
  const page = await (await fetch(`${world.app.url}/metrics`)).text();
  const line = page.split('\n').find((one) => one.startsWith(`${name}{installation="${installation}"}`));
  return Number(line?.split(' ')[1]);
}

const callsOf = (method: string, route: RegExp) =>
  world.github.calls.filter(
    (call) =>
      call.method === method && route.test(call.route) && call.path.includes(`shop-${made}/`) && call.status < 300,
  ).length;

describe('GitHub refuses the App for its rate', () => {
  it.each<[string, Failure, number]>([
    ['the hour is spent', { kind: 'primary-limit', times: 1, retryAfterSeconds: 300 }, 300],
    ['it does not say for how long', { kind: 'secondary-limit', times: 1 }, 60],
  ])('while it reads, because %s: nothing is asked until then, and all is done after', async (_, failure, seconds) => {
    world.github.faults.fail({ ...failure, only: new RegExp(`GET /repos/ada/shop-${made}/compare`) });

    await propose();
    await expect.poll(() => metric('siskin_github_throttled_until_seconds'), patience).toBeGreaterThan(0);
    const until = (await metric('siskin_github_throttled_until_seconds')) * 1000;
    const calls = world.github.calls.length;
    const left = (until - Date.now() - ahead) / 1000;

    expect(left).toBeGreaterThan(seconds - 15);
    expect(left).toBeLessThanOrEqual(seconds + 1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(world.github.calls.length).toBe(calls);
    expect(await passUntilRest()).toBeGreaterThanOrEqual(left - 20);
    expect(callsOf('POST', /dispatches$/)).toBe(1);
    expect(callsOf('POST', /comments$/)).toBe(1);
    expect(await metric('siskin_github_throttled_until_seconds')).toBe(0);
  });

  it('while it writes: every effect of the installation waits, and each is made once', async () => {
    world.github.faults.fail({
      kind: 'secondary-limit',
      times: 1,
      only: new RegExp(`POST /repos/ada/shop-${made}/check-runs`),
    });

    await propose();
    await expect.poll(() => metric('siskin_effects_held'), patience).toBeGreaterThan(1);
    await passUntilRest();

    expect(callsOf('POST', /dispatches$/)).toBe(1);
    expect(callsOf('POST', /check-runs$/)).toBe(1);
    expect(callsOf('POST', /comments$/)).toBe(1);
    expect((await world.app.store.readBacklog()).failedEffects).toBe(0);
  });
});

it('tells operators what GitHub allows, what waits, and how quick answers are', async () => {
  await propose();
  // No time passes here, so that what was written a moment ago still counts.
  await world.rest();

  const page = await (await fetch(`${world.app.url}/metrics`)).text();

  for (const name of [
    'siskin_acknowledge_seconds',
    'siskin_oldest_delivery_seconds',
    'siskin_github_calls_per_event',
    'siskin_github_requests_left',
    'siskin_github_throttled_until_seconds',
    'siskin_effects_held',
    'siskin_github_content_writes',
    'siskin_runs',
    'siskin_backlog',
  ]) {
    expect(page).toMatch(new RegExp(`^# HELP ${name} \\S.{10,}`, 'm'));
    expect(page).toMatch(new RegExp(`^${name}(_count)?({.*})? [\\d.]+$`, 'm'));
  }
  expect(await metric('siskin_github_requests_left')).toBeGreaterThan(4000);
  expect(await metric('siskin_github_content_writes')).toBeGreaterThan(0);
});
