import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/effect.ts';
import type { WorkflowJob } from '../../src/ports.ts';
import { aJob } from '../job-builder.ts';
import { openTestStore, type TestStore } from '../store/test-store.ts';
import { dispatched, flights, openWorld, outline, policyText, repository, type World } from '../world.ts';

let test: TestStore;
let world: World;
let number: number;
let planned: Plan;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());
beforeEach(() => begin(policyText));

async function begin(policy: string): Promise<void> {
  world = await openWorld(test, { ...flights, '.github/siskin.yml': policy });
  world.github.roles.set('grace', 'maintain');
  world.github.commit('feature', { 'src/features.py': 'hour, day' });
  number = world.github.openPull('feature');
  planned = await world.check(number);
  await world.start(planned);
}

/** The machine of the training vanished, in this attempt as in those before. */
function lost(attempt: number): readonly WorkflowJob[] {
  return Array.from({ length: attempt }, (_, at) =>
    aJob({
      id: at + 1,
      attempt: at + 1,
      conclusion: 'failure',
      hasFailedStep: false,
      startedAt: `2026-03-01T1${at}:00:00Z`,
      completedAt: `2026-03-01T1${at}:10:00Z`,
    }),
  );
}

async function lose(attempt: number): Promise<Plan> {
  world.github.jobs.set(700, lost(attempt));
  return await world.finish(planned, { late: null }, 'failure', attempt);
}

const retry = (attempt: number) =>
  world.ask({ kind: 'retry-run', repository, claim: dispatched(planned).claim, attempt });

const failed = (code: string) => ({ failures: [expect.objectContaining({ code })] });

function comment(plan: Plan): string {
  const effect = plan.effects.findLast(({ kind }) => kind === 'publish-comment');
  return effect?.kind === 'publish-comment' ? effect.body.replaceAll('\u202F', ' ') : '';
}

const waits = (plan: Plan) => plan.changes.flatMap((change) => (change.kind === 'ask' ? [change.afterSeconds] : []));

describe('a run whose machine was lost', () => {
  it('is run again by itself, later each time, and no more after the third loss', async () => {
    const first = await lose(1);
    const again = await retry(1);
    const second = await lose(2);
    await retry(2);
    const third = await lose(3);

    expect(outline(first)).toEqual(['run failed', 'ask retry-run', 'check siskin: late: queued', 'comment']);
    expect(comment(first)).toContain('its machine was lost, it runs again at');
    expect(outline(again)).toEqual([
      'run dispatched',
      'rerun run 700 as attempt 2',
      'check siskin: late: queued',
      'comment',
    ]);
    expect([waits(first), waits(second), waits(third)]).toEqual([[60], [240], []]);
    expect(outline(third)).toEqual(['run failed', 'check siskin: late: failure', 'comment']);
    expect(await world.readRun(planned)).toMatchObject({ attempt: 3, retryAt: null, ...failed('runner-lost') });
  });

  it('counts as open until then: it is not asked for twice, and the same training attaches to it', async () => {
    await lose(1);
    const trained = await world.comment(number, '/train');
    const retried = await world.comment(number, '/retry');

    expect(outline(trained)).toEqual(['react +1']);
    expect(outline(retried)).toEqual([expect.stringContaining('nothing-to-do'), 'react -1']);
  });

  it('waits while runs are frozen, and looks now and then whether they still are', async () => {
    await lose(1);
    await world.comment(number, '/freeze runs --for 8m --reason maintenance', 'grace');
    const [frozen, soon] = [await retry(1), await retry(1)];
    world.clock.now = new Date(world.clock.now.getTime() + 4 * 60_000);
    const later = await retry(1);
    await world.comment(number, '/unfreeze runs', 'grace');

    expect([waits(frozen), waits(soon), waits(later)]).toEqual([[300], [300], [60]]);
    expect(outline(await retry(1))).toContain('rerun run 700 as attempt 2');
  });

  it('is not run again once somebody cancelled it, or pushed another commit', async () => {
    await lose(1);
    await world.comment(number, '/cancel');
    const cancelled = await retry(1);
    await begin(policyText);
    await lose(1);
    world.github.commit('feature', { 'src/features.py': 'hour, week' });
    await world.check(number);

    expect(outline(cancelled)).toEqual([]);
    expect(outline(await retry(1))).toEqual([]);
  });

  it('is run again once, however often the time for it comes', async () => {
    await lose(1);
    await retry(1);

    expect(outline(await retry(1))).toEqual([]);
    expect(outline(await lose(1))).toEqual([]);
  });

  it('pays for each attempt, and stops where the budget does', async () => {
    await begin(`${policyText}budget: { limits: [{ per: pull-request, window: total, hours: 2.3 }] }\n`);
    const first = await lose(1);
    const again = await retry(1);

    expect(outline(first)).toContain('ask retry-run');
    // Ten minutes are spent, and up to 2.17 h would be set aside again.
    expect(outline(again)).toEqual(['run failed', 'check siskin: late: failure', 'comment']);
    expect(comment(again)).toContain(
      'it is not run again by itself, because the budget of this pull request in total has 2.13 h left',
    );
  });

  it('shows what all attempts took', async () => {
    await lose(1);
    await retry(1);
    world.github.jobs.set(700, [
      ...lost(1),
      aJob({ attempt: 2, startedAt: '2026-03-01T11:00:00Z', completedAt: '2026-03-01T11:20:00Z' }),
      aJob({
        attempt: 2,
        name: 'evaluate (late)',
        labels: ['ubuntu-latest'],
        startedAt: '2026-03-01T11:21:00Z',
        completedAt: '2026-03-01T11:27:00Z',
      }),
    ]);
    const plan = await world.finish(planned, { late: {} }, 'success', 2);

    expect(comment(plan)).toContain('0.60 runner h');
  });

  it('whose checkpoint stood still between two attempts is not run again by itself, and says why', async () => {
    const tell = (id: number, digest: string) => {
      const artifact = { id, name: `siskin-checkpoint-late.${digest}`, bytes: 1, expired: false };
      world.github.artifacts.set(id, { artifact, runId: 700, bytes: new Uint8Array() });
    };
    tell(1, 'aaaa');
    await lose(1);
    await retry(1);
    tell(2, 'aaaa');
    const still = await lose(2);

    expect(outline(still)).toEqual(['run failed', 'check siskin: late: failure', 'comment']);
    expect(await world.readRun(planned)).toMatchObject(failed('stalled'));
    expect(comment(still)).toContain('found it unchanged: save it more often');
  });

  it('whose checkpoint moves on is run again', async () => {
    for (const [id, digest] of [
      [1, 'aaaa'],
      [2, 'bbbb'],
    ] as const) {
      const artifact = { id, name: `siskin-checkpoint-late.${digest}`, bytes: 1, expired: false };
      world.github.artifacts.set(id, { artifact, runId: 700, bytes: new Uint8Array() });
    }
    await lose(1);
    await retry(1);

    expect(outline(await lose(2))).toContain('ask retry-run');
  });

  it('goes to the machines on demand after two losses, where the policy names some, and only once', async () => {
    await begin(policyText.replace('runner: [gpu]', 'runner: [spot], on-demand-runner: [gpu, reserved]'));
    await lose(1);
    await retry(1);
    const second = await lose(2);
    const fresh = await world.check(number, { cause: 'rerequested', model: 'late' });

    expect(outline(second)).toContain('ask check-pull-request');
    expect(dispatched(planned).train[0]?.runner).toEqual(['spot']);
    expect(dispatched(fresh).train[0]?.runner).toEqual(['gpu', 'reserved']);
  });
});

