import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commandOfRolloutButton } from '../../../src/command/rollout-button.ts';
import type { Plan } from '../../../src/effect.ts';
import type { GateRun } from '../../../src/ports/gate.ts';
import { gateRunName, type RolloutTraces } from '../../../src/rollout/rollout-effect.ts';
import type { RolloutOrder, RolloutRecord, RolloutState } from '../../../src/rollout/rollout-record.ts';
import { aModel, aRollout } from '../../rollout/rollout-builder.ts';
import { openTestStore, type TestStore } from '../../store/test-store.ts';
import { flights, openWorld, outline, policyText, repository, type World } from '../../world.ts';

let test: TestStore;
let world: World;
let number: number;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());

const environments = `environments:
  staging: {}
  production: { after: staging, access: { rollback: [write], canary: [maintain] } }
`;

beforeEach(async () => {
  world = await openWorld(test, { ...flights, '.github/siskin.yml': policyText + environments });
  world.github.commit('work', { 'params.yml': 'depth: 4' });
  number = world.github.openPull('work');
  world.github.roles.set('ada', 'maintain');
  world.github.roles.set('rita', 'write');
});

/** Keeps a rollout, and writes into its log that it came to a state. */
async function keep(
  changes: Parameters<typeof aRollout>[0] = {},
  state: RolloutState | null = null,
): Promise<RolloutRecord> {
  world.clock.now = new Date(world.clock.now.getTime() + 1000);
  const createdAt = world.clock.now.toISOString();
  const rollout = aRollout({ createdAt, number, mergeSha: 'a'.repeat(40), ...changes });
  await world.store.record(repository, { changes: [{ kind: 'request-rollout', rollout }], effects: [] });
  const { rollouts } = world.store;
  const progress = await rollouts.read(rollout.id);
  if (progress === null) throw new Error('it was not kept');
  if (state === null) return progress.record;
  const lease = await rollouts.lease(progress, { holder: 'test', seconds: 600 });
  if (lease === null) throw new Error('the lease is taken');
  return (await rollouts.append(progress, { kind: 'moved', state }, { lease })).record;
}

const now = () => world.clock.now.toISOString();
const observing = (step = 1): RolloutState => ({ kind: 'step', phase: 'observing', step, attempt: 1, since: now() });
const succeeded = (): RolloutState => ({ kind: 'succeeded', at: now() });

const said = (plan: Plan) => plan.effects.flatMap((one) => (one.kind === 'reply' ? [one.body] : [])).join('\n');
const orders = (plan: Plan): readonly RolloutOrder[] =>
  plan.changes.flatMap((change) => (change.kind === 'order-rollout' ? [change.order] : []));
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

    expect(said(production)).toContain('refused: **`not-permitted`**');
    expect(orders(staging)).toEqual([{ kind: 'pause' }]);
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

describe('what no event told', () => {
  const asked = async () =>
    (await world.ask({ kind: 'reconcile', repository })).changes.flatMap((change) =>
      change.kind === 'ask' && /rollout|gate/.test(change.intent.kind) ? [change.intent.kind] : [],
    );
  const trace = (rollout: RolloutRecord, traces: RolloutTraces) =>
    test.store.outbox.settle(
      {
        id: 0,
        repository,
        effect: { kind: 'open-issue', rollout: rollout.id, title: '', body: '' },
        target: '',
        attempts: 1,
        begunSecondsAgo: 0,
      },
      { kind: 'done', learnt: { kind: 'rollout-traced', rollout: rollout.id, traces } },
    );

  it('is looked for by the timer: a gate that ended, a revert that people merged, a rollout that GitHub does not show', async () => {
    const waits = await keep({ needsGo: true });
    const unasked = await asked();
    await trace(waits, { gate: 9 });

    expect(unasked).toEqual(['show-rollout']);
    expect(await asked()).toEqual(['observe-gate', 'show-rollout']);
  });

  it('is told once it is so, and then never again', async () => {
    const cause = { kind: 'harm', sentence: 'errors.', by: null } as const;
    const rollout = await keep({}, { kind: 'rolled-back', cause, at: now() });
    await trace(rollout, { deployment: 1, comment: 2, revert: number, 'revert-state': 'needs-person' });
    const before = await asked();
    world.github.merge('work');
    world.github.closePull(number);
    const plan = await world.ask({ kind: 'show-rollout', repository, rollout: rollout.id, number });

    expect(before).toEqual(['show-rollout']);
    expect(outline(plan)[0]).toBe('revert merged');
    expect(await asked()).toEqual([]);
  });
});

