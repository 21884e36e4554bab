import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/effect.ts';
import { anEvaluation } from '../../result-builder.ts';
import { openTestStore, type TestStore } from '../../store/test-store.ts';
import { openWorld, outline, policyText, repository, type World } from '../../world.ts';

let test: TestStore;
let world: World;
let number: number;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());
beforeEach(async () => {
  world = await openWorld(test);
  for (const login of ['grace', 'mary']) world.github.roles.set(login, 'maintain');
  const tip = (await world.github.readDefaultBranch(repository)).sha;
  const first = await world.push('0'.repeat(40), tip);
  await world.finish(first, { late: { evaluation: anEvaluation({ difference: null }) } });
  world.github.commit('feature', { 'src/features.py': 'worse' });
  number = world.github.openPull('feature');
  await world.finish(await world.check(number), { late: { evaluation: anEvaluation({ difference: -0.1 }) } });
});

const override = (line = '/override-gate roc-auc --reason "known label shift"', login = 'grace') =>
  world.comment(number, line, login);
const check = (plan: Plan) =>
  plan.effects.flatMap((effect) => (effect.kind === 'publish-check' ? [effect.check] : [])).at(-1);

describe('an overridden gate', () => {
  it('is shown as missed and overridden, by whom and why, and lets the check through for a person to look', async () => {
    const plan = await override();

    expect(outline(plan)).toEqual([
      'approve override-gate late/roc-auc',
      'check siskin: late: neutral',
      'comment',
      'react +1',
    ]);
    expect(check(plan)?.title).toBe('Review: ROC AUC missed its gate, which grace overrode — review before merging');
    expect(check(plan)?.summary).toContain('overridden by `grace`: known label shift');
    expect(await world.check(number, { cause: 'reconciled' })).toEqual({ changes: [], effects: [] });
  });

  it('stays overridden through a rebase that changes nothing, and not through one that does', async () => {
    await override();
    world.github.commit('feature', {});
    const rebased = await world.check(number);
    world.github.commit('feature', { 'README.md': 'more' });
    const changed = await world.check(number);

    expect(check(rebased)?.conclusion).toBe('neutral');
    expect(check(changed)?.conclusion).toBe('failure');
  });

  it('does not stay overridden for another candidate or under another gate', async () => {
    await override();
    const strict = policyText.replace('0.005', '0.001');
    world.github.commit('main', { '.github/siskin.yml': strict });
    world.github.commit('feature', {});

    expect(check(await world.check(number))?.conclusion).not.toBe('neutral');
  });

  it('lets the candidate of the merged pull request become the champion', async () => {
    await override();
    const before = (await world.github.readDefaultBranch(repository)).sha;
    const tip = world.github.merge('feature');
    world.github.closePull(number);
    const plan = await world.push(before, tip);

    expect(outline(plan)).toEqual(['champion late from run 701', 'check siskin: late: neutral']);
    expect(check(plan)?.summary).toContain('overridden by `grace`');
  });

  it('does not do so when another pull request with the same candidate is merged', async () => {
    await override();
    world.github.commit('other', { 'src/features.py': 'worse' });
    await world.check(world.github.openPull('other'));
    const before = (await world.github.readDefaultBranch(repository)).sha;
    const plan = await world.push(before, world.github.merge('other'));

    expect(outline(plan)).toEqual(['check siskin: late: failure']);
    expect(await world.store.readChampion(1, 'late')).toMatchObject({ runId: 700 });
  });
});

describe('/override-gate is refused', () => {
  it.each<readonly [string, string, string, RegExp]>([
    ['without a reason', '/override-gate roc-auc', 'grace', /reason-missing/],
    [
      'without a gate, and lists those that were missed',
      '/override-gate --reason "x"',
      'grace',
      /target-missing.*`\/override-gate roc-auc -m late --reason/,
    ],
    ['for a gate that there is not', '/override-gate f1 --reason "x"', 'grace', /unknown-metric.*it has `roc-auc`/],
    ['for a model that there is not', '/override-gate roc-auc -m lat --reason "x"', 'grace', /unknown-model/],
    ['for another commit', `/override-gate roc-auc --reason "x" @${'f'.repeat(40)}`, 'grace', /head-moved/],
    ['to the author', '/override-gate roc-auc --reason "x"', 'ada', /own-approval|not-permitted/],
  ])('%s', async (_, line, login, reason) => {
    const plan = await override(line, login);

    expect(outline(plan)).toEqual([expect.stringMatching(reason), 'react -1']);
    expect(plan.changes.filter(({ kind }) => kind !== 'audit')).toEqual([]);
  });

  it('when no gate was missed, and when it is overridden already', async () => {
    await override();
    const again = await override(undefined, 'mary');
    await world.finish(await world.comment(number, '/evaluate'), { late: {} });

    expect(outline(again)[0]).toMatch(/nothing-to-do.*no gate on `roc-auc` was missed here/);
    expect(outline(await override())[0]).toMatch(/nothing-to-do/);
  });

  it('by --dry-run of doing anything but telling', async () => {
    const plan = await override('/override-gate roc-auc --reason "x" --dry-run');

    expect(plan.changes.filter(({ kind }) => kind !== 'audit')).toEqual([]);
    expect(outline(plan)[0]).toMatch(/^reply /);
  });
});
