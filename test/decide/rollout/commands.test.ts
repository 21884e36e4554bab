import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commandOfRolloutButton } from '../../../src/command/rollout-button.ts';
import type { Plan } from '../../../src/effect.ts';
import type { RolloutOrder, RolloutRecord, RolloutState } from '../../../src/rollout/rollout-record.ts';
import { aModel } from '../../rollout/rollout-builder.ts';
import { openTestStore, type TestStore } from '../../store/test-store.ts';
import { repository, type World } from '../../world.ts';
import { openSteered, orders, type Steered, said } from './steered.ts';

let test: TestStore;
let steered: Steered;
let world: World;
let number: number;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());
beforeEach(async () => {
  steered = await openSteered(test);
  ({ world, number } = steered);
});

const keep: Steered['keep'] = (...kept) => steered.keep(...kept);
const now = () => steered.now();
const observing = () => steered.observing();
const succeeded = (): RolloutState => ({ kind: 'succeeded', at: now() });
const requested = (plan: Plan) =>
  plan.changes.flatMap((change) => (change.kind === 'request-rollout' ? [change.rollout] : []));

async function press(identifier: string, rollout: RolloutRecord): Promise<Plan> {
  const command = commandOfRolloutButton(identifier, rollout);
  if (command === null) throw new Error(`${identifier} is no button`);
  return await world.ask({
    kind: 'obey',
    repository,
    number,
    source: { kind: 'button', checkId: 5, head: rollout.mergeSha, press: 'delivery-1' },
    commands: [command],
    actor: { login: 'ada', kind: 'person' },
    acknowledged: true,
  });
}

describe('/canary', () => {
  it.each<[string, RolloutOrder]>([
    ['pause', { kind: 'pause' }],
    ['advance', { kind: 'advance' }],
    ['40', { kind: 'weight', weight: 40 }],
    ['12.5%', { kind: 'weight', weight: 12.5 }],
  ])('%s is written down for the engine, with the step that it was in', async (words, order) => {
    await keep({}, observing());

    const plan = await world.comment(number, `/canary ${words}`);

    expect(orders(plan)).toEqual([order]);
    expect(said(plan)).toContain('(step 2 of 3)');
  });

  it('does nothing in a dry run but say what it would', async () => {
    await keep({}, observing());

    const plan = await world.comment(number, '/canary abort --dry-run');

    expect(orders(plan)).toEqual([]);
    expect(said(plan)).toContain('would');
  });

  it('shows where it is, to everybody', async () => {
    await keep({}, observing());

    const text = said(await world.comment(number, '/canary status', 'stranger'));

    expect(text).toMatch(/`late` `v2` → `production`/);
    expect(text).not.toContain('refused');
  });

  it('gives more traffic only to the step that the person saw, and less always', async () => {
    const rollout = await keep({}, observing());
    world.clock.now = new Date(world.clock.now.getTime() - 120_000);

    const late = await world.comment(number, '/canary advance');
    const stop = await world.comment(number, '/canary pause');
    const named = await world.comment(number, '/canary advance --step 1');
    const right = await world.comment(number, '/canary advance --step 2');

    expect([late, named].map((plan) => /refused: \*\*`rollout-moved`\*\*/.test(said(plan)))).toEqual([true, true]);
    expect([orders(stop), orders(right)]).toEqual([[{ kind: 'pause' }], [{ kind: 'advance' }]]);
    expect(said(late)).toContain('step 2.1');
    expect(rollout.state.kind).toBe('step');
  });

  it('mends a wrong word, and lists the choices where several can be meant', async () => {
    await keep({}, observing());
    await keep({ environment: 'staging', mergeSha: 'b'.repeat(40) }, observing());

    const wrong = said(await world.comment(number, '/canary advnce'));
    const open = said(await world.comment(number, '/canary pause'));

    expect(wrong).toContain('Did you mean `/canary advance`?');
    expect(open).toContain('`/canary pause -e production -m late`');
    expect(open).toContain('`/canary pause -e staging -m late`');
  });

  it('is given by the rights of the environment that it turns out to be about', async () => {
    await keep({}, observing());
    await keep({ environment: 'staging', mergeSha: 'b'.repeat(40) }, observing());

    const production = await world.comment(number, '/canary pause -e production', 'rita');
    const staging = await world.comment(number, '/canary pause -e staging', 'rita');

    const audit = [production, staging].flatMap(({ changes }) =>
      changes.flatMap((change) => (change.kind === 'audit' ? [[change.entry.outcome, change.entry.permission]] : [])),
    );
    expect(said(production)).toContain('refused: **`not-permitted`**');
    expect(orders(staging)).toEqual([{ kind: 'pause' }]);
    expect(audit).toEqual([
      ['refused', null],
      ['done', 'role write'],
    ]);
  });

  it('says what can not be done where the rollout is', async () => {
    await keep({}, { kind: 'preparing' });

    expect(said(await world.comment(number, '/canary resume'))).toContain('refused: **`rollout-not-there`**');
    expect(said(await world.comment(number, '/canary pause -e staging'))).toContain('refused: **`no-rollout`**');
  });
});

