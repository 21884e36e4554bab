import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runName } from '../src/run-plan.ts';
import { applying, asked, away, commentsPath, dispatchPath, lane, ours, saveRun } from './applying.ts';
import { localGithub } from './github/local-github.ts';
import type { Reply } from './github/local-server.ts';
import { aRun } from './run-builder.ts';
import { check, dispatch } from './store/effects.ts';
import { openTestStore, sha, type TestStore } from './store/test-store.ts';

const { claim } = aRun();
const runsPath = 'GET actions/workflows/siskin.yml/runs';
const started: Reply = { status: 200, json: { workflow_run_id: 12, html_url: 'https://github.example/runs/12' } };
const runs = (...names: readonly string[]): Reply => ({
  status: 200,
  json: {
    workflow_runs: names.map((name, index) => ({
      id: 70 + index,
      display_title: name,
      event: 'workflow_dispatch',
      head_branch: 'main',
      actor: { login: 'siskin[bot]' },
      status: 'queued',
      conclusion: null,
      html_url: 'https://github.example/runs/70',
    })),
  },
});

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened[Symbol.asyncDispose]());
beforeEach(() => opened.clear());

const { record, apply, wait } = applying(() => opened);

describe('a dispatch', () => {
  it('keeps the run that GitHub started', async () => {
    await using github = await localGithub({ [dispatchPath]: started });
    await record([dispatch], [saveRun()]);

    await apply(github);

    expect(await opened.store.readRun(claim)).toMatchObject({ state: 'dispatched', runId: 12 });
    expect(github.seen[0]?.body).toHaveProperty('inputs.plan', expect.stringContaining(claim));
  });

  it('looks for the run by its name before it asks again, and does not ask when it is there', async () => {
    await using github = await localGithub({ [dispatchPath]: away, [runsPath]: runs('another', runName(claim)) });
    await record([dispatch], [saveRun()]);

    const first = await apply(github);
    const tooEarly = await apply(github);
    wait(3);
    const second = await apply(github);

    expect([first, tooEarly, second]).toEqual([['later'], [], ['done']]);
    expect(asked(github)).toEqual([dispatchPath, runsPath]);
    expect(await opened.store.readRun(claim)).toMatchObject({ state: 'dispatched', runId: 71 });
  });

  it('asks again only when GitHub has had time to list a run of that name and has none', async () => {
    await using github = await localGithub({ [dispatchPath]: [away, started], [runsPath]: runs() });
    await record([dispatch], [saveRun()]);

    await apply(github);
    wait(3);
    const tooEarly = await apply(github);
    wait(12);
    const then = await apply(github);

    expect([tooEarly, then]).toEqual([['later'], ['done']]);
    expect(asked(github)).toEqual([dispatchPath, runsPath, runsPath, dispatchPath]);
  });

  it('looks first also after a crash in the middle of it', async () => {
    await using github = await localGithub({ [runsPath]: runs(runName(claim)) });
    await record([dispatch], [saveRun()]);
    const [effect] = await opened.store.outbox.listDue(lane);
    await opened.store.outbox.begin(effect?.id ?? 0);

    await apply(github);

    expect(asked(github)).toEqual([runsPath]);
  });

  it.each([
    [{ status: 404, json: { message: 'Not Found' } }, 'workflow-missing'],
    [{ status: 403, json: { message: 'Resource not accessible' } }, 'dispatch-refused'],
    [{ status: 422, json: { message: "Workflow does not have 'workflow_dispatch' trigger" } }, 'dispatch-refused'],
  ])('that is refused (%o) ends the run as %s and has it shown', async (reply, code) => {
    await using github = await localGithub({ [dispatchPath]: reply });
    await record([dispatch], [saveRun()]);

    const outcome = await apply(github);

    expect(outcome).toEqual(['failed']);
    expect(await opened.store.readRun(claim)).toMatchObject({ state: 'failed', failures: [{ code }] });
    expect((await opened.store.takeDelivery(lane))?.payload).toContain('show-run');
  });

  it('that finds GitHub away for long ends as refused, not in silence', async () => {
    await using github = await localGithub({ [dispatchPath]: away, [runsPath]: runs() });
    await record([dispatch], [saveRun()]);

    const outcomes: string[] = [];
    for (let time = 0; time < 12; time += 1) {
      outcomes.push(...(await apply(github)));
      wait(301);
    }

    expect(outcomes).toEqual([...Array.from({ length: 7 }, () => 'later'), 'failed']);
    expect(await opened.store.readRun(claim)).toMatchObject({ state: 'failed' });
  });

  it('is not sent for a run that was called off', async () => {
    await using github = await localGithub({ [dispatchPath]: started });
    await record([dispatch], [saveRun({ state: 'superseded' })]);

    expect(await apply(github)).toEqual(['done']);
    expect(asked(github)).toEqual([]);
  });

  it('is followed by its cancellation with the id that GitHub told meanwhile', async () => {
    await using github = await localGithub({ [dispatchPath]: started, 'POST actions/runs/12/cancel': { status: 202 } });
    await record([dispatch], [saveRun()]);
    await apply(github);

    await record([{ kind: 'cancel-run', claim, runId: null, reason: 'a newer head' }]);
    await apply(github);

    expect(asked(github)).toEqual([dispatchPath, 'POST actions/runs/12/cancel']);
  });
});

describe('effects together', () => {
  it('go on while one of them must wait', async () => {
    await using github = await localGithub({
      [dispatchPath]: away,
      'POST check-runs': { status: 201, json: { id: 31 } },
    });
    await record([dispatch, check('Queued')], [saveRun()]);

    expect(await apply(github)).toEqual(['later', 'done']);
  });

  it('wait as long as GitHub asks for', async () => {
    await using github = await localGithub({
      'POST check-runs': [
        { status: 403, headers: { 'retry-after': '120' }, json: {} },
        { status: 201, json: { id: 31 } },
      ],
      [`GET commits/${sha('b')}/check-runs`]: { status: 200, json: { check_runs: [] } },
    });
    await record([check('Queued')]);

    await apply(github);
    wait(119);
    const early = await apply(github);
    wait(2);

    expect([early, await apply(github)]).toEqual([[], ['done']]);
  });

  it('give a reaction up soon and a reply late', async () => {
    await using github = await localGithub({
      'POST issues/comments/9/reactions': away,
      [`POST ${commentsPath}`]: away,
      [`GET ${commentsPath}`]: { status: 200, json: [] },
    });
    await record([
      { kind: 'react', commentId: 9, content: 'eyes' },
      { kind: 'reply', number: 5, body: 'hello', key: 'k' },
    ]);

    for (let time = 0; time < 3; time += 1) {
      await apply(github, 'repository/1');
      await apply(github);
      wait(20);
    }

    const { failedEffects, waitingEffects } = await opened.store.readBacklog();
    expect({ failedEffects, waitingEffects }).toEqual({ failedEffects: 1, waitingEffects: 1 });
  });

  it('do not reply twice when the first reply arrived and its answer was lost', async () => {
    let posted = '';
    await using github = await localGithub({
      [`POST ${commentsPath}`]: (request, response) => {
        posted = (request.body as { body: string }).body;
        response.destroy();
      },
      [`GET ${commentsPath}`]: (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify([ours(50, posted)]));
      },
    });
    await record([{ kind: 'reply', number: 5, body: 'hello', key: 'k' }]);

    await apply(github);
    wait(3);
    const second = await apply(github);

    expect(second).toEqual(['done']);
    expect(asked(github).filter((one) => one.startsWith('POST'))).toHaveLength(1);
  });
});
