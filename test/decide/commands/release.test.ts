import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/effect.ts';
import type { ReleaseRequest } from '../../../src/registry/release-request.ts';
import { anEvaluation } from '../../result-builder.ts';
import { openTestStore, type TestStore } from '../../store/test-store.ts';
import { flights, openWorld, policyText, type World } from '../../world.ts';

let test: TestStore;
let world: World;
let number: number;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());
beforeEach(async () => {
  world = await openWorld(test, {
    ...flights,
    '.github/siskin.yml': `${policyText}environments: { staging: {} }\nrelease: {}\n`,
  });
  world.github.commit('feature', { 'src/features.py': 'hour, day' });
  number = world.github.openPull('feature');
});

/** The candidate of the pull request is measured so much better than the champion. */
async function judged(difference: number | null = 0.01, format: 'onnx' | 'predictions' = 'onnx'): Promise<void> {
  const evaluation = anEvaluation({ difference });
  await world.finish(await world.check(number), {
    late: { evaluation: { ...evaluation, candidate: { ...evaluation.candidate, format } } },
  });
}

const asked = (plan: Plan): ReleaseRequest | null =>
  plan.effects.flatMap((effect) => (effect.kind === 'store-artifact' ? [effect.request] : []))[0] ?? null;
const said = (plan: Plan): string =>
  plan.effects.flatMap((effect) => (effect.kind === 'reply' ? [effect.body] : [])).join('\n');

/** A manifest of the default branch that says this version of other bytes is the newest. */
const manifest = (version: string) => `format: 1
model: late
version: ${version}
artifact: { uri: https://store.test/old, digest: 'sha256:${'9'.repeat(64)}', bytes: 1, format: onnx }
lineage: { commit: ${'a'.repeat(40)} }
`;

describe('/release', () => {
  it('has the judged candidate stored, as the first version', async () => {
    await judged();
    const request = asked(await world.comment(number, '/release'));

    expect(request).toMatchObject({
      ...{ id: 'comment-9', model: 'late', version: '1.0.0', versionBy: 'next', number, by: 'ada', format: 'onnx' },
      source: { kind: 'run', runId: 700, artifact: 'siskin-model-late' },
    });
  });

  it('raises the version by what changed, and takes one that a person names', async () => {
    world.github.commit('main', { 'models/late/release.yml': manifest('1.3.2') });
    await judged();
    const next = asked(await world.comment(number, '/release'));
    const named = asked(await world.comment(number, '/release v2.0.0-rc.1 -m late'));

    expect(next?.version).toBe('1.4.0');
    expect(named).toMatchObject({ version: '2.0.0-rc.1', versionBy: 'person' });
  });

  it('never goes down, and says which version is next', async () => {
    world.github.commit('main', { 'models/late/release.yml': manifest('1.3.2') });
    await judged();
    const plan = await world.comment(number, '/release 1.3.2');

    expect(asked(plan)).toBeNull();
    expect(said(plan)).toContain('refused: **`version-taken`**');
    expect(said(plan)).toContain('/release 1.4.0 -m late');
  });

  it.each<[string, () => Promise<void>, string]>([
    ['did not pass', () => judged(-0.1), 'not-green'],
    ['was never judged', async () => {}, 'no-candidate'],
    ['is only a table of predictions', () => judged(0.01, 'predictions'), 'no-candidate'],
  ])('releases none that %s', async (_, before, code) => {
    await before();
    const plan = await world.comment(number, '/release');

    expect(asked(plan)).toBeNull();
    expect(said(plan)).toContain(`refused: **\`${code}\`**`);
  });

  it('releases what a maintainer let through although it did not pass', async () => {
    world.github.roles.set('root', 'admin');
    await judged(-0.1);
    await world.comment(number, '/override-gate roc-auc --reason "known shift"', 'root');

    expect(asked(await world.comment(number, '/release'))).not.toBeNull();
  });

  it('says that bytes are released already, and what to do with a manifest that cannot be read', async () => {
    world.github.commit('main', {
      'models/late/release.yml': manifest('1.0.0').replace('9'.repeat(64), '1'.repeat(64)),
    });
    await judged();
    const again = said(await world.comment(number, '/release'));
    world.github.commit('main', { 'models/late/release.yml': 'version: [' });
    const broken = said(await world.comment(number, '/release'));

    expect(again).toContain('these bytes are released already, as `1.0.0`');
    expect(broken).toContain('refused: **`manifest-invalid`**');
  });

  it('is nothing for readers, of another model, or about a commit that nobody saw', async () => {
    world.github.roles.set('rita', 'read');
    await judged();

    expect(said(await world.comment(number, '/release', 'rita'))).toContain('refused: **`not-permitted`**');
    expect(said(await world.comment(number, '/release -m early'))).toContain('refused: **`unknown-model`**');
    expect(said(await world.comment(number, '/release @1234567'))).toContain('refused: **`head-moved`**');
    expect(said(await world.comment(number, '/release latest'))).toContain('needs a version such as `1.4.0`');
  });
});

describe('a change of data that wins on the default branch', () => {
  it('asks for a release by itself, and proposes the next patch', async () => {
    const first = await world.push(
      '0'.repeat(40),
      (await world.github.readDefaultBranch({ installation: 3, id: 1, owner: 'octo', name: 'flights' })).sha,
    );
    await world.finish(first, { late: { evaluation: anEvaluation({ difference: null }) } });
    const before = (await world.github.readDefaultBranch({ installation: 3, id: 1, owner: 'octo', name: 'flights' }))
      .sha;
    const after = world.github.commit('main', { 'data/train.csv': 'a,is_late\n3,1\n' });
    const won = await world.finish(await world.push(before, after), { late: {} });
    const [intent] = won.changes.flatMap((change) =>
      change.kind === 'ask' && change.intent.kind === 'release-champion' ? [change.intent] : [],
    );
    const plan = intent === undefined ? null : await world.ask(intent);

    expect(intent).toMatchObject({ model: 'late', commit: after });
    expect(plan === null ? null : asked(plan)).toMatchObject({ version: '1.0.0', by: 'siskin', number: null });
  });
});
