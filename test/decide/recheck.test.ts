import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/effect.ts';
import type { Intent } from '../../src/intent.ts';
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

/** Presses "Re-run" at a commit. */
async function press(head: string, check: string | null = 'siskin: late'): Promise<Plan> {
  const actor = { login: 'ada', kind: 'person' } as const;
  return await world.ask({ kind: 'recheck', repository, head, check, actor });
}

/** Presses "Re-run" at a commit, and what the intents that this asks come to. */
async function rerun(head: string, check: string | null = 'siskin: late'): Promise<readonly Plan[]> {
  const { changes } = await press(head, check);
  const asked = changes.flatMap((change): readonly Intent[] => (change.kind === 'ask' ? [change.intent] : []));
  const plans: Plan[] = [];
  for (const intent of asked) plans.push(await world.ask(intent));
  return plans;
}

const untrained = { late: { evaluation: anEvaluation({ difference: null }) } };

describe('Re-run on the default branch', () => {
  it('tries a first training again that failed, which a push alone does not', async () => {
    await world.finish(await world.push('0'.repeat(40), tip), { late: null }, 'failure');
    const failed = tip;
    const words = await push({ 'README.md': 'x' });
    const [again] = await rerun(failed);
    const done = again === undefined ? null : await world.finish(again, untrained);

    expect(outline(words)).toEqual([]);
    expect(again === undefined ? [] : outline(again)).toEqual([
      'run planned',
      'dispatch train late, evaluate late trained against none',
      'check siskin: late: queued',
    ]);
    expect(done === null ? [] : outline(done)).toContain('champion late from run 701');
  });

  it('tries a later training again too, over the range of its push, also one that edits the policy', async () => {
    await world.finish(await world.push('0'.repeat(40), tip), untrained);
    const strict = policyText.replace('0.005', '0.001');
    await world.finish(
      await push({ 'src/features.py': 'new', '.github/siskin.yml': strict }),
      { late: null },
      'failure',
    );
    const [again] = await rerun(tip);

    expect(again === undefined ? [] : outline(again)[1]).toBe(
      'dispatch train late, evaluate late trained against artifact',
    );
  });

  it('measures again without training again what was trained well', async () => {
    await world.finish(await world.push('0'.repeat(40), tip), untrained);
    await world.finish(await push({ 'src/features.py': 'bad' }), {
      late: { evaluation: anEvaluation({ difference: -0.1 }) },
    });
    const [again] = await rerun(tip, null);

    expect(again === undefined ? [] : outline(again)[1]).toBe('dispatch evaluate late artifact against artifact');
  });

  it('does not make the candidate of an older commit the champion again', async () => {
    await world.finish(await world.push('0'.repeat(40), tip), untrained);
    await push({ 'src/features.py': 'one' }).then((plan) => world.finish(plan, { late: {} }));
    const older = tip;
    await push({ 'src/features.py': 'two' }).then((plan) => world.finish(plan, { late: {} }));
    const [again] = await rerun(older);
    const done = again === undefined ? null : await world.finish(again, { late: {} });

    expect(done === null ? [] : outline(done)).toContain('check siskin: late: success');
    expect(await world.store.readChampion(1, 'late')).toMatchObject({ commit: tip });
  });

  it('starts nothing while there is nothing to do, but answers, for GitHub waits for that', async () => {
    await world.finish(await world.push('0'.repeat(40), tip), untrained);
    const idle = [await press(tip), ...(await rerun(tip))].map(outline);
    await push({ 'src/features.py': 'one' });
    const running = [await press(tip, null), ...(await rerun(tip))].map(outline);

    expect(idle).toEqual([['ask check-push', 'check siskin: late: neutral'], []]);
    expect(running).toEqual([['ask check-push', 'check siskin: late: queued'], []]);
    expect((await world.store.listOpenRuns(1)).length).toBe(1);
  });
});

describe('Re-run on a pull request', () => {
  it('of a fork finds it by our own journal', async () => {
    world.github.commit('feature', { 'README.md': 'x' });
    const number = world.github.openPull('feature', { fork: true });
    await world.check(number);
    const head = (await world.github.readPullRequest(repository, number))?.head.sha ?? '';

    expect(outline(await press(head))).toEqual(['ask check-pull-request', 'check siskin: late: neutral']);
  });

  it('finds every pull request at the commit, and none that moved on', async () => {
    world.github.commit('feature', { 'src/features.py': 'x' });
    const number = world.github.openPull('feature');
    await world.finish(await world.check(number), { late: {} });
    const old = (await world.github.readPullRequest(repository, number))?.head.sha ?? '';
    world.github.commit('feature', { 'src/features.py': 'y' });
    await world.check(number);

    expect((await rerun(old)).map(outline)).toEqual([[]]);
  });

  it('of the check of the policy measures nothing', async () => {
    const loose = policyText.replace('0.005', '0.1');
    world.github.commit('feature', { 'src/features.py': 'x', '.github/siskin.yml': loose });
    const number = world.github.openPull('feature');
    await world.finish(await world.check(number), { late: {} });
    const head = (await world.github.readPullRequest(repository, number))?.head.sha ?? '';

    expect(outline(await press(head, 'siskin policy'))).toEqual([
      'ask check-pull-request',
      'check siskin policy: success',
    ]);
    expect((await rerun(head, 'siskin policy')).map(outline)).toEqual([[]]);
  });

  it('of a commit that nobody knows asks for nothing', async () => {
    expect(await rerun('e'.repeat(40))).toEqual([]);
  });
});
