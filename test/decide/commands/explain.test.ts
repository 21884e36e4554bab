import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/effect.ts';
import { anEvaluation } from '../../result-builder.ts';
import { openTestStore, type TestStore } from '../../store/test-store.ts';
import { openWorld, outline, policyText, type World } from '../../world.ts';

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

describe('/explain', () => {
  it('tells of a failure what it means, what was seen here, and what to type', async () => {
    const run = await world.check(number);
    await world.finish(run, { late: null }, 'failure');
    const plan = await world.comment(number, '/explain', 'stranger');

    expect(said(plan)).toMatchInlineSnapshot(`
      "**\`dispatch-refused\`** GitHub did not start the workflow when it was asked to.

      - \`late\`: expected the workflow to start, found failure; look at the run's page
      - to do: Type \`/doctor\` to see what it lacks, mend that, then type \`/retry\`."
    `);
    expect(outline(plan).at(-1)).toBe('react +1');
  });

  it('tells of a code where it holds, with the number and the limit', async () => {
    const champion = anEvaluation({ difference: -0.02 });
    await world.finish(await world.check(number), { late: { evaluation: champion } });

    expect(said(await world.comment(number, '/explain gate-failed'))).toMatchInlineSnapshot(`
      "**\`gate-failed\`** A metric misses its bound, and the confidence interval shows that this is no accident of the rows.

      Here:
      - \`late\`: ROC AUC: worse by 0.02 (limit 0.005)

      **To do** Look at the slices in the comment and improve the model; \`/override-gate\` lets somebody with the right decide otherwise."
    `);
    expect(said(await world.comment(number, '/explain head-moved'))).toContain('It does not hold here now.');
  });

  it('suggests the nearest code for one that there is not', async () => {
    await world.check(number);
    const plan = await world.comment(number, '/explain drift');

    expect(said(plan)).toContain(
      '**`unknown-code`** — there is no reason code `drift`. Did you mean `/explain drift-moved`?',
    );
    expect(outline(plan).at(-1)).toBe('react -1');
  });

  it('says that nothing needs an explanation, and works on a closed pull request', async () => {
    await world.check(number);
    const open = await world.comment(number, '/explain');
    world.github.closePull(number);

    expect(said(open)).toContain('Nothing here needs an explanation');
    expect(said(await world.comment(number, '/explain'))).toContain('**`closed`**');
  });
});

describe('/explain of what is held', () => {
  it('names the freeze and the lock of another pull request', async () => {
    world.github.roles.set('root', 'admin');
    world.github.commit('main', { '.github/siskin.yml': `${policyText}environments: { staging: {} }\n` });
    world.github.commit('other', { 'src/features.py': 'week' });
    const other = world.github.openPull('other');
    await world.check(other);
    await world.check(number);
    await world.comment(other, '/lock staging -m late --for 2h --reason "load test"', 'root');
    await world.comment(other, '/freeze runs --for 2h --reason "maintenance"', 'root');
    const text = said(await world.comment(number, '/explain', 'stranger'));

    expect(text).toMatch(
      /\*\*`frozen`\*\*[\s\S]*- runs are frozen by root in this repository until 14:\d\d UTC \(maintenance\)/,
    );
    expect(text).toMatch(/\*\*`locked`\*\*[\s\S]*- `late`: `staging` is held by #.?\d+ \(root\) until 14:\d\d UTC/);
  });
});
