import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Effect } from '../src/effect.ts';
import { run } from '../src/run.ts';
import { applying, asked, away, lane, saveRun } from './applying.ts';
import { type LocalGithub, localGithub, repository } from './github/local-github.ts';
import type { Reply } from './github/local-server.ts';
import { memoryReleases } from './memory-releases.ts';
import { plainTokens } from './proof-builder.ts';
import { aRun } from './run-builder.ts';
import { dispatch } from './store/effects.ts';
import { openTestStore, type TestStore } from './store/test-store.ts';

const { claim } = aRun();
const cancelPath = 'POST actions/runs/12/cancel';
const forcePath = 'POST actions/runs/12/force-cancel';
const rerunPath = 'POST actions/runs/12/rerun-failed-jobs';
const readPath = 'GET actions/runs/12';
const accepted: Reply = { status: 202, json: {} };

const onGithub = (attempt: number, status: 'in_progress' | 'completed'): Reply => ({
  status: 200,
  json: {
    id: 12,
    display_title: 'x',
    run_attempt: attempt,
    status,
    conclusion: null,
    created_at: '2026-03-01T12:00:00Z',
    html_url: 'https://github.example/runs/12',
  },
});

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened[Symbol.asyncDispose]());
beforeEach(() => opened.clear());

const { record, apply, wait } = applying(() => opened);

/** What the delayed intents of this lane come to, that are due now. */
async function obeyDue(github: LocalGithub): Promise<readonly string[]> {
  const done: string[] = [];
  for (;;) {
    const delivery = await opened.store.takeDelivery(lane);
    if (delivery === null) return done;
    const ports = {
      github: github.reader,
      tokens: plainTokens,
      releases: memoryReleases(),
      store: opened.store,
      now: opened.clock.now.toISOString(),
    };
    const plan = await run(JSON.parse(delivery.payload), ports);
    done.push(...plan.effects.map(({ kind }) => kind));
    await opened.store.endDelivery(delivery.id, { kind: 'done' });
  }
}

describe('a run that was cancelled', () => {
  const cancel: Effect = { kind: 'cancel-run', claim, runId: 12, reason: 'superseded' };
  const cancelled = saveRun({ state: 'cancelled', runId: 12, endedAt: '2026-05-01T10:10:00.000Z' });

  it('and goes on a minute later is ended by force', async () => {
    await using github = await localGithub({
      [cancelPath]: accepted,
      [readPath]: onGithub(1, 'in_progress'),
      [forcePath]: accepted,
    });
    await record([cancel], [cancelled]);
    await apply(github);
    wait(59);
    const tooEarly = await obeyDue(github);
    wait(1);
    const due = await obeyDue(github);
    await apply(github);

    expect([tooEarly, due]).toEqual([[], ['force-cancel-run']]);
    expect(asked(github)).toEqual([cancelPath, readPath, forcePath]);
  });

  it('and has ended by then is left alone', async () => {
    await using github = await localGithub({ [cancelPath]: accepted, [readPath]: onGithub(1, 'completed') });
    await record([cancel], [cancelled]);
    await apply(github);
    wait(60);

    expect(await obeyDue(github)).toEqual([]);
  });

  it('and was run again by somebody meanwhile is left alone', async () => {
    await using github = await localGithub({ [cancelPath]: accepted, [readPath]: onGithub(2, 'in_progress') });
    await record([cancel], [cancelled]);
    await apply(github);
    wait(60);

    expect(await obeyDue(github)).toEqual([]);
  });

  it('has its minute from when GitHub was reached, however long that took', async () => {
    await using github = await localGithub({
      [cancelPath]: [away, away, accepted],
      [readPath]: onGithub(1, 'in_progress'),
    });
    await record([cancel], [cancelled]);
    for (let time = 0; time < 3; time += 1) {
      await apply(github);
      wait(40);
    }
    const early = await obeyDue(github);
    wait(20);

    expect([early, await obeyDue(github)]).toEqual([[], ['force-cancel-run']]);
  });

  it('is cancelled and watched again when the process died between GitHub’s answer and its being written down', async () => {
    await using github = await localGithub({
      [cancelPath]: [accepted, { status: 409, json: { message: 'Cannot cancel a workflow run that is completed.' } }],
      [readPath]: onGithub(1, 'completed'),
    });
    await record([cancel], [cancelled]);
    const [effect] = await opened.store.outbox.listDue(lane);
    await opened.store.outbox.begin(effect?.id ?? 0);
    await github.writer.cancelRun(repository, 12);
    const after = await apply(github);
    wait(60);

    expect(after).toEqual(['done']);
    expect(await obeyDue(github)).toEqual([]);
  });

  it('before it was sent gives back what was set aside', async () => {
    await using github = await localGithub({});
    await record([dispatch], [saveRun(), { kind: 'reserve', entries: [entry], limits: [] }]);
    await record([{ ...cancel, runId: null }], [saveRun({ state: 'superseded' })]);
    await apply(github);

    expect(asked(github)).toEqual([]);
    expect(await opened.store.readLedger([claim])).toMatchObject([{ settled: { seconds: 0, micros: 0 } }]);
  });
});

