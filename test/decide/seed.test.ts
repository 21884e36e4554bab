import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../store/test-store.ts';
import { openWorld, outline, type World } from '../world.ts';

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

describe('/train seed=', () => {
  it('trains with that seed, says so, and is mistaken for no other training', async () => {
    await world.finish(await world.check(number), { late: {} });
    const plan = await world.comment(number, '/train seed=7');
    const run = await world.readRun(plan);
    const dispatch = plan.effects.find((effect) => effect.kind === 'dispatch-run');

    expect(dispatch).toMatchObject({ plan: { train: [{ model: 'late', seed: 7, trainingKey: null }] } });
    expect(run.models).toMatchObject([{ model: 'late', trainingKey: null, trains: true }]);
    expect(JSON.stringify(plan.effects)).toContain('**Seed** 7, asked for here');
    expect(JSON.stringify((await world.finish(plan, { late: {} })).effects)).toContain('**Seed** 7, asked for here');
  });

  it('is one training while the same seed is asked for, another for another seed, and the policy’s for its own', async () => {
    await world.finish(await world.check(number), { late: {} });
    const first = await world.comment(number, '/train seed=7');
    const same = await world.comment(number, '/train seed=7');
    const other = await world.comment(number, '/train -m late seed=8');
    const own = await world.comment(number, '/train seed=1');

    expect(outline(first)).toContain('react rocket');
    expect(outline(same)).toEqual(['react +1']);
    expect(outline(other)).toContainEqual(expect.stringContaining('cancel: superseded'));
    expect(own.effects.find((effect) => effect.kind === 'dispatch-run')).toMatchObject({
      plan: { train: [{ seed: 1, trainingKey: expect.any(String) }] },
    });
    expect(JSON.stringify(own.effects)).not.toContain('**Seed**');
  });
});
