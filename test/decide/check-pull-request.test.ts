import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../store/test-store.ts';
import { dispatched, openWorld, outline, policyText, type World } from '../world.ts';

let test: TestStore;
let world: World;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());
beforeEach(async () => {
  world = await openWorld(test);
});

describe('a pull request that changes code', () => {
  it('is trained and evaluated, and says that it waits', async () => {
    const head = world.github.commit('feature', { 'src/features.py': 'hour, day' });
    const plan = await world.check(world.github.openPull('feature'));

    expect(outline(plan)).toEqual([
      'run planned',
      'dispatch train late, evaluate late trained against none',
      'check siskin: late: queued',
      'comment',
    ]);
    expect(dispatched(plan)).toMatchObject({
      head,
      pullRequest: 5,
      repository: 'octo/flights',
      train: [{ command: 'python train.py', runner: ['gpu'], parameters: ['params.yml'], data: ['data/train.csv'] }],
    });
  });

  it('costs at most ten reads and six writes', async () => {
    world.github.commit('feature', { 'src/features.py': 'hour, day' });
    const number = world.github.openPull('feature');
    world.github.commit('main', { 'README.md': 'moved on' });
    const plan = await world.check(number);

    expect(world.github.calls).toEqual(['readPullRequest', 'compare', 'readFile', 'readTree', 'readTree', 'readTree']);
    expect(plan.effects.length).toBeLessThanOrEqual(6);
  });

  it('is planned once, however often it is delivered, with the same claim', async () => {
    world.github.commit('feature', { 'src/features.py': 'hour, day' });
    const number = world.github.openPull('feature');
    await world.check(number);

    for (const cause of ['pushed', 'opened', 'ready', 'reconciled', 'reopened'] as const) {
      expect(await world.check(number, { cause })).toEqual({ changes: [], effects: [] });
    }
    expect(await world.check(number, { cause: 'rerequested' })).toEqual({ changes: [], effects: [] });
  });

  it('is left to the intent of its newest head', async () => {
    const old = world.github.commit('feature', { 'src/features.py': 'a' });
    world.github.commit('feature', { 'src/features.py': 'b' });
    const number = world.github.openPull('feature');

    expect(await world.check(number, { head: old })).toEqual({ changes: [], effects: [] });
    world.github.closePull(number);
    expect(await world.check(number)).toEqual({ changes: [], effects: [] });
  });
});

describe('a newer head', () => {
  it('stops the run of the older one and says so on its check', async () => {
    world.github.commit('feature', { 'src/features.py': 'a' });
    const number = world.github.openPull('feature');
    await world.start(await world.check(number));
    world.github.commit('feature', { 'src/features.py': 'b' });
    const plan = await world.check(number);

    expect(outline(plan)).toEqual([
      'run superseded',
      'run planned',
      'cancel: superseded by <head>',
      'dispatch train late, evaluate late trained against none',
      'check siskin: late: queued',
      'comment',
      'check siskin: late: cancelled',
    ]);
  });

  it('that changes nothing of the model lets its run go on', async () => {
    world.github.commit('feature', { 'src/features.py': 'a' });
    const number = world.github.openPull('feature');
    const first = await world.check(number);
    world.github.commit('feature', { 'README.md': 'words' });
    const second = await world.check(number);
    const done = await world.finish(first, { late: {} });

    expect(outline(second)).toEqual(['check siskin: late: queued', 'comment', 'check siskin: late: cancelled']);
    expect(outline(done)).toEqual(['run completed', 'check siskin: late: success', 'comment']);
  });

  it('that changes one of two models stops the run of both, and asks for both again', async () => {
    const late = policyText.slice(policyText.indexOf('  late:'));
    const early = late.replace('late:', 'early:').replace("'src/**'", "'early/**'");
    world.github.commit('main', { '.github/siskin.yml': `${policyText}${early}` });
    world.github.commit('feature', { 'train.py': 'fit(2)' });
    const number = world.github.openPull('feature');
    const first = await world.check(number);
    world.github.commit('feature', { 'early/features.py': 'x' });
    const plan = await world.check(number);

    expect(outline(first)).toContain(
      'dispatch train late, train early, evaluate late trained against none, evaluate early trained against none',
    );
    expect(outline(plan).slice(0, 3)).toEqual(['run superseded', 'run planned', 'cancel: superseded by <head>']);
    expect(dispatched(plan).train.map(({ model }) => model)).toEqual(['late', 'early']);
  });

  it('that goes back to what was measured before is judged at once', async () => {
    world.github.commit('feature', { 'src/features.py': 'a' });
    const number = world.github.openPull('feature');
    await world.finish(await world.check(number), { late: {} });
    world.github.commit('feature', { 'src/features.py': 'b' });
    await world.check(number);
    world.github.commit('feature', { 'src/features.py': 'a' });
    const plan = await world.check(number);

    expect(outline(plan)).toEqual([
      'run superseded',
      'cancel: superseded by <head>',
      'check siskin: late: success',
      'comment',
      'check siskin: late: cancelled',
    ]);
  });

  it('that is the old head again is run again', async () => {
    const old = world.github.commit('feature', { 'src/features.py': 'a' });
    const number = world.github.openPull('feature');
    const first = dispatched(await world.check(number));
    world.github.commit('feature', { 'src/features.py': 'b' });
    await world.check(number);
    world.github.readPullRequest = async () => ({
      number,
      state: 'open',
      draft: false,
      author: 'ada',
      authorId: 1,
      head: { sha: old, ref: 'feature', repositoryId: 1 },
      base: { sha: old, ref: 'main' },
      defaultBranch: 'main',
      isMerged: false,
      headAt: world.clock.now.toISOString(),
    });
    const again = dispatched(await world.check(number));

    expect(again.head).toBe(first.head);
    expect(again.claim).not.toBe(first.claim);
  });
});

