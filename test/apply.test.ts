import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { applyPending } from '../src/apply.ts';
import type { Effect, StateChange } from '../src/effect.ts';
import { runName } from '../src/run-plan.ts';
import { type LocalGithub, localGithub, repository } from './github/local-github.ts';
import type { Reply } from './github/local-server.ts';
import { aRun } from './run-builder.ts';
import { openTestStore, sha, type TestStore } from './store/test-store.ts';

const { claim } = aRun();
const lane = 'pull/1/5';
const dispatchPath = 'POST actions/workflows/siskin.yml/dispatches';
const runsPath = 'GET actions/workflows/siskin.yml/runs';
const commentsPath = 'issues/5/comments';

const dispatch: Effect = {
  kind: 'dispatch-run',
  workflow: 'siskin.yml',
  ref: 'main',
  plan: {
    schema: 'siskin.plan/v1',
    claim,
    repository: 'acme/flights',
    head: sha('b'),
    base: sha('a'),
    pullRequest: 5,
    train: [],
    evaluate: [],
  },
};
const comment = (body: string): Effect => ({ kind: 'publish-comment', number: 5, body });
const check = (title: string): Effect => ({
  kind: 'publish-check',
  head: sha('b'),
  number: 5,
  check: {
    name: 'siskin / late',
    status: 'queued',
    conclusion: null,
    title,
    summary: '',
    text: '',
    detailsUrl: null,
    annotations: [],
  },
});
const saveRun = (changes: Partial<ReturnType<typeof aRun>> = {}): StateChange => ({
  kind: 'save-run',
  run: aRun(changes),
});
const started: Reply = { status: 200, json: { workflow_run_id: 12, html_url: 'https://github.example/runs/12' } };
const away: Reply = { status: 502, json: { message: 'Bad Gateway' } };
const runs = (...names: readonly string[]): Reply => ({
  status: 200,
  json: {
    workflow_runs: names.map((name, index) => ({
      id: 70 + index,
      display_title: name,
      status: 'queued',
      conclusion: null,
      html_url: 'https://github.example/runs/70',
    })),
  },
});
const ours = (id: number, body: string) => ({ id, body, user: { login: 'siskin[bot]', type: 'Bot' } });

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened[Symbol.asyncDispose]());
beforeEach(() => opened.clear());

async function record(effects: readonly Effect[], changes: readonly StateChange[] = []): Promise<void> {
  await opened.store.record(repository, { changes, effects });
}

async function apply(github: LocalGithub, where = lane) {
  const applied = await applyPending(where, { github: github.writer, outbox: opened.store.outbox });
  return applied.map(({ outcome }) => outcome.kind);
}

function wait(seconds: number): void {
  opened.clock.now = new Date(opened.clock.now.getTime() + seconds * 1000);
}

function asked(github: LocalGithub): readonly string[] {
  return github.seen.map(({ method, path }) => `${method} ${path.split('?')[0]?.replace('/repos/acme/flights/', '')}`);
}

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

describe('the comment', () => {
  it('is written once and then edited', async () => {
    await using github = await localGithub({
      [`GET ${commentsPath}`]: { status: 200, json: [] },
      [`POST ${commentsPath}`]: { status: 201, json: { id: 41 } },
      'PATCH issues/comments/41': { status: 200, json: { id: 41 } },
    });

    await record([comment('queued')]);
    await apply(github);
    await record([comment('done')]);
    await apply(github);

    expect(asked(github)).toEqual([`GET ${commentsPath}`, `POST ${commentsPath}`, 'PATCH issues/comments/41']);
  });

  it('is found again by author and marker when our own memory of it is lost', async () => {
    const comments = [ours(41, 'old\n<!-- siskin:pull -->'), { ...ours(42, '<!-- siskin:pull -->'), user: null }];
    await using github = await localGithub({
      [`GET ${commentsPath}`]: { status: 200, json: comments },
      'PATCH issues/comments/41': { status: 200, json: { id: 41 } },
    });
    await record([comment('done')]);

    await apply(github);

    expect(asked(github)).toEqual([`GET ${commentsPath}`, 'PATCH issues/comments/41']);
    expect(await opened.store.outbox.readComment(1, 5)).toBe(41);
  });

  it('is written anew when a person deleted it', async () => {
    await using github = await localGithub({
      [`GET ${commentsPath}`]: { status: 200, json: [ours(41, '<!-- siskin:pull -->')] },
      'PATCH issues/comments/41': { status: 404, json: {} },
      [`POST ${commentsPath}`]: { status: 201, json: { id: 43 } },
    });
    await record([comment('done')]);

    await apply(github);

    expect(await opened.store.outbox.readComment(1, 5)).toBe(43);
  });

  it('is edited at most four times in any minute, with the newest words when it may be again', async () => {
    await using github = await localGithub({
      [`GET ${commentsPath}`]: { status: 200, json: [ours(41, '<!-- siskin:pull -->')] },
      'PATCH issues/comments/41': { status: 200, json: { id: 41 } },
    });

    for (let second = 0; second < 180; second += 3) {
      await record([comment(`second ${second}`)]);
      await apply(github);
      wait(3);
    }
    wait(60);
    await apply(github);

    const edits = github.seen.filter(({ method }) => method === 'PATCH');
    expect(edits.length).toBeLessThanOrEqual(4 * 3 + 1);
    expect(edits.at(-1)?.body).toHaveProperty('body', expect.stringContaining('second 177'));
  });

  it('leaves room for the verdict while a run goes on', async () => {
    await using github = await localGithub({
      [`GET ${commentsPath}`]: { status: 200, json: [ours(41, '<!-- siskin:pull -->')] },
      'PATCH issues/comments/41': { status: 200, json: { id: 41 } },
    });
    const outcomes: string[] = [];

    for (const word of ['queued', 'train', 'evaluate']) {
      await record([comment(word)], [saveRun({ state: 'running' })]);
      outcomes.push(...(await apply(github)));
    }
    await record([comment('verdict')], [saveRun({ state: 'completed' })]);
    outcomes.push(...(await apply(github)));

    expect(outcomes).toEqual(['done', 'done', 'later', 'done']);
  });
});

describe('a check', () => {
  it('is created once and then updated', async () => {
    await using github = await localGithub({
      'POST check-runs': { status: 201, json: { id: 31 } },
      'PATCH check-runs/31': { status: 200, json: { id: 31 } },
    });

    await record([check('Queued')]);
    await apply(github);
    await record([check('Running')]);
    await apply(github);

    expect(asked(github)).toEqual(['POST check-runs', 'PATCH check-runs/31']);
  });

  it('whose creation may have reached GitHub is looked for before it is created again', async () => {
    const check_runs = [{ id: 31, name: 'siskin / late', app: { id: 7 } }];
    await using github = await localGithub({
      'POST check-runs': away,
      [`GET commits/${sha('b')}/check-runs`]: { status: 200, json: { check_runs } },
      'PATCH check-runs/31': { status: 200, json: { id: 31 } },
    });
    await record([check('Queued')]);

    await apply(github);
    wait(3);
    await apply(github);

    expect(asked(github).filter((one) => one.startsWith('POST'))).toHaveLength(1);
    expect(await opened.store.outbox.readCheck(1, sha('b'), 'siskin / late')).toBe(31);
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
