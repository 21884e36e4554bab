import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CheckContent, Plan } from '../../src/effect.ts';
import type { Intent } from '../../src/intent.ts';
import { openTestStore, type TestStore } from '../store/test-store.ts';
import { openWorld, outline, repository, type World } from '../world.ts';

let test: TestStore;
let world: World;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());
beforeEach(async () => {
  world = await openWorld(test);
  world.github.roles.set('grace', 'write');
  world.github.commit('feature', { 'src/features.py': 'hour, day' });
});

const headOf = async (number: number) => (await world.github.readPullRequest(repository, number))?.head.sha ?? '';

let presses = 0;
/** Presses a button of the check of model `late` on a commit, and what the commands that this asks for come to. */
async function press(head: string, button: string, login = 'grace'): Promise<readonly Plan[]> {
  presses += 1;
  const actor = { login, kind: 'person' } as const;
  const pressed = { kind: 'press', repository, head, check: 'siskin: late', checkId: 31, button } as const;
  const { changes } = await world.ask({ ...pressed, id: `delivery-${presses}`, actor });
  const asked = changes.flatMap((change): readonly Intent[] => (change.kind === 'ask' ? [change.intent] : []));
  const plans: Plan[] = [];
  for (const intent of asked) plans.push(await world.ask(intent));
  return plans;
}

function check({ effects }: Plan): CheckContent | undefined {
  return effects.flatMap((effect) => (effect.kind === 'publish-check' ? [effect.check] : [])).at(-1);
}
const offered = (plan: Plan) => check(plan)?.buttons?.map(({ identifier }) => identifier);

describe('a check offers', () => {
  it('what makes sense where its model stands, and nothing where nothing does', async () => {
    const number = world.github.openPull('feature');
    const queued = await world.check(number);
    const running = await world.start(queued);
    const failed = await world.finish(queued, { late: null }, 'failure');
    const again = await world.comment(number, '/train', 'grace');
    const judged = await world.finish(again, { late: {} });

    expect([queued, running, failed, judged].map(offered)).toEqual([['cancel'], ['cancel'], ['retry'], []]);
  });

  it('to approve the code of a fork, and to nobody on a push', async () => {
    const fork = await world.check(world.github.openPull('feature', { fork: true }));
    const tip = (await world.github.readDefaultBranch(repository)).sha;
    const pushed = await world.push('0'.repeat(40), tip);

    expect([offered(fork), offered(pushed)]).toEqual([['approve-run'], []]);
  });
});

describe('a button', () => {
  it('cancels the run of its commit', async () => {
    const number = world.github.openPull('feature');
    await world.start(await world.check(number));
    const [plan] = await press(await headOf(number), 'cancel');

    expect(plan === undefined ? [] : outline(plan)).toContain('cancel: cancelled by grace');
  });

  it('approves the code of a fork at the commit that its check stands on', async () => {
    const number = world.github.openPull('feature', { fork: true });
    await world.check(number);
    const [plan] = await press(await headOf(number), 'approve-run');

    expect(plan === undefined ? [] : outline(plan).slice(0, 3)).toEqual([
      'approve run',
      'run planned',
      'dispatch train late, evaluate late trained against none',
    ]);
  });

  it.each(['approve-run', 'cancel'])(
    '%s of a commit that is not the newest any more is refused, and says so',
    async (button) => {
      const number = world.github.openPull('feature', { fork: true });
      await world.check(number);
      const old = await headOf(number);
      world.github.commit('feature', { 'src/features.py': 'steal()' });
      await world.check(number);
      const [plan] = await press(old, button);

      expect(plan === undefined ? [] : outline(plan)).toEqual([
        expect.stringMatching(/head-moved.*the button belongs to [0-9a-f]{7}, the newest commit is now [0-9a-f]{7}/),
      ]);
      expect(plan?.changes.filter(({ kind }) => kind !== 'audit')).toEqual([]);
    },
  );

  it('is refused to those who may not, each time that it is pressed', async () => {
    const number = world.github.openPull('feature', { fork: true });
    await world.check(number);
    const head = await headOf(number);
    const [first] = await press(head, 'approve-run', 'mallory');
    const [second] = await press(head, 'approve-run', 'mallory');
    const keys = [first, second].flatMap((plan) =>
      plan?.effects.map((effect) => (effect.kind === 'reply' ? effect.key : '')),
    );

    expect(first === undefined ? [] : outline(first)).toEqual([expect.stringMatching(/not-permitted/)]);
    expect(new Set(keys).size).toBe(2);
  });

  it('that we never made, or of a commit that nobody knows, does nothing', async () => {
    const number = world.github.openPull('feature');
    await world.check(number);

    expect(await press(await headOf(number), 'train')).toEqual([]);
    expect(await press('e'.repeat(40), 'cancel')).toEqual([]);
  });
});
