import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/effect.ts';
import { anEvaluation } from '../../result-builder.ts';
import { openTestStore, type TestStore } from '../../store/test-store.ts';
import { openWorld, outline, repository, type World } from '../../world.ts';

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

async function verdict(): Promise<string | undefined> {
  const pull = await world.github.readPullRequest(repository, number);
  const shown = await world.store.readView(repository.id, number, pull?.head.sha ?? '');
  const state = shown?.view.models[0]?.state;
  return state?.kind === 'judged' ? state.judgement.verdict : state?.kind;
}

const broken = {
  schema: 'present' as const,
  rows: 9,
  checks: 1,
  problems: [{ column: 'age', check: 'max', expected: '≤ 120', found: '400', rows: 3, file: null, line: null }],
  verdict: 'fail' as const,
};

describe('/drift', () => {
  it('does not turn a missed gate into a pass: what the data say is answered, and the verdict stays', async () => {
    const failing = { evaluation: anEvaluation({ difference: -0.02 }), validation: null };
    await world.finish(await world.check(number), {
      late: { ...failing, failures: [{ part: 'drift', code: 'bad-input', message: 'no file' }] },
    });
    const asked = await world.comment(number, '/drift');
    const during = await verdict();
    const answered = await world.finish(asked, { late: { evaluation: null } });

    expect(outline(asked)).toEqual(['run planned', 'dispatch evaluate late none against none', 'react rocket']);
    expect([during, await verdict()]).toEqual(['fail', 'fail']);
    expect(outline(answered).filter((line) => line.startsWith('check'))).toEqual([]);
    expect(said(answered)).toMatch(
      /^\*\*Data of\*\* `late` at `[0-9a-f]{7}` .*: nothing is wrong with them\. This decides nothing/,
    );
  });

  it('answers at once with what a run of this commit found already', async () => {
    await world.finish(await world.check(number), { late: { validation: broken } });
    const plan = await world.comment(number, '/drift -m late');

    expect(outline(plan)).toEqual([expect.stringContaining('reply **Data of** `late`'), 'react +1']);
    expect(said(plan)).toContain('`schema-violated`: the data break their schema in 1 place, first in column `age`');
    expect(said(plan)).toContain('`/explain schema-violated`');
  });

  it('neither stops the run that checks, nor is asked for twice', async () => {
    const check = await world.start(await world.check(number)).then(() => world.check(number));
    const first = await world.comment(number, '/drift');
    const second = await world.comment(number, '/drift');

    expect(outline(check)).toEqual([]);
    expect(outline(first)).not.toContainEqual(expect.stringMatching(/^cancel/));
    expect(outline(second)).toEqual([expect.stringContaining('are being looked at already'), 'react +1']);
  });

  it('tells of a failure, and ends with the next push', async () => {
    await world.check(number);
    const failed = await world.finish(await world.comment(number, '/drift'), { late: null }, 'failure');
    const again = await world.comment(number, '/drift');
    world.github.commit('feature', { 'src/features.py': 'month' });
    const pushed = await world.check(number);

    expect(said(failed)).toMatch(/^\*\*Data not seen of\*\* `late` .*`dispatch-refused`/);
    expect(outline(again)).toContain('react rocket');
    expect(outline(pushed).filter((line) => line.startsWith('cancel: superseded'))).toHaveLength(2);
  });
});
