import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commandsIn } from '../../../src/command/parse.ts';
import type { Plan } from '../../../src/effect.ts';
import { anEvaluation } from '../../result-builder.ts';
import { openTestStore, type TestStore } from '../../store/test-store.ts';
import { dispatched, openWorld, outline, repository, type World } from '../../world.ts';

let test: TestStore;
let world: World;
let number: number;
const heads: string[] = [];
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());
beforeEach(async () => {
  world = await openWorld(test);
  heads.length = 0;
});

/** Pushes a commit whose candidate is trained, measured and kept. */
async function candidate(digest: string): Promise<Plan> {
  heads.push(world.github.commit('feature', { 'src/features.py': `${digest} ${heads.length}` }));

  if (heads.length === 1) number = world.github.openPull('feature');
  const plan = await world.check(number);
  const runId = 699 + heads.length;
  const artifact = { id: 9000 + heads.length, name: 'siskin-model-late', bytes: 1, expired: false };
  world.github.artifacts.set(artifact.id, { artifact, runId, bytes: new Uint8Array() });
  await world.finish(plan, { late: measured(digest) });
  return plan;
}

function measured(digest: string) {
  const evaluation = anEvaluation({ difference: 0.01 });
  return { evaluation: { ...evaluation, candidate: { ...evaluation.candidate, digest } } };
}

const one = `sha256:${'1'.repeat(64)}`;
const two = `sha256:${'3'.repeat(64)}`;

const short = (at: number) => heads.at(at)?.slice(0, 7) ?? '';

function replied(plan: Plan): string {
  const effect = plan.effects.find(({ kind }) => kind === 'reply');
  return effect?.kind === 'reply' ? effect.body : '';
}

describe('/compare', () => {
  it('measures this candidate against that of the commit before on the same rows', async () => {
    const [first, second] = [await candidate(one), await candidate(two)];
    const plan = await world.comment(number, '/compare');

    expect(outline(plan)).toEqual(['run planned', 'dispatch evaluate late artifact against artifact', 'react rocket']);
    expect(dispatched(plan).evaluate[0]).toMatchObject({
      candidate: { digest: two, runId: 701 },
      champion: { digest: one, runId: 700 },
    });
    expect(dispatched(plan).base).toBe(dispatched(second).base);
    expect(dispatched(first).head).not.toBe(dispatched(plan).head);
  });

  it('answers with the differences, and changes nothing that is shown, kept or reused', async () => {
    await candidate(one);
    await candidate(two);
    const asked = await world.comment(number, '/compare -m late');
    const view = await world.store.readView(1, number, heads.at(-1) ?? '');
    const end = await world.finish(asked, { late: measured(two) });

    expect(outline(end)).toEqual([
      'run completed',
      expect.stringContaining('reply **Compared** `late` of this commit'),
    ]);
    expect(replied(end)).toContain(`| metric | earlier ${short(0)} | this ${short(1)} | difference (95`);
    expect(replied(end)).toMatch(/ROC AUC.*\(.*…/);
    expect(await world.store.readView(1, number, heads.at(-1) ?? '')).toEqual(view);
    expect(outline(await world.check(number))).toEqual([]);
    expect(await world.store.readChampion(1, 'late')).toBeNull();
  });

  it('says at once what the same pair was measured at before, and does not measure it twice at a time', async () => {
    await candidate(one);
    await candidate(two);
    const asked = await world.comment(number, '/compare');
    const again = await world.comment(number, '/compare');
    await world.finish(asked, { late: measured(two) });
    const known = await world.comment(number, `/compare @${short(0)}`);

    expect(outline(again)).toEqual([expect.stringContaining('is being compared with'), 'react +1']);
    expect(outline(known)).toEqual([expect.stringContaining('reply **Compared** `late`'), 'react +1']);
  });

  it('goes on when somebody looks or trains, and ends with a newer commit', async () => {
    await candidate(one);
    await candidate(two);
    const asked = await world.comment(number, '/compare');
    await world.comment(number, '/status');
    await world.comment(number, '/train');
    const during = await world.readRun(asked);
    world.github.commit('feature', { 'src/features.py': 'three' });
    await world.check(number);

    expect([during.state, (await world.readRun(asked)).state]).toEqual(['planned', 'superseded']);
  });

  it('is to be typed again as it was when another commit was pushed meanwhile', async () => {
    await candidate(one);
    const named = short(0);
    await candidate(two);
    await candidate(`sha256:${'5'.repeat(64)}`);
    const at = new Date(world.clock.now.getTime() - 30 * 60_000).toISOString();
    const plan = await world.ask({
      kind: 'obey',
      repository,
      number,
      source: { kind: 'comment', commentId: 9, at },
      commands: commandsIn(`/compare -m late @${named}`),
      actor: { login: 'ada', kind: 'person' },
      acknowledged: true,
    });

    expect(replied(plan)).toContain('head-moved');
    expect(replied(plan)).toContain(`then type \`/compare -m late @${named}\`.`);
  });

  it('finds the candidates of all commits that one comment names', async () => {
    for (const digit of ['1', '3', '5', '7', '9']) await candidate(`sha256:${digit.repeat(64)}`);
    const plan = await world.comment(number, `/compare @${short(0)} --dry-run\n/compare @${short(1)} --dry-run`);

    expect(outline(plan).join()).not.toContain('artifact-gone');
  });

  it('says what went wrong when it found nothing', async () => {
    await candidate(one);
    await candidate(two);
    const end = await world.finish(await world.comment(number, '/compare'), { late: null }, 'failure');

    expect(replied(end)).toContain('**Not compared** `late`');
    expect(replied(end)).toContain('`dispatch-refused`');
  });

  it('refuses a candidate whose artifact has expired', async () => {
    await candidate(one);
    await candidate(two);
    const kept = world.github.artifacts.get(9001);
    if (kept !== undefined)
      world.github.artifacts.set(9001, { ...kept, artifact: { ...kept.artifact, expired: true } });

    expect(replied(await world.comment(number, '/compare'))).toContain('refused: **`artifact-gone`**');
  });

  it.each([
    ['/compare', 'no-candidate', 'Push another commit first'],
    ['/compare @abcdef1', 'no-candidate', 'no candidate of `late` was measured at `abcdef1`'],
    ['/compare -m lat', 'unknown-model', 'Did you mean'],
  ])('refuses %s where only this commit was measured: %s', async (line, code, words) => {
    await candidate(one);
    const body = replied(await world.comment(number, line));

    expect(body).toContain(`refused: **\`${code}\`**`);
    expect(body).toContain(words);
  });

  it('refuses to compare a model with itself', async () => {
    await candidate(one);
    await candidate(one);

    expect(replied(await world.comment(number, '/compare'))).toContain('**`nothing-to-do`**');
  });
});

describe('several commands of one comment that spend', () => {
  it('are recorded one after the other, so that each is held against what the one before set aside', async () => {
    await candidate(one);
    await candidate(two);
    const plan = await world.comment(number, '/compare\n/drift\n/train');
    const [rest] = plan.changes.flatMap((change) => (change.kind === 'ask' ? [change.intent] : []));

    expect(outline(plan).filter((line) => line.startsWith('dispatch'))).toHaveLength(1);
    expect(rest).toMatchObject({ kind: 'obey', commands: [{ verb: 'drift' }, { verb: 'train' }], obeyed: 1 });
  });
});
