import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/effect.ts';
import { runName } from '../../src/run-plan.ts';
import { openTestStore, type TestStore } from '../store/test-store.ts';
import { dispatched, openWorld, outline, policyText, repository, type World } from '../world.ts';

let test: TestStore;
let world: World;
let number: number;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());
beforeEach(async () => {
  world = await openWorld(test);
  world.github.commit('feature', { 'src/features.py': 'hour, day' });
  number = world.github.openPull('feature');
});

const reconcile = () => world.ask({ kind: 'reconcile', repository });
const later = (minutes: number) => {
  world.clock.now = new Date(world.clock.now.getTime() + minutes * 60_000);
};

function asked(plan: Plan): readonly unknown[] {
  return plan.changes.flatMap((change) => (change.kind === 'ask' ? [change.intent] : []));
}

describe('the timer', () => {
  it('finds heads that no event told of, once', async () => {
    expect(asked(await reconcile())).toMatchObject([{ kind: 'check-pull-request', number, cause: 'reconciled' }]);

    await world.check(number, { cause: 'reconciled' });
    const head = (await world.github.readPullRequest(repository, number))?.head.sha;
    expect(await reconcile()).toEqual({ changes: [], effects: [] });
    expect((await world.store.listHeads(1, number)).map((sighting) => sighting.head)).toEqual([head]);
  });

  it('leaves repositories without a policy in peace', async () => {
    world.github.commit('main', { '.github/siskin.yml': null });

    expect(await reconcile()).toEqual({ changes: [], effects: [] });
  });

  it('looks again at what a broken policy had stopped, once that is mended', async () => {
    world.github.commit('main', { '.github/siskin.yml': 'version: 1\nmodels: {}\n' });
    await world.check(number);
    const broken = await reconcile();
    world.github.commit('main', { '.github/siskin.yml': policyText });

    expect(broken).toEqual({ changes: [], effects: [] });
    expect(asked(await reconcile())).toMatchObject([{ kind: 'check-pull-request', number }]);
  });

  it('hears of the end of a run whose event was lost, by its id', async () => {
    const planned = await world.check(number);
    await world.start(planned);
    const name = runName(dispatched(planned).claim);
    world.github.runs.set(700, {
      id: 700,
      attempt: 1,
      name,
      status: 'completed',
      conclusion: 'success',
      startedAt: '2026-03-01T12:00:00Z',
      url: 'u',
    });

    expect(asked(await reconcile())).toMatchObject([
      { kind: 'observe-run', runId: 700, status: 'completed', conclusion: 'success' },
    ]);
  });

  it('finds a run whose id was never told by its name', async () => {
    const planned = await world.check(number);
    const name = runName(dispatched(planned).claim);
    world.github.runs.set(42, {
      id: 42,
      attempt: 1,
      name,
      status: 'queued',
      conclusion: null,
      startedAt: '2026-03-01T12:00:00Z',
      url: 'u',
    });

    expect(asked(await reconcile())).toMatchObject([{ kind: 'observe-run', runId: 42, status: 'requested' }]);
  });

  it('gives up a dispatch of which nothing came, but not at once', async () => {
    const planned = await world.check(number);
    const early = await reconcile();
    later(20);
    const late = await reconcile();
    const shown = await world.ask({ kind: 'show-run', repository, claim: dispatched(planned).claim });

    expect(early).toEqual({ changes: [], effects: [] });
    expect(outline(late)).toEqual(['ask show-run']);
    expect(outline(shown)).toEqual([
      'run failed',
      'cancel: its time is over',
      'check siskin: late: failure',
      'comment',
    ]);
  });

  it('never leaves a run going for ever', async () => {
    const planned = await world.check(number);
    await world.start(planned);
    later(27 * 60);
    const plan = await reconcile();
    const shown = await world.ask({ kind: 'show-run', repository, claim: dispatched(planned).claim });

    expect(outline(plan)).toEqual(['ask show-run']);
    expect(outline(shown)).toContain('run failed');
    expect(await reconcile()).toEqual({ changes: [], effects: [] });
  });
});

describe('a repository that was just given to us', () => {
  it('without a policy is proposed one, and told how to add the workflow', async () => {
    world.github.commit('main', { '.github/siskin.yml': null });
    const plan = await world.ask({ kind: 'onboard', repository });

    expect(outline(plan)).toEqual(['open pull request siskin/onboarding: .github/siskin.yml']);
    expect(plan.effects[0]).toMatchObject({
      base: 'main',
      body: expect.stringMatching(
        /\/octo\/flights\/new\/siskin\/onboarding\?filename=.github%2Fworkflows%2Fsiskin.yml&value=/,
      ),
    });
  });

  it('with a policy has its first champions trained', async () => {
    const plan = await world.ask({ kind: 'onboard', repository });

    expect(outline(plan)).toEqual(['ask check-push']);
  });
});
