import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../store/test-store.ts';
import { openWorld, policyText, type World } from '../world.ts';

let test: TestStore;
let world: World;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());
beforeEach(async () => {
  world = await openWorld(test);
});

describe('a policy of many models', () => {
  it('asks for several runs where one plan would not fit', async () => {
    const text = (name: string) => policyText.slice(policyText.indexOf('  late:')).replace('late:', `${name}:`);
    const long = (name: string) => text(name).replace('python train.py', `python train.py ${'x'.repeat(3900)}`);
    const names = Array.from({ length: 17 }, (_, index) => `m${index}`);
    world.github.commit('main', { '.github/siskin.yml': `version: 1\nmodels:\n${names.map(long).join('')}` });
    world.github.commit('feature', { 'src/features.py': 'a' });
    const plan = await world.check(world.github.openPull('feature'));
    const plans = plan.effects.flatMap((effect) => (effect.kind === 'dispatch-run' ? [effect.plan] : []));

    expect(plans.flatMap(({ evaluate }) => evaluate.map(({ model }) => model))).toEqual(names);
    expect(new Set(plans.map(({ claim }) => claim)).size).toBe(plans.length);
    for (const one of plans) expect(JSON.stringify(one).length).toBeLessThan(65_535);
  });
});