describe('/rollback', () => {
  it('ends a rollout that goes on, with the reason that was given', async () => {
    await keep({}, observing());

    const plan = await world.comment(number, '/rollback --reason "customers call"');

    expect(orders(plan)).toMatchObject([
      { kind: 'abort', cause: { kind: 'command', by: 'ada', sentence: 'ada rolled it back: customers call.' } },
    ]);
  });

  it('takes what serves back to what served before, at once, by a rollout of its own', async () => {
    await keep({ mergeSha: 'd'.repeat(40), release: aModel('1.0.1'), previous: null }, succeeded());
    const serving = await keep({ release: aModel('1.0.2'), previous: aModel('1.0.1') }, succeeded());

    const [rollout] = requested(await world.comment(number, '/rollback production'));

    expect(rollout).toMatchObject({ atOnce: true, release: aModel('1.0.1'), previous: aModel('1.0.2'), number });
    expect(rollout?.mergeSha).toBe(serving.mergeSha);
  });

  it('goes to no version that never served or was taken back itself', async () => {
    await keep({ mergeSha: 'd'.repeat(40), release: aModel('1.0.1'), previous: null }, succeeded());
    const cause = { kind: 'harm', sentence: 'errors.', by: null } as const;
    await keep(
      { mergeSha: 'e'.repeat(40), release: aModel('1.0.3'), previous: aModel('1.0.1') },
      { kind: 'rolled-back', cause, at: now() },
    );
    await keep({ release: aModel('1.0.2'), previous: aModel('1.0.1') }, succeeded());

    const to = async (version: string) => said(await world.comment(number, `/rollback production --to ${version}`));

    expect(await to('9.9.9')).toContain('`unknown-version`');
    expect(await to('1.0.3')).toContain('`unknown-version`');
    expect(await to('1.0.2')).toContain('`nothing-to-do`');
    expect(requested(await world.comment(number, '/rollback production --to v1.0.1'))).toMatchObject([
      { release: aModel('1.0.1') },
    ]);
  });

  it('does not go back twice because two people saw the same harm', async () => {
    await keep({ mergeSha: 'd'.repeat(40), release: aModel('1.0.1'), previous: null }, succeeded());
    const cause = { kind: 'harm', sentence: 'errors.', by: null } as const;
    await keep({ release: aModel('1.0.2'), previous: aModel('1.0.1') }, { kind: 'rolled-back', cause, at: now() });

    const plan = await world.comment(number, '/rollback');

    expect(requested(plan)).toEqual([]);
    expect(said(plan)).toContain('went back from 1.0.2 already');
  });

  it('names no environment by itself where this pull request has none', async () => {
    expect(said(await world.comment(number, '/rollback'))).toContain('refused: **`no-rollout`**');
  });
});

describe('/promote', () => {
  it('asks for the release of the next environment, after the one that this pull request reached', async () => {
    await keep({ environment: 'staging' }, succeeded());

    const plan = await world.comment(number, '/promote');

    expect(plan.changes).toContainEqual({
      kind: 'ask',
      intent: {
        kind: 'propose-release',
        repository,
        wish: {
          kind: 'promote',
          id: 'comment-9',
          model: 'late',
          environment: 'production',
          version: null,
          number,
          by: 'ada',
        },
      },
    });
  });

  it('skips what is left of a rollout only when its environment is named', async () => {
    await keep({}, observing());

    const open = said(await world.comment(number, '/promote'));
    const named = orders(await world.comment(number, '/promote production'));

    expect(open).toContain('Type `/promote production -m late`');
    expect(named).toEqual([{ kind: 'promote' }]);
  });

  it('is nothing for who may only write', async () => {
    await keep({ environment: 'staging' }, succeeded());

    expect(said(await world.comment(number, '/promote', 'rita'))).toContain('refused: **`not-permitted`**');
  });

  it('asks which where the policy says no order', async () => {
    expect(said(await world.comment(number, '/promote'))).toContain('refused: **`target-missing`**');
    expect(said(await world.comment(number, '/promote staging'))).toContain('comes after no other environment');
    expect(said(await world.comment(number, '/promote prodution'))).toContain('Did you mean `production`?');
  });
});

describe('a button', () => {
  it('does what its command does, to the step that it was shown with', async () => {
    const rollout = await keep({}, observing());

    expect(orders(await press('ro-pause-2-1', rollout))).toEqual([{ kind: 'pause' }]);
    expect(orders(await press('ro-promote-2-1', rollout))).toEqual([{ kind: 'promote' }]);
    expect(orders(await press('ro-promote-1-1', rollout))).toEqual([]);
    expect(orders(await press('ro-rollback', rollout))).toMatchObject([{ kind: 'abort' }]);
  });

  it('of an earlier rollout does nothing to a later one', async () => {
    const old = await keep({ mergeSha: 'd'.repeat(40), release: aModel('1.0.1'), previous: null }, succeeded());
    await keep({ release: aModel('1.0.2'), previous: aModel('1.0.1') }, succeeded());

    const plan = await press('ro-rollback', old);

    expect(requested(plan)).toEqual([]);
    expect(said(plan)).toContain('refused: **`rollout-moved`**');
  });

  it.each(['ro-', 'ro-destroy', 'ro-pause-1', 'pause', 'ro-promote-9999-1'])('called %j is none', (identifier) => {
    expect(commandOfRolloutButton(identifier, { model: 'late', environment: 'production' })).toBeNull();
  });
});
