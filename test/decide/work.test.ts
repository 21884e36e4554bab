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

describe('what a pull request touches', () => {
  it('nothing of a model: a neutral check at once, no run and no comment', async () => {
    world.github.commit('docs', { 'README.md': 'Better words' });
    const plan = await world.check(world.github.openPull('docs'));

    expect(outline(plan)).toEqual(['check siskin: late: neutral']);
  });

  it('nothing of a model any more: the comment that stands is brought up to date', async () => {
    world.github.commit('feature', { 'src/features.py': 'a' });
    const number = world.github.openPull('feature');
    await world.check(number);
    world.github.commit('feature', { 'src/features.py': 'hour', 'README.md': 'x' });
    const plan = await world.check(number);

    expect(outline(plan)).toContain('comment');
    expect(outline(plan)).toContain('check siskin: late: neutral');
  });

  it('only the holdout: it counts once it is merged', async () => {
    world.github.commit('feature', { 'data/holdout.csv': 'a,is_late\n3,1\n' });
    const plan = await world.check(world.github.openPull('feature'));

    expect(outline(plan)).toEqual(['check siskin: late: neutral']);
  });

  it('data that start no training: only the data are looked at', async () => {
    const quiet = policyText.replace('runner: [gpu]', 'runner: [gpu], on: [code]');
    world.github.commit('main', { '.github/siskin.yml': quiet });
    world.github.commit('feature', { 'data/train.csv': 'a,is_late\n9,1\n' });
    const plan = await world.check(world.github.openPull('feature'));
    const done = await world.finish(plan, { late: { evaluation: null } });

    expect(outline(plan)[1]).toBe('dispatch evaluate late none against none');
    expect(outline(done)).toEqual(['run completed', 'check siskin: late: success', 'comment']);
  });

  it('a committed model file: it is evaluated against that of the base branch, without a training', async () => {
    const committed = policyText.replace('    metrics', '    model: models/late.onnx\n    metrics');
    world.github.commit('main', { '.github/siskin.yml': committed, 'models/late.onnx': 'v1' });
    world.github.commit('feature', { 'models/late.onnx': 'v2' });
    const plan = await world.check(world.github.openPull('feature'));

    expect(outline(plan)[1]).toBe('dispatch evaluate late file against file');
  });

  it('a committed model file that it deletes: it is refused with what to do', async () => {
    const committed = policyText.replace('    metrics', '    model: models/late.onnx\n    metrics');
    world.github.commit('main', { '.github/siskin.yml': committed, 'models/late.onnx': 'v1' });
    world.github.commit('feature', { 'models/late.onnx': null });
    const plan = await world.check(world.github.openPull('feature'));

    expect(outline(plan)).toEqual(['check siskin: late: action_required', 'comment']);
  });

  it('nobody can tell in a repository whose tree GitHub cuts: it asks to be told', async () => {
    world.github.truncates = true;
    world.github.commit('feature', { 'src/features.py': 'a' });
    const plan = await world.check(world.github.openPull('feature'));

    expect(outline(plan)).toEqual(['ask check-release', 'check siskin: late: action_required', 'comment']);
  });
});
