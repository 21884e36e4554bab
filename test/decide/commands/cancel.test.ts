import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/effect.ts';
import { openTestStore, type TestStore } from '../../store/test-store.ts';
import { openWorld, outline, type World } from '../../world.ts';

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

function said(plan: Plan): string {
  return plan.effects.flatMap((effect) => (effect.kind === 'reply' ? [effect.body] : [])).join('\n');
}

describe('/cancel', () => {
  const two = `version: 1
models:
${['late', 'early']
  .map(
    (name) => `  ${name}:
    task: binary
    target: is_late
    data: { train: data/train.csv, holdout: data/holdout.csv }
    train: { command: python ${name}.py, output: out/${name}.onnx, inputs: ['${name}.py'], runner: [gpu] }
    metrics: { roc-auc: { not-worse-by: 0.005 } }`,
  )
  .join('\n')}
`;

  it('-m stops the run of one model, and refuses where it would stop another too', async () => {
    world.github.commit('main', { '.github/siskin.yml': two });
    world.github.commit('both', { 'late.py': 'a', 'early.py': 'b' });
    const both = world.github.openPull('both');
    await world.check(both);
    const shared = await world.comment(both, '/cancel -m late');
    const all = await world.comment(both, '/cancel');
    await world.comment(both, '/train -m late');
    const one = await world.comment(both, '/cancel -m late');

    expect(said(shared)).toContain('**`shared-run`** — the run of `late` measures `early` too');
    expect(outline(all)).toContain('react rocket');
    expect(outline(one)).toEqual(
      expect.arrayContaining(['run cancelled', 'check siskin: late: cancelled', 'react rocket']),
    );
  });

  it('comes before what the same comment asks for next, which begins anew', async () => {
    const before = await world.check(number);
    const cancelled = await world.comment(number, '/cancel\n/train');
    const rest = cancelled.changes.flatMap((change) => (change.kind === 'ask' ? [change.intent] : []));
    const [anew] = await Promise.all(rest.map(world.ask));

    expect(outline(cancelled)).toEqual(expect.arrayContaining(['run cancelled', 'ask obey']));
    expect(anew === undefined ? [] : outline(anew)).toContainEqual(expect.stringContaining('dispatch train late'));
    expect((await world.readRun(before)).state).toBe('cancelled');
  });

  it('names a model of which nothing was ever shown without a list of none', async () => {
    const plan = await world.comment(number, '/cancel -m late');

    expect(said(plan)).toContain('**`nothing-to-do`** — no run of `late` is open');
  });

  it('says when nothing runs, and what a misspelt model may have meant', async () => {
    await world.finish(await world.check(number), { late: {} });

    expect(said(await world.comment(number, '/cancel'))).toContain(
      '**`nothing-to-do`** — no run of this pull request is open',
    );
    expect(said(await world.comment(number, '/cancel -m lat'))).toContain('Did you mean `/cancel -m late`?');
  });
});
