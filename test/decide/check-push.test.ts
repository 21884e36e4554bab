import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/effect.ts';
import { anEvaluation } from '../result-builder.ts';
import { openTestStore, type TestStore } from '../store/test-store.ts';
import { openWorld, outline, policyText, repository, type World } from '../world.ts';

let test: TestStore;
let world: World;
let tip: string;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());
beforeEach(async () => {
  world = await openWorld(test);
  tip = (await world.github.readDefaultBranch(repository)).sha;
});

/** Pushes to main, and asks. */
async function push(files: Readonly<Record<string, string | null>>): Promise<Plan> {
  const before = tip;
  tip = world.github.commit('main', files);
  return await world.push(before, tip);
}

async function trainChampion(): Promise<void> {
  const plan = await world.push('0'.repeat(40), tip);
  await world.finish(plan, { late: { evaluation: anEvaluation({ difference: null }) } });
}

describe('the first push', () => {
  it('trains a champion where there is none', async () => {
    const plan = await world.push('0'.repeat(40), tip);
    const done = await world.finish(plan, { late: { evaluation: anEvaluation({ difference: null }) } });

    expect(outline(plan)).toEqual([
      'run planned',
      'dispatch train late, evaluate late trained against none',
      'check siskin: late: queued',
    ]);
    expect(outline(done)).toContain('champion late from run 700');
    expect(await world.store.readChampion(1, 'late')).toMatchObject({ commit: tip, artifact: 'siskin-model-late' });
    expect(await world.push('0'.repeat(40), tip)).toEqual({ changes: [], effects: [] });
  });

  it('does not keep a candidate that fails, nor train the same again', async () => {
    const strict = policyText.replace('not-worse-by: 0.005', 'at-least: 0.9');
    const first = await push({ '.github/siskin.yml': strict });
    await world.finish(first, { late: { evaluation: anEvaluation({ difference: null }) } });

    expect(await world.store.readChampion(1, 'late')).toBeNull();
    expect(outline(await push({ 'README.md': 'x' }))).toEqual([]);
  });
});

describe('a push', () => {
  beforeEach(trainChampion);

  it('of words runs nothing', async () => {
    expect(outline(await push({ 'README.md': 'x' }))).toEqual([]);
  });

  it('of data is measured against the champion, which a better candidate replaces', async () => {
    const plan = await push({ 'data/train.csv': 'a,is_late\n5,1\n' });
    const done = await world.finish(plan, { late: {} });

    expect(outline(plan)[1]).toBe('dispatch train late, evaluate late trained against artifact');
    expect(outline(done)).toEqual(['run completed', 'champion late from run 701', 'check siskin: late: success']);
  });

  it('that makes the model worse leaves the champion', async () => {
    const plan = await push({ 'src/features.py': 'bad' });
    const done = await world.finish(plan, { late: { evaluation: anEvaluation({ difference: -0.1 }) } });

    expect(outline(done)).toEqual(['run completed', 'check siskin: late: failure']);
    expect(await world.store.readChampion(1, 'late')).toMatchObject({ runId: 700 });
  });

  it('whose run is repeated after another champion was accepted does not replace that one', async () => {
    const bad = await push({ 'src/features.py': 'bad' });
    await world.finish(bad, { late: { evaluation: anEvaluation({ difference: -0.1 }) } });
    await world.finish(await push({ 'src/features.py': 'good' }), { late: {} });
    await world.finish(bad, { late: {} }, 'success', 2);

    expect(await world.store.readChampion(1, 'late')).toMatchObject({ runId: 702 });
  });

  it('to a committed model trains nothing, for nobody would keep it', async () => {
    const committed = policyText.replace('    metrics', '    model: models/late.onnx\n    metrics');
    await world.finish(await push({ '.github/siskin.yml': committed, 'models/late.onnx': 'v1' }), { late: {} });

    expect(outline(await push({ 'src/features.py': 'x' }))).toEqual([]);
    expect(outline(await push({ 'models/late.onnx': 'v2' }))[1]).toBe('dispatch evaluate late file against file');
  });

  it('waits while a run of the same model goes on, and has its turn at its end', async () => {
    const running = await push({ 'src/features.py': 'one' });
    const first = tip;
    const second = await push({ 'src/features.py': 'two' });
    const third = await push({ 'src/features.py': 'three' });
    const done = await world.finish(running, { late: {} });
    const asked = done.changes.find((change) => change.kind === 'ask');

    expect([outline(second), outline(third)]).toEqual([[], []]);
    expect(asked?.intent).toMatchObject({ kind: 'check-push', before: first, after: tip });
    expect(outline(await world.push(first, tip))[1]).toMatch(/^dispatch train late/);
  });

  it('that merges what a pull request has measured takes its candidate without a run', async () => {
    world.github.commit('feature', { 'src/features.py': 'better' });
    await world.finish(await world.check(world.github.openPull('feature')), { late: {} });
    const before = tip;
    tip = world.github.merge('feature');
    const plan = await world.push(before, tip);

    expect(outline(plan)).toEqual(['champion late from run 701', 'check siskin: late: success']);
    expect(await world.store.readChampion(1, 'late')).toMatchObject({ commit: tip });
  });

  it('that moves the champion makes a trained candidate be evaluated again, not trained again', async () => {
    world.github.commit('feature', { 'src/features.py': 'mine' });
    const number = world.github.openPull('feature');
    await world.finish(await world.check(number), { late: {} });
    await world.finish(await push({ 'params.yml': 'depth: 4' }), { late: {} });
    world.github.commit('feature', { 'README.md': 'x' });
    const plan = await world.check(number);

    expect(outline(plan)[1]).toBe('dispatch evaluate late artifact against artifact');
  });

  it('of a policy makes open pull requests be looked at again; a broken one is said on its commit', async () => {
    const plan = await push({ '.github/siskin.yml': 'version: 1\nmodels: {}\n' });

    expect(outline(plan)).toEqual(['ask reconcile', 'check siskin policy: failure']);
  });

  it('to a repository without a policy asks nothing of GitHub but that', async () => {
    expect(outline(await push({ '.github/siskin.yml': null }))).toEqual([]);
    expect(world.github.calls).toEqual(['readFile', 'readFile']);
  });
});
