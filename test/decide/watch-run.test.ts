import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/effect.ts';
import { runName } from '../../src/run-plan.ts';
import { aJob } from '../job-builder.ts';
import { openTestStore, type TestStore } from '../store/test-store.ts';
import { dispatched, openWorld, outline, repository, type World } from '../world.ts';

let test: TestStore;
let world: World;
let number: number;
let planned: Plan;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());
beforeEach(async () => {
  world = await openWorld(test);
  world.github.commit('feature', { 'src/features.py': 'hour, day' });
  number = world.github.openPull('feature');
  planned = await world.check(number);
});

const pass = (minutes: number) => {
  world.clock.now = new Date(world.clock.now.getTime() + minutes * 60_000);
};
const now = () => world.clock.now.toISOString();

/** The time to look has come; what is asked for at once is done, too. */
async function look(): Promise<readonly [Plan, Plan | null]> {
  const { claim } = dispatched(planned);
  const plan = await world.ask({ kind: 'watch-run', repository, claim, watch: 'progress' });
  const asked = plan.changes.flatMap((change) =>
    change.kind === 'ask' && change.afterSeconds === undefined ? [change.intent] : [],
  );
  return [plan, asked[0] === undefined ? null : await world.ask(asked[0])];
}

/** GitHub got the dispatch. */
async function send(): Promise<void> {
  const [effect] = await world.store.outbox.listDue(`pull/1/${number}`);
  if (effect === undefined) throw new Error('expected a dispatch, found none');
  await world.store.outbox.begin(effect.id);
  await world.store.outbox.settle(effect, { kind: 'done', learnt: null });
}

/** GitHub has the run, and no machine has taken it. */
async function queue(): Promise<void> {
  const { claim } = dispatched(planned);
  const queued = { id: 700, attempt: 1, name: runName(claim), status: 'queued', conclusion: null } as const;
  world.github.runs.set(700, { ...queued, startedAt: now(), url: 'https://github.test/octo/flights/actions/runs/700' });
  world.github.jobs.set(700, [
    aJob({
      status: 'queued',
      conclusion: null,
      labels: ['self-hosted', 'a100'],
      runnerName: null,
      startedAt: null,
      completedAt: null,
      createdAt: now(),
    }),
  ]);
  await world.ask({
    kind: 'observe-run',
    repository,
    runId: 700,
    attempt: 1,
    name: runName(claim),
    status: 'requested',
    conclusion: null,
  });
}

function comment(plan: Plan | null): string {
  const effect = plan?.effects.find(({ kind }) => kind === 'publish-comment');
  return effect?.kind === 'publish-comment' ? effect.body : '';
}

describe('a run that no runner takes', () => {
  it('says after ten minutes which labels wait since when, and what to look at', async () => {
    await queue();
    pass(10);
    const [plan, shown] = await look();

    expect(outline(plan)).toEqual(['ask observe-run', 'ask watch-run']);
    expect(outline(shown ?? plan)).toEqual(['run dispatched', 'check siskin: late: queued', 'comment']);
    expect(comment(shown)).toContain('no runner with the labels `self-hosted`, `a100` has taken it since 12:0');
    expect(comment(shown)).toContain('Settings → Actions → Runners');
  });

  it('says so once, and no more when one takes it', async () => {
    await queue();
    pass(10);
    await look();
    const [, again] = await look();
    world.github.jobs.set(700, [
      aJob({ status: 'in_progress', conclusion: null, completedAt: null, startedAt: now() }),
    ]);
    const taken = await world.start(planned);

    expect(again?.effects).toEqual([]);
    expect(comment(taken)).not.toContain('no runner');
  });

  it('is looked at every ten minutes as long as it goes on', async () => {
    await queue();
    const [plan] = await look();
    await world.comment(number, '/cancel');
    const [after] = await look();

    expect(plan.changes.flatMap((change) => (change.kind === 'ask' ? [change.afterSeconds] : []))).toEqual([
      undefined,
      600,
    ]);
    expect(after).toEqual({ changes: [], effects: [] });
  });
});

describe('a run of which nothing is heard', () => {
  beforeEach(async () => {
    await send();
    world.github.jobs.set(700, [
      aJob({ status: 'in_progress', conclusion: null, completedAt: null, startedAt: now() }),
    ]);
    await world.start(planned);
  });

  it('is left alone while its time is not over', async () => {
    pass(80);
    const [, seen] = await look();

    expect(seen?.effects).toEqual([]);
  });

  it('is closed with what is known once its job is far beyond its time, and cancelled', async () => {
    pass(90);
    const [, seen] = await look();

    expect(outline(seen ?? planned)).toEqual([
      'run failed',
      'cancel: nothing happens in it',
      'check siskin: late: failure',
      'comment',
    ]);
    expect(comment(seen)).toContain('expected job train (late) to end within 70 minutes, found it still open on box');
  });

  it('and is settled by what it took when it ends at last, staying what it was', async () => {
    pass(90);
    await look();
    world.github.jobs.set(700, [
      aJob({ conclusion: 'cancelled', startedAt: '2026-03-01T12:02:00Z', completedAt: '2026-03-01T13:32:00Z' }),
    ]);
    const end = await world.finish(planned, { late: null }, 'cancelled');

    expect(await world.readRun(planned)).toMatchObject({ state: 'failed', failures: [{ code: 'lost' }] });
    expect(comment(end)).toMatch(/1\.50\srunner h/);
  });
});

describe('a run that was given up before GitHub told of it', () => {
  it('is cancelled when it turns up after all, and costs what it took', async () => {
    await send();
    pass(20);
    await world.ask({ kind: 'show-run', repository, claim: dispatched(planned).claim });
    const late = await world.start(planned);
    world.github.jobs.set(700, [
      aJob({ conclusion: 'cancelled', startedAt: '2026-03-01T12:30:00Z', completedAt: '2026-03-01T12:36:00Z' }),
    ]);
    await world.finish(planned, { late: null }, 'cancelled');

    expect(outline(late)).toContain('cancel: given up');
    expect(await world.store.readLedger([dispatched(planned).claim])).toMatchObject([
      { job: 'train (late)', settled: { seconds: 360 } },
      { job: 'evaluate (late)', settled: { seconds: 0 } },
    ]);
  });
});

describe('a run whose end was not heard of after it was cancelled', () => {
  it('is settled by the timer', async () => {
    await send();
    await world.start(planned);
    await world.comment(number, '/cancel');
    const { claim } = dispatched(planned);
    const ended = { id: 700, attempt: 1, name: runName(claim), status: 'completed', conclusion: 'cancelled' } as const;
    world.github.runs.set(700, {
      ...ended,
      startedAt: now(),
      url: 'https://github.test/octo/flights/actions/runs/700',
    });
    world.github.jobs.set(700, [aJob({ conclusion: 'cancelled' })]);
    const plan = await world.ask({ kind: 'reconcile', repository });
    const asked = plan.changes.flatMap((change) => (change.kind === 'ask' ? [change.intent] : []));
    for (const intent of asked) await world.ask(intent);

    expect(asked).toMatchObject([{ kind: 'observe-run', runId: 700 }]);
    expect(await world.store.listUnsettledRuns(1)).toEqual([]);
  });
});
