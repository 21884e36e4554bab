import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../store/test-store.ts';
import { openWorld, outline, policyText, repository, type World } from '../../world.ts';

let test: TestStore;
let world: World;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());
beforeEach(async () => {
  world = await openWorld(test);
});

describe('the check of releases', () => {
  const withEnvironments = `${policyText}environments: { staging: {} }\n`;

  it('comes for every pull request once there are environments, so that a rule can require it', async () => {
    world.github.commit('main', { '.github/siskin.yml': withEnvironments });
    world.github.commit('feature', { 'README.md': 'typo' });
    const plan = await world.check(world.github.openPull('feature'));

    expect(outline(plan)).toContain('check siskin / releases: success');
    expect(plan.effects.length).toBeLessThanOrEqual(6);
  });

  it('is left to a closer look where a manifest is edited, or the tree is cut', async () => {
    world.github.commit('main', { '.github/siskin.yml': withEnvironments });
    world.github.commit('feature', { 'models/late/release.yml': 'format: 1' });
    const edited = await world.check(world.github.openPull('feature'));
    world.github.commit('other', { 'README.md': 'typo' });
    const other = world.github.openPull('other');
    world.github.readTree = async () => null;
    const cut = await world.check(other);

    expect(outline(edited)).toContain('ask check-release');
    expect(outline(cut)).toContain('ask check-release');
    expect([...outline(edited), ...outline(cut)].join()).not.toContain('siskin / releases');
  });

  it('is asked of pull requests that were opened before there were any', async () => {
    world.github.commit('feature', { 'README.md': 'typo' });
    const number = world.github.openPull('feature');
    await world.check(number);
    world.github.commit('main', { '.github/siskin.yml': withEnvironments });
    const plan = await world.ask({ kind: 'reconcile', repository });

    expect(plan.changes).toMatchObject([{ kind: 'ask', intent: { kind: 'check-pull-request', number } }]);
  });
});
