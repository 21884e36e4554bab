import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { grammar, verbs } from '../../../src/command/grammar.ts';
import type { Plan } from '../../../src/effect.ts';
import { openTestStore, type TestStore } from '../../store/test-store.ts';
import { dispatched, openWorld, outline, policyText, repository, type World } from '../../world.ts';

let test: TestStore;
let world: World;
let number: number;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());
beforeEach(async () => {
  world = await openWorld(test);
  world.github.roles.set('grace', 'write');
  world.github.roles.set('rita', 'read');
  world.github.commit('feature', { 'src/features.py': 'hour, day' });
  number = world.github.openPull('feature', { fork: true });
});

const headOf = async () => (await world.github.readPullRequest(repository, number))?.head.sha ?? '';
const short = async () => (await headOf()).slice(0, 7);
const starts = ({ effects }: Plan) =>
  effects.filter(({ kind }) => kind === 'dispatch-run' || kind === 'rerun-failed-jobs').length;
const dispatches = (plan: Parameters<typeof outline>[0]) =>
  plan.effects.filter(({ kind }) => kind === 'dispatch-run').length;

describe('the code of a fork', () => {
  it('does not run by itself, by Re-run or by a command, and the check says what to read and to type', async () => {
    const opened = await world.check(number);
    const again = await world.check(number, { cause: 'rerequested' });
    const asked = await world.comment(number, '/train', 'grace');

    expect([opened, again, asked].map(dispatches)).toEqual([0, 0, 0]);
    expect(outline(opened)).toEqual(['check siskin: late: action_required', 'comment']);
    expect(JSON.stringify(opened.effects)).toContain(`/approve-run @${await short()}`);
    expect(outline(asked)[0]).toMatch(/\*\*`fork`\*\* — it comes from a fork, whose code runs only once/);
  });

  it('runs once somebody with the right approved that commit, on the runner for forks', async () => {
    await world.check(number);
    const plan = await world.comment(number, `/approve-run @${await short()}`, 'grace');

    expect(outline(plan)).toEqual([
      'approve run',
      'run planned',
      'dispatch train late, evaluate late trained against none',
      'check siskin: late: queued',
      'comment',
      'react rocket',
    ]);
    expect(dispatched(plan).train.map(({ runner }) => runner)).toEqual([['ubuntu-latest']]);
    expect(JSON.stringify(plan.effects)).toContain('grace approved the code of this fork to run at');
    expect(await world.check(number, { cause: 'reconciled' })).toEqual({ changes: [], effects: [] });
  });

  it('is not asked about where the base branch has no policy, whatever that branch is called', async () => {
    world.github.commit('main', { '.github/siskin.yml': null });
    world.github.commit('a`<img>`', { 'README.md': 'x' });
    const other = world.github.openPull('feature', { fork: true, base: 'a`<img>`' });
    const plan = await world.comment(other, '/approve-run @1234567', 'grace');

    expect(outline(plan)[0]).toContain('**`no-policy`** — `` a`<img>` `` has no policy');
  });

  it('needs another approval after another push, also when only the commit is new', async () => {
    await world.check(number);
    await world.comment(number, `/approve-run @${await short()}`, 'grace');
    world.github.commit('feature', {});
    const rebased = await world.check(number);

    expect(dispatches(rebased)).toBe(0);
    expect(outline(rebased)).toContain('run superseded');
    expect(outline(await world.comment(number, '/train', 'grace'))[0]).toContain('**`fork`**');
  });

  it('needs another approval when the policy that says what runs is another', async () => {
    await world.check(number);
    const sha = await short();
    await world.comment(number, `/approve-run @${sha}`, 'grace');
    world.github.commit('main', { '.github/siskin.yml': policyText.replace('python train.py', 'python other.py') });

    expect(outline(await world.comment(number, '/train', 'grace'))[0]).toContain('**`fork`**');
    expect(dispatches(await world.comment(number, `/approve-run @${sha}\n/train`, 'grace'))).toBe(0);
  });

  it('trains on the labels that the policy gives to forks, never on its own', async () => {
    world.github.commit('main', { '.github/siskin.yml': `${policyText}forks: { runner: [ubuntu-24.04] }\n` });
    await world.check(number);
    const plan = await world.comment(number, `/approve-run @${await short()}`, 'grace');

    expect(dispatched(plan).train.map(({ runner }) => runner)).toEqual([['ubuntu-24.04']]);
  });
});

