import { afterAll, beforeAll, expect, it } from 'vitest';
import { anEvaluation } from '../result-builder.ts';
import { openWorld, repository } from '../world.ts';
import { openTestStore, type TestStore } from './test-store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());

it('the looks of a model are its results against a champion, and the next plan tells them', async () => {
  const world = await openWorld(test);
  const tip = (await world.github.readDefaultBranch(repository)).sha;
  await world.finish(await world.push('0'.repeat(40), tip), {
    late: { evaluation: anEvaluation({ difference: null }) },
  });
  const first = await test.store.listLooks(1, 'late');
  world.github.commit('feature', { 'src/features.py': 'worse' });
  const number = world.github.openPull('feature');
  await world.finish(await world.check(number), { late: { evaluation: anEvaluation({ difference: -0.1 }) } });
  const looks = await test.store.listLooks(1, 'late');
  world.github.commit('feature', { 'src/features.py': 'better' });
  const plan = await world.check(number);

  expect(first).toEqual([]);
  expect(looks).toHaveLength(1);
  expect(await test.store.listLooks(1, 'other')).toEqual([]);
  const dispatch = plan.effects.find((effect) => effect.kind === 'dispatch-run');
  const [look] = looks;
  expect(dispatch?.plan.evaluate[0]?.looks).toEqual([
    { holdout: look?.holdout, candidates: [look?.candidate.slice(0, 19)], earlier: 0 },
  ]);
});
