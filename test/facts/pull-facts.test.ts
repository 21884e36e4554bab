import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../store/test-store.ts';
import { openWorld, outline, policyText, type World } from '../world.ts';

let test: TestStore;
let world: World;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());
beforeEach(async () => {
  world = await openWorld(test);
});

const spent = 'budget: { limits: [{ per: repository, window: day, hours: 0 }] }\n';

describe('a pull request to another branch than the default one', () => {
  it('is held to the budget of the default branch, whatever its base says', async () => {
    world.github.commit('main', { '.github/siskin.yml': `${policyText}${spent}` });
    world.github.commit('free', { '.github/siskin.yml': policyText });
    world.github.commit('change', { 'src/features.py': 'hour, day' });
    const plan = await world.check(world.github.openPull('change', { base: 'free' }));

    expect(outline(plan)).not.toContainEqual(expect.stringContaining('dispatch'));
    expect(JSON.stringify(plan.effects)).toContain('/approve-budget');
  });

  it('is judged by the gates of its base', async () => {
    world.github.commit('strict', { '.github/siskin.yml': policyText.replace('0.005', '0') });
    world.github.commit('change', { 'src/features.py': 'hour, day' });
    const number = world.github.openPull('change', { base: 'strict' });
    const ended = await world.finish(await world.check(number), { late: {} });

    expect(JSON.stringify(ended.effects)).not.toContain('not worse by 0.005');
  });

  it('stands by itself where the default branch has no policy', async () => {
    world.github.commit('main', { '.github/siskin.yml': null });
    world.github.commit('own', { '.github/siskin.yml': policyText });
    world.github.commit('change', { '.github/siskin.yml': policyText, 'src/features.py': 'hour, day' });
    const plan = await world.check(world.github.openPull('change', { base: 'own' }));

    expect(outline(plan)).toContainEqual(expect.stringContaining('dispatch'));
  });
});