describe('a fork', () => {
  it('gets no runner, and is told why and what to do', async () => {
    world.github.commit('feature', { 'src/features.py': 'steal()' });
    const plan = await world.check(world.github.openPull('feature', { fork: true }));

    expect(outline(plan)).toEqual(['check siskin: late: action_required', 'comment']);
    const comment = plan.effects.find(({ kind }) => kind === 'publish-comment');
    expect(JSON.stringify(comment)).toContain('comes from a fork');
  });

  it('that changes only words has nothing to be refused', async () => {
    world.github.commit('feature', { 'README.md': 'typo' });
    const plan = await world.check(world.github.openPull('feature', { fork: true }));

    expect(outline(plan)).toEqual(['check siskin: late: neutral']);
  });
});

describe('the policy', () => {
  it('absent: nothing is said at all', async () => {
    world.github.commit('main', { '.github/siskin.yml': null });
    world.github.commit('feature', { 'src/features.py': 'a' });

    expect(await world.check(world.github.openPull('feature'))).toEqual({ changes: [], effects: [] });
    expect(world.github.calls.length).toBeLessThanOrEqual(4);
  });

  it('absent but proposed here: it is checked line by line', async () => {
    world.github.commit('main', { '.github/siskin.yml': null });
    world.github.commit('feature', { '.github/siskin.yml': policyText.replace('version: 1', 'version: 3') });
    const plan = await world.check(world.github.openPull('feature'));

    expect(outline(plan)).toEqual(['check siskin policy: failure', 'comment']);
    expect(plan.effects[0]).toMatchObject({ check: { annotations: [{ path: '.github/siskin.yml', line: 1 }] } });
  });

  it('invalid on the base branch: one failing check and one comment, no run', async () => {
    world.github.commit('main', { '.github/siskin.yml': 'version: 1\nmodels: {}\n' });
    world.github.commit('feature', { 'src/features.py': 'a' });
    const plan = await world.check(world.github.openPull('feature'));

    expect(outline(plan)).toEqual(['ask check-release', 'check siskin policy: failure', 'comment']);
  });

  it('mended on the base branch: the head is looked at after all', async () => {
    world.github.commit('main', { '.github/siskin.yml': 'version: 1\nmodels: {}\n' });
    world.github.commit('feature', { 'src/features.py': 'a' });
    const number = world.github.openPull('feature');
    await world.check(number);
    world.github.commit('main', { '.github/siskin.yml': policyText });
    const plan = await world.check(number, { cause: 'reconciled' });

    expect(outline(plan)[1]).toBe('dispatch train late, evaluate late trained against none');
  });

  it('edited here: what changes is shown, and the base branch judges all the same', async () => {
    const loose = policyText.replace('not-worse-by: 0.005', 'not-worse-by: 0.9');
    world.github.commit('feature', { '.github/siskin.yml': loose, 'src/features.py': 'a' });
    const number = world.github.openPull('feature');
    const plan = await world.check(number);

    expect(outline(plan)).toContain('check siskin policy: success');
    expect(dispatched(plan).base).toBe((await world.github.readPullRequest(anywhere, number))?.base.sha);
  });
});

describe('another base branch', () => {
  it('has its own policy judge, and the run under the old one is stopped', async () => {
    world.github.commit('release', { '.github/siskin.yml': policyText.replace('0.005', '0.001') });
    world.github.commit('feature', { 'src/features.py': 'a' });
    const number = world.github.openPull('feature');
    await world.check(number);
    world.github.closePull(number);
    const retargeted = world.github.openPull('feature', { base: 'release' });
    world.github.readPullRequest = retarget(world.github.readPullRequest, retargeted);
    const plan = await world.check(number, { cause: 'retargeted' });

    expect(outline(plan).slice(0, 4)).toEqual([
      'run superseded',
      'run planned',
      'cancel: superseded by <head>',
      'dispatch train late, evaluate late trained against none',
    ]);
  });
});

describe('a re-request', () => {
  it('of a check measures its model again without another training', async () => {
    world.github.commit('feature', { 'src/features.py': 'a' });
    const number = world.github.openPull('feature');
    await world.finish(await world.check(number), { late: {} });
    const plan = await world.check(number, { cause: 'rerequested', model: 'late' });

    expect(outline(plan)[1]).toBe('dispatch evaluate late artifact against none');
  });

  it('of a check that concerns nothing starts nothing', async () => {
    world.github.commit('docs', { 'README.md': 'Better words' });
    const number = world.github.openPull('docs');
    await world.check(number);

    expect(await world.check(number, { cause: 'rerequested', model: 'late' })).toEqual({ changes: [], effects: [] });
  });
});

/** Answers for every number with the pull request of one. */
function retarget(read: World['github']['readPullRequest'], number: number): World['github']['readPullRequest'] {
  return (where) => read(where, number);
}

const anywhere = { installation: 0, id: 0, owner: '', name: '' };