describe('after a push to a fork whose former commit was approved and measured', () => {
  beforeEach(async () => {
    world.github.roles.set('grace', 'admin');
    await world.check(number);
    const first = await world.comment(number, `/approve-run @${await short()}`, 'grace');
    await world.finish(first, { late: {} });
    world.github.commit('feature', { 'src/features.py': 'hour, day, more' });
    await world.check(number);
    const second = await world.comment(number, `/approve-run @${await short()}`, 'grace');
    await world.finish(second, { late: null }, 'failure');
    world.github.commit('feature', { 'README.md': 'the same training' });
  });

  it.each(verbs)('/%s runs nothing', async (verb) => {
    const line = `/${grammar[verb].example.replaceAll('<model>', 'late').replace(/ @\w+/, '')}`;
    const checked = await world.check(number);
    const plain = await world.comment(number, line, 'grace');
    const named = await world.comment(number, `/${verb} @${'f'.repeat(40)}`, 'grace');

    expect([checked, plain, named].map(starts)).toEqual([0, 0, 0]);
  });
});

it('an approval of two commits does not let a third be compared with them', async () => {
  await world.check(number);
  await world.finish(await world.comment(number, `/approve-run @${await short()}`, 'grace'), { late: {} });
  world.github.commit('feature', { 'src/features.py': 'more' });
  await world.check(number);
  const other = await short();
  await world.finish(await world.comment(number, `/approve-run @${other}`, 'grace'), { late: {} });
  world.github.commit('feature', { 'src/features.py': 'hour, day' });
  await world.check(number);

  expect(outline(await world.comment(number, `/compare @${other}`, 'grace'))[0]).toContain('**`fork`**');
});

describe('/approve-run is refused', () => {
  it.each<readonly [string, (sha: string) => string, string, RegExp]>([
    ['without a commit', () => '/approve-run', 'grace', /sha-missing.*Read .{7}, then type `\/approve-run @/],
    ['for another commit', () => `/approve-run @${'f'.repeat(40)}`, 'grace', /head-moved.*it names fffffff/],
    ['to somebody who may only read', (sha) => `/approve-run @${sha}`, 'rita', /not-permitted/],
    ['to nobody in particular', (sha) => `/approve-run @${sha}`, 'mallory', /not-permitted/],
    ['to the author', (sha) => `/approve-run @${sha}`, 'ada', /own-approval/],
  ])('%s', async (_, line, login, reason) => {
    await world.check(number);
    const plan = await world.comment(number, line(await short()), login);

    expect(outline(plan)).toEqual([expect.stringMatching(reason), 'react -1']);
    expect(plan.changes.filter(({ kind }) => kind !== 'audit')).toEqual([]);
  });

  it('when the head moved on while somebody read', async () => {
    await world.check(number);
    const sha = await short();
    world.github.commit('feature', { 'src/features.py': 'steal()' });
    const plan = await world.comment(number, `/approve-run @${sha}`, 'grace');

    expect(outline(plan)[0]).toMatch(/head-moved.*then type `\/approve-run @[0-9a-f]{7}`/);
    expect(plan.changes.filter(({ kind }) => kind !== 'audit')).toEqual([]);
  });

  it('on a pull request that is not from a fork, and when it was given already', async () => {
    world.github.commit('own', { 'src/features.py': 'x' });
    const own = world.github.openPull('own');
    await world.check(own);
    const ownHead = (await world.github.readPullRequest(repository, own))?.head.sha.slice(0, 7);
    await world.check(number);
    await world.comment(number, `/approve-run @${await short()}`, 'grace');

    expect(outline(await world.comment(own, `/approve-run @${ownHead}`, 'grace'))[0]).toContain('nothing-to-do');
    expect(outline(await world.comment(number, `/approve-run @${await short()}`, 'grace'))[0]).toMatch(
      /nothing-to-do.*grace approved [0-9a-f]{7} already/,
    );
  });
});
