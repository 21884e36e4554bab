import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GateRun } from '../../../src/ports/gate.ts';
import { gateRunName, type RolloutTraces } from '../../../src/rollout/rollout-effect.ts';
import type { RolloutOrder, RolloutRecord } from '../../../src/rollout/rollout-record.ts';
import { openTestStore, type TestStore } from '../../store/test-store.ts';
import { outline, repository, type World } from '../../world.ts';
import { openSteered, orders, type Steered } from './steered.ts';

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
