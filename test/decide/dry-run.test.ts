import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grammar, verbs } from '../../src/command/grammar.ts';
import { commandsIn } from '../../src/command/parse.ts';
import type { Plan } from '../../src/effect.ts';
import { anEvaluation } from '../result-builder.ts';
import { openTestStore, type TestStore } from '../store/test-store.ts';
import { flights, openWorld, policyText, type World } from '../world.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());

const policy = `${policyText}environments: { staging: {}, production: {} }\n`;
const files = { ...flights, '.github/siskin.yml': policy };

/** How each verb that changes anything is typed, so that it could do something in some scene. */
const lines = (head: string): readonly string[] => [
  '/evaluate',
  '/train -m late seed=7',
  '/drift',
  '/compare',
  '/retry',
  '/cancel',
  `/approve-run @${head}`,
  `/approve-budget @${head}`,
  '/release -m late',
  '/promote production -m late',
  '/canary pause -e staging -m late',
  '/rollback staging -m late',
  '/lock staging -m late --for 2h --reason "load test"',
  '/unlock production -m late',
  '/freeze runs --for 2h --reason "maintenance"',
  '/unfreeze production',
  `/override-gate roc-auc -m late @${head} --reason "known shift"`,
];

interface Stage {
  readonly world: World;
  readonly number: number;
}

const scenes: Readonly<Record<string, (stage: Stage) => Promise<unknown>>> = {
  'while a run goes on': async ({ world, number }) => world.start(await world.check(number)),
  'after a missed gate': async ({ world, number }) =>
    world.finish(await world.check(number), { late: { evaluation: anEvaluation({ difference: -0.02 }) } }),
  'after a failure': async ({ world, number }) => world.finish(await world.check(number), { late: null }, 'failure'),
  'while it is locked and frozen': async ({ world, number }) => {
    await world.check(number);
    await world.comment(number, '/lock production -m late --for 1h --reason "a test"', 'root');
    await world.comment(number, '/freeze production --for 1h --reason "a test"', 'root');
  },
  'before anything was seen': async () => {},
};

/** Every row of every table but those of the audit log and of what is still to be sent. */
async function rows(): Promise<string> {
  const tables = await test.database.query(
    `select table_name as name from information_schema.tables where table_schema = 'siskin' and table_type = 'BASE TABLE'
       and table_name not like 'audit%' and table_name not in ('outbox', 'repositories') order by 1`,
    [],
  );
  const dump: Record<string, unknown> = {};
  for (const { name } of tables) {
    dump[String(name)] = await test.database.query(`select * from siskin.${name} as t order by t::text`, []);
  }
  return JSON.stringify(dump);
}

function said(plan: Plan): string {
  return plan.effects.flatMap((effect) => (effect.kind === 'reply' ? [effect.body] : [])).join('\n');
}

async function open(scene: string, fork: boolean): Promise<Stage> {
  const world = await openWorld(test, files);
  world.github.roles.set('root', 'admin');
  world.github.commit('feature', { 'src/features.py': 'hour, day' });
  const stage = { world, number: world.github.openPull('feature', { fork }) };
  await scenes[scene]?.(stage);
  return stage;
}

describe('a dry run', () => {
  it('is tried with every verb that changes anything', () => {
    const tried = commandsIn(
      lines('1a2b3c4')
        .map((line) => `${line} --dry-run`)
        .join('\n'),
    );

    expect(tried.map(({ verb }) => verb).sort()).toEqual(verbs.filter((verb) => grammar[verb].changes).sort());
    expect(tried.every(({ dryRun }) => dryRun)).toBe(true);
  });

  it.each([
    ...Object.keys(scenes).map((scene) => [scene, false] as const),
    ['of a fork, before anything was seen', true] as const,
  ])('records nothing but the audit entries, and answers: %s', async (scene, fork) => {
    const { world, number } = await open(scene, fork);
    const pull = await world.github.readPullRequest({ installation: 3, id: 1, owner: 'octo', name: 'flights' }, number);
    const typed = lines(pull?.head.sha.slice(0, 7) ?? '').map((line) => `${line} --dry-run`);
    const before = await rows();

    const plan = await world.comment(number, typed.join('\n'), 'root');

    expect(await rows()).toBe(before);
    expect(plan.changes.map(({ kind }) => kind)).toEqual(typed.map(() => 'audit'));
    expect([...new Set(plan.effects.map(({ kind }) => kind))].sort()).toEqual(['react', 'reply']);
    expect(said(plan)).toMatch(/would, and nothing of it was done:/);
    expect(plan.effects).not.toContainEqual(expect.objectContaining({ content: 'rocket' }));
  });

  it('tells what the same command then does', async () => {
    const { world, number } = await open('after a missed gate', false);
    const dry = said(await world.comment(number, '/train seed=7 --dry-run', 'root'));
    const done = await world.comment(number, '/train seed=7', 'root');

    expect(dry.replace(/`[0-9a-f]{7}`/, '`<head>`')).toMatchInlineSnapshot(`
      "\`/train seed=7 --dry-run\` would, and nothing of it was done:

      - dispatch 1 run of \`siskin.yml\` at \`<head>\`: train \`late\` on [\`gpu\`] with seed 7, evaluate \`late\` on [\`ubuntu-latest\`]
      - set aside 2.17 h for it
      - set the check \`siskin: late\` to queued
      - show it in the comment of this pull request"
    `);
    expect(done.effects.find(({ kind }) => kind === 'dispatch-run')).toMatchObject({
      plan: { train: [{ model: 'late', seed: 7, runner: ['gpu'] }] },
    });
  });

  it('is refused to whom the command is, and is not mixed with what is done', async () => {
    const { world, number } = await open('while a run goes on', false);
    const refused = await world.comment(number, '/cancel --dry-run', 'stranger');
    const mixed = await world.comment(number, '/cancel --dry-run\n/cancel', 'root');

    expect(said(refused)).toContain('**`not-permitted`**');
    expect(mixed.changes).toContainEqual(
      expect.objectContaining({ kind: 'ask', intent: expect.objectContaining({ obeyed: 1 }) }),
    );
    expect(mixed.effects).not.toContainEqual(expect.objectContaining({ kind: 'cancel-run' }));
    expect(said(await world.comment(number, '/retry --dry-run\n/cancel --dry-run', 'root'))).toMatch(
      /`\/retry --dry-run` refused: \*\*`nothing-to-do`\*\*[\s\S]*`\/cancel --dry-run` would, and nothing/,
    );
  });
});