describe('an alert', () => {
  const alert = {
    receiver: 'prometheus',
    model: 'late',
    environment: 'production',
    name: 'HighErrorRate',
    summary: '',
  };
  const heed = (startsAt: string, changes: object = {}) =>
    world.ask({ kind: 'heed-alert', repository, alert: { ...alert, startsAt, ...changes } });

  it('rolls back what gets traffic, or holds it where the policy says so', async () => {
    await keep({}, observing());
    await keep({ environment: 'staging', mergeSha: 'b'.repeat(40), rules: { when: { alert: 'hold' } } }, observing());

    expect(orders(await heed(now()))).toMatchObject([
      { kind: 'abort', cause: { kind: 'alert', sentence: 'The alert HighErrorRate fired.' } },
    ]);
    expect(orders(await heed(now(), { environment: 'staging', model: null }))).toEqual([{ kind: 'pause' }]);
  });

  it('is not the doing of a rollout that came later, gets no traffic, or is another model’s', async () => {
    const before = now();
    await keep({}, observing());
    await keep({ environment: 'staging', mergeSha: 'b'.repeat(40) }, { kind: 'preparing' });

    expect(outline(await heed(before))).toEqual([]);
    expect(outline(await heed(now(), { environment: 'staging' }))).toEqual([]);
    expect(outline(await heed(now(), { model: 'early' }))).toEqual([]);
  });
});

describe('the job that enters an environment', () => {
  const gateFile = readFileSync(
    join(import.meta.dirname, '../../../templates/workflows/siskin-environment.yml'),
    'utf8',
  );
  const path = '.github/workflows/siskin-environment.yml';

  async function told(
    changes: Partial<GateRun> = {},
    file: string | null = gateFile,
  ): Promise<readonly RolloutOrder[]> {
    const rollout = await keep({ needsGo: true });
    const sha = world.github.commit('main', { [path]: file });
    const run: GateRun = {
      id: 9,
      title: gateRunName(rollout.id),
      path,
      event: 'workflow_dispatch',
      branch: 'main',
      sha,
      actor: 'siskin[bot]',
      status: 'completed',
      conclusion: 'success',
      ...changes,
    };
    world.github.gateRuns.set(9, run);
    return orders(await world.ask({ kind: 'observe-gate', repository, runId: 9, name: gateRunName(rollout.id) }));
  }

  it('lets the rollout begin when it ended well', async () => {
    expect(await told()).toEqual([{ kind: 'go' }]);
  });

  it.each(['failure', 'cancelled', 'timed_out'])('ends the rollout when it ended with %s', async (conclusion) => {
    expect(await told({ conclusion })).toMatchObject([{ kind: 'abort', cause: { kind: 'invalid' } }]);
  });

  it.each<[string, Partial<GateRun>, string | null]>([
    ['of somebody else', { actor: 'mallory' }, gateFile],
    ['of another branch', { branch: 'mallory' }, gateFile],
    ['of another file', { path: '.github/workflows/evil.yml' }, gateFile],
    ['of a push', { event: 'push' }, gateFile],
    ['of another rollout', { title: gateRunName('ro-other') }, gateFile],
    ['that goes on', { status: 'in_progress', conclusion: null }, gateFile],
    ['whose file is gone', {}, null],
    ['whose job enters nothing', {}, gateFile.replace(/^ {4}environment:.*$/m, '')],
    [
      'whose job enters another',
      {},
      gateFile.replace('environment: ${{ inputs.environment }}', 'environment: playground'),
    ],
    ['whose job may be left out', {}, gateFile.replace('    timeout-minutes: 5', '    if: false')],
    ['whose failure counts for nothing', {}, gateFile.replace('    timeout-minutes: 5', '    continue-on-error: true')],
  ])('of a run %s lets nothing begin and ends nothing', async (_, changes, file) => {
    expect(await told(changes, file)).toEqual([]);
  });
});