describe('a run that no runner took for a day', () => {
  it('is said to be so, and asked for again', async () => {
    world.github.jobs.set(700, [
      aJob({
        runnerName: null,
        startedAt: null,
        conclusion: 'cancelled',
        createdAt: '2026-03-01T12:00:00Z',
        completedAt: '2026-03-02T12:00:00Z',
      }),
    ]);
    const plan = await world.finish(planned, { late: null }, 'cancelled');

    expect(outline(plan)).toContain('ask retry-run');
    expect(await world.readRun(planned)).toMatchObject(failed('no-runner'));
  });
});

describe('a run that failed by what it ran', () => {
  beforeEach(async () => {
    world.github.jobs.set(700, [aJob({ conclusion: 'failure' })]);
  });

  it('is never run again by itself', async () => {
    const plan = await world.finish(planned, { late: null }, 'failure');

    expect(outline(plan)).toEqual(['run failed', 'check siskin: late: failure', 'comment']);
    expect(outline(await world.check(number, { cause: 'reconciled' }))).toEqual([]);
  });

  it('is trained in a new run when somebody types /retry', async () => {
    await world.finish(planned, { late: null }, 'failure');
    const plan = await world.comment(number, '/retry');

    expect(outline(plan)).toContain('dispatch train late, evaluate late trained against none');
    expect(outline(plan)).not.toContain('rerun run 700 as attempt 2');
  });
});

describe('/retry', () => {
  it('runs only the failed jobs of the same run again where a machine or the evaluation failed', async () => {
    world.github.jobs.set(700, [aJob(), aJob({ name: 'evaluate (late)', conclusion: 'failure' })]);
    await world.finish(planned, { late: null }, 'failure');
    const plan = await world.comment(number, '/retry -m late');

    expect(outline(plan)).toEqual([
      'run dispatched',
      'rerun run 700 as attempt 2',
      'check siskin: late: queued',
      'comment',
      'react rocket',
    ]);
    // The training stands: only the evaluation is set aside for once more.
    expect(
      (await world.store.readLedger([dispatched(planned).claim])).filter(({ attempt }) => attempt === 2),
    ).toMatchObject([{ job: 'evaluate (late)', settled: null }]);
  });

  it('has nothing to do where nothing failed', async () => {
    await world.finish(planned, { late: {} });

    expect(outline(await world.comment(number, '/retry'))).toEqual([
      expect.stringContaining('nothing-to-do'),
      'react -1',
    ]);
  });

  it('is not for somebody who cancelled it here', async () => {
    await world.comment(number, '/cancel');

    expect(outline(await world.comment(number, '/retry'))).toEqual([
      expect.stringContaining('nothing-to-do'),
      'react -1',
    ]);
  });
});
