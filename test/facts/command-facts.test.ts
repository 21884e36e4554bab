import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/effect.ts';
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

/** What became of each command: the right that gave it, or why it was refused. */
function outcomes(plan: Plan): readonly (string | null)[] {
  return plan.changes.flatMap((change) =>
    change.kind === 'audit' ? [change.entry.permission ?? change.entry.code] : [],
  );
}

describe('rights', () => {
  it('are those of the default branch, also where another base branch gives more', async () => {
    world.github.commit('lenient', { '.github/siskin.yml': `${policyText}access: { cancel: [everybody] }\n` });
    world.github.commit('change', { 'src/features.py': 'hour, day' });
    const number = world.github.openPull('change', { base: 'lenient' });

    expect(outcomes(await world.comment(number, '/cancel', 'stranger'))).toEqual(['not-permitted']);
  });

  it('are those of the default branch, also where another base branch gives less', async () => {
    world.github.commit('main', { '.github/siskin.yml': `${policyText}access: { cancel: [user:stranger] }\n` });
    world.github.commit('strict', { '.github/siskin.yml': policyText });
    world.github.commit('change', { 'src/features.py': 'hour, day' });
    const number = world.github.openPull('change', { base: 'strict' });

    expect(outcomes(await world.comment(number, '/cancel', 'stranger'))).toEqual(['user stranger']);
  });

  it('are not those that the pull request itself proposes', async () => {
    world.github.commit('change', { '.github/siskin.yml': `${policyText}access: { cancel: [everybody] }\n` });
    const number = world.github.openPull('change');

    expect(outcomes(await world.comment(number, '/cancel', 'stranger'))).toEqual(['not-permitted']);
  });

  it('hold on a closed pull request too', async () => {
    world.github.commit('main', { '.github/siskin.yml': `${policyText}access: { status: [maintain] }\n` });
    world.github.commit('change', { 'src/features.py': 'hour, day' });
    const number = world.github.openPull('change');
    world.github.closePull(number);

    expect(outcomes(await world.comment(number, '/status', 'stranger'))).toEqual(['not-permitted']);
  });

  it('to change anything are left to administrators while the policy cannot be read', async () => {
    world.github.commit('main', { '.github/siskin.yml': 'version: 1\naccess: { cancel: [] }\n' });
    world.github.commit('change', { 'src/features.py': 'hour, day' });
    const number = world.github.openPull('change');
    world.github.roles.set('root', 'admin');

    expect(outcomes(await world.comment(number, '/cancel', 'ada'))).toEqual(['no-policy']);
    expect(outcomes(await world.comment(number, '/cancel', 'root'))).toEqual(['role admin']);
  });
});
