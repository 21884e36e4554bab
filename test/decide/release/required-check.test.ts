import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../store/test-store.ts';
import { openWorld, outline, policyText, repository, type World } from '../../world.ts';

let test: TestStore;
let world: World;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());
beforeEach(async () => {
  world = await openWorld(test);
});

describe('the check of releases', () => {
  const withEnvironments = `${policyText}environments: { staging: {} }\n`;

  it('comes for every pull request once there are environments, so that a rule can require it', async () => {
    world.github.commit('main', { '.github/siskin.yml': withEnvironments });
    world.github.commit('feature', { 'README.md': 'typo' });
    const plan = await world.check(world.github.openPull('feature'));

    expect(outline(plan)).toContain('check siskin / releases: success');
    expect(plan.effects.length).toBeLessThanOrEqual(6);
  });

  it('is left to a closer look where a manifest is edited, or the tree is cut', async () => {
    world.github.commit('main', { '.github/siskin.yml': withEnvironments });
    world.github.commit('feature', { 'models/late/release.yml': 'format: 1' });
    const edited = await world.check(world.github.openPull('feature'));
    world.github.commit('other', { 'README.md': 'typo' });
    const other = world.github.openPull('other');
    world.github.readTree = async () => null;
    const cut = await world.check(other);

    expect(outline(edited)).toContain('ask check-release');
    expect(outline(cut)).toContain('ask check-release');
    expect([...outline(edited), ...outline(cut)].join()).not.toContain('siskin / releases');
  });

  it('is asked of pull requests that were opened before there were any', async () => {
    world.github.commit('feature', { 'README.md': 'typo' });
    const number = world.github.openPull('feature');
    await world.check(number);
    world.github.commit('main', { '.github/siskin.yml': withEnvironments });
    const plan = await world.ask({ kind: 'reconcile', repository });

    expect(plan.changes).toMatchObject([{ kind: 'ask', intent: { kind: 'check-pull-request', number } }]);
  });
});

describe('an approval of a release', () => {
  it('counts only of this very head and from those who may promote there', async () => {
    const at = (letter: string) => `sha256:${letter.repeat(64)}`;
    const manifest = `format: 1
model: late
version: 1.4.0
artifact: {uri: 'https://m.example/1', digest: '${at('a')}', bytes: 5, format: onnx}
lineage: {commit: ${'c'.repeat(40)}}
environments: {staging: {version: 1.4.0, digest: '${at('a')}', uri: 'https://m.example/1'}}
`;
    world.github.commit('main', {
      '.github/siskin.yml': `${policyText}environments: { staging: { approvals: 1, access: { promote: [maintain] } } }\n`,
    });
    const head = world.github.commit('feature', { 'models/late/release.yml': manifest });
    const number = world.github.openPull('feature');
    world.github.roles.set('grace', 'maintain');
    const summary = async (login: string, commit: string) => {
      world.releases.reviews.splice(0, 1, { login, id: null, state: 'approved', commit });
      const { effects } = await world.ask({ kind: 'check-release', repository, number, head });
      const [check] = effects;
      return check?.kind === 'publish-check' ? check.check.summary : '';
    };

    const needed = /🟡 people approved it|to approve a release/;
    expect(await summary('ada', head)).toMatch(needed);
    expect(await summary('grace', 'f'.repeat(40))).toMatch(needed);
    expect(await summary('grace', head)).not.toMatch(needed);
  });
});