const entry = {
  claim,
  attempt: 1,
  job: 'train (late)',
  model: 'late',
  kind: 'train',
  repositoryId: 1,
  owner: 'acme',
  pullRequest: 5,
  person: 'grace',
  labels: ['gpu'],
  currency: 'USD',
  microsPerHour: null,
  reserved: { seconds: 60, micros: 0 },
  basis: 'past',
  reservedAt: '2026-03-01T12:00:00.000Z',
  settled: null,
  succeeded: null,
} as const;

describe('a dispatch that GitHub refuses', () => {
  it('gives back what was set aside', async () => {
    await using github = await localGithub({
      'POST actions/workflows/siskin.yml/dispatches': { status: 403, json: {} },
    });
    await record([dispatch], [saveRun(), { kind: 'reserve', entries: [entry], limits: [] }]);
    await apply(github);

    expect(await opened.store.readLedger([claim])).toMatchObject([{ settled: { seconds: 0, micros: 0 } }]);
  });
});

describe('running failed jobs again', () => {
  const again: Effect = { kind: 'rerun-failed-jobs', claim, runId: 12, attempt: 2 };
  const planned = saveRun({ state: 'dispatched', runId: 12, attempt: 2 });
  const created: Reply = { status: 201, json: {} };

  it('asks once, however often it is planned', async () => {
    await using github = await localGithub({ [rerunPath]: created });
    await record([again], [planned]);
    await apply(github);
    await record([again]);
    await apply(github);

    expect(asked(github)).toEqual([rerunPath]);
  });

  it('asks for each further attempt', async () => {
    await using github = await localGithub({ [rerunPath]: [created, created] });
    await record([again], [planned]);
    await apply(github);
    await record([{ ...again, attempt: 3 }]);
    await apply(github);

    expect(asked(github)).toEqual([rerunPath, rerunPath]);
  });

  it('looks for the attempt before it asks again where an answer never came', async () => {
    await using github = await localGithub({ [rerunPath]: away, [readPath]: onGithub(2, 'in_progress') });
    await record([again], [planned]);
    await apply(github);
    wait(3);

    expect(await apply(github)).toEqual(['done']);
    expect(asked(github)).toEqual([rerunPath, readPath]);
  });

  it('asks again where the attempt is not there', async () => {
    await using github = await localGithub({ [rerunPath]: [away, created], [readPath]: onGithub(1, 'completed') });
    await record([again], [planned]);
    await apply(github);
    wait(3);

    expect(await apply(github)).toEqual(['done']);
    expect(asked(github)).toEqual([rerunPath, readPath, rerunPath]);
  });

  it('does not ask for what was called off meanwhile', async () => {
    await using github = await localGithub({});
    await record([again], [saveRun({ state: 'cancelled', runId: 12, attempt: 2 })]);

    expect(await apply(github)).toEqual(['done']);
    expect(asked(github)).toEqual([]);
  });

  it('that GitHub refuses ends the run and has it shown', async () => {
    await using github = await localGithub({
      [rerunPath]: { status: 403, json: { message: 'created over a month ago' } },
    });
    await record([again], [planned]);
    await apply(github);

    expect(await opened.store.readRun(claim)).toMatchObject({
      state: 'failed',
      failures: [{ code: 'dispatch-refused' }],
    });
    expect((await opened.store.takeDelivery(lane))?.payload).toContain('show-run');
  });
});

describe('the jobs of a run', () => {
  const job = (changes: object) => ({
    id: 1,
    name: 'train (late)',
    run_attempt: 1,
    status: 'completed',
    conclusion: 'failure',
    labels: ['gpu'],
    runner_name: 'box',
    created_at: '2026-03-01T12:00:00Z',
    started_at: '2026-03-01T12:01:00Z',
    completed_at: '2026-03-01T12:02:00Z',
    steps: [],
    ...changes,
  });

  it('have a start only once a machine took them, whatever GitHub says of when they were queued', async () => {
    const untaken = { runner_name: '', started_at: '2026-03-01T12:00:00Z' };
    await using github = await localGithub({
      'GET actions/runs/12/jobs': { status: 200, json: { total_count: 2, jobs: [job(untaken), job({ id: 2 })] } },
    });

    const jobs = await github.reader.listAllJobs(repository, 12);

    expect(jobs.map(({ runnerName, startedAt }) => [runnerName, startedAt])).toEqual([
      [null, null],
      ['box', '2026-03-01T12:01:00Z'],
    ]);
    expect(github.seen[0]?.path).toContain('filter=all');
  });

  it('that failed without a failed step lost their machine', async () => {
    const steps = [{ name: 'Train', status: 'in_progress', conclusion: null }];
    const bad = [{ name: 'Train', status: 'completed', conclusion: 'failure' }];
    await using github = await localGithub({
      'GET actions/runs/12/jobs': {
        status: 200,
        json: { total_count: 2, jobs: [job({ steps }), job({ steps: bad })] },
      },
    });

    expect((await github.reader.listJobs(repository, 12)).map(({ hasFailedStep }) => hasFailedStep)).toEqual([
      false,
      true,
    ]);
  });
});
