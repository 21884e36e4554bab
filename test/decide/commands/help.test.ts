import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commandsIn } from '../../../src/command/parse.ts';
import type { Plan } from '../../../src/effect.ts';
import { openTestStore, type TestStore } from '../../store/test-store.ts';
import { openWorld, policyText, type World } from '../../world.ts';

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

describe('/help', () => {
  it('lists what the person may do here with real names, and who may do the rest', async () => {
    await world.check(number);

    const text = said(await world.comment(number, '/help')).replace(/@[0-9a-f]{7}(?=`)/g, '@1a2b3c4');

    expect(text).toMatchInlineSnapshot(`
      "What \`ada\` may do here, one command per line, anywhere in a comment:

      | command | what it does |
      | --- | --- |
      | \`/help\` | shows what you may do here |
      | \`/status\` | shows where every model stands, now |
      | \`/explain head-moved\` | explains a reason code, or those that hold here now |
      | \`/config -m late\` | shows the policy that judges here, with every default |
      | \`/doctor\` | looks for what keeps Siskin from working here |
      | \`/evaluate -m late\` | measures this commit again |
      | \`/train -m late seed=7\` | trains and measures this commit |
      | \`/drift -m late\` | compares and validates the data, without measuring the model |
      | \`/compare -m late @1a2b3c4\` | measures this candidate against that of an earlier commit |
      | \`/retry\` | does again what failed, and nothing else |
      | \`/cancel\` | stops the runs of this pull request |
      | \`/release -m late\` | proposes the judged candidate as a release, in a pull request that deploys it when it is merged |
      | \`/locks\` | lists who holds which environment, and what is frozen |
      | \`/lock staging -m late --for 2h --reason "load test"\` | keeps an environment for this pull request until you give it back (unlock) or its time is over |
      | \`/unlock staging -m late\` | gives back the environment that you hold or wait for, or, with this right, what somebody else holds |
      | \`/canary pause -e staging -m late\` | shows a rollout (status), or steers it: pause, resume, advance, abort, or a weight in percent |
      | \`/rollback staging -m late\` | sends all traffic back to the version before, at once |

      For others — \`/approve-run\`: \`write\` · \`/approve-budget\`, \`/freeze\`, \`/unfreeze\`, \`/promote\`, \`/override-gate\`: \`maintain\`.

      \`--dry-run\` behind a command shows what it would do. With another bot around, prefix it: \`/siskin train\`."
    `);
  });

  it('lists less to somebody who may less, and gives examples that can be typed', async () => {
    const text = said(await world.comment(number, '/help', 'stranger'));
    const examples = [...text.matchAll(/^\| `(.*?)` /gm)].map(([, example]) => example ?? '');

    expect(examples).toContain('/status');
    expect(text).not.toMatch(/^\| `\/train/m);
    expect(text).toMatch(/`\/train`.*: `write`/);
    expect(commandsIn(examples.join('\n')).map(({ verb }) => verb)).not.toContain('unknown');
  });

  it('does not call a doubt a right', async () => {
    world.github.roles.set('ada', 'away');

    expect(said(await world.comment(number, '/help'))).toMatch(/GitHub did not tell whether `ada` may use .*`\/train`/);
  });
});

describe('/config', () => {
  it('shows the policy that judges here, with every default and where it comes from', async () => {
    const text = said(await world.comment(number, '/config'));

    expect(text).toMatch(
      /^Judging here: the policy of `main` at `[0-9a-f]{7}`\.\n\n- models: `late` \(1 gate, trained on `gpu`\)/,
    );
    expect(text).toContain('confidence: 0.95');
    expect(text).toContain('- budgets: none');
  });

  it('shows one model, and suggests another for one that there is not', async () => {
    expect(said(await world.comment(number, '/config -m late'))).toContain('`late` is judged here');
    expect(said(await world.comment(number, '/config -m lat'))).toContain('Did you mean `/config -m late`?');
  });

  it('fits into a comment, and lets nothing of the policy out of its block', async () => {
    const models = Array.from({ length: 50 }, (_, at) => {
      const command = `echo '${'`'.repeat(5)}</details> @octo/all' ${'x'.repeat(1500)}`;
      return `  m${at}:\n    task: binary\n    target: y\n    data: { train: t.csv, holdout: h.csv }\n    train: { command: ${JSON.stringify(command)}, output: out/m }\n    metrics: { roc-auc: { not-worse-by: 0.1 } }`;
    });
    world.github.commit('main', { '.github/siskin.yml': `version: 1\nmodels:\n${models.join('\n')}\n` });
    const text = said(await world.comment(number, '/config'));

    expect(Buffer.byteLength(text)).toBeLessThan(60_000);
    expect(text).toMatch(/more lines: name a model with `-m`/);
    expect(text).toContain('``````text');
  });

  it('says that there is none', async () => {
    world.github.commit('main', { '.github/siskin.yml': policyText.replace('version: 1', 'version: 2') });

    expect(said(await world.comment(number, '/config'))).toContain('**`no-policy`**');
  });
});
