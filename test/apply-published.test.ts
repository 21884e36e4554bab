import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { applying, asked, away, commentsPath, ours, saveRun } from './applying.ts';
import { localGithub } from './github/local-github.ts';
import { check, comment } from './store/effects.ts';
import { openTestStore, sha, type TestStore } from './store/test-store.ts';

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened[Symbol.asyncDispose]());
beforeEach(() => opened.clear());

const { record, apply, wait } = applying(() => opened);

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

  it('says that it may be late when GitHub throttled us shortly before, and not for ever', async () => {
    await using github = await localGithub({
      [`GET ${commentsPath}`]: { status: 200, json: [] },
      [`POST ${commentsPath}`]: { status: 201, json: { id: 41 } },
      'PATCH issues/comments/41': { status: 200, json: { id: 41 } },
    });
    await opened.store.throttle(5, { by: 'secondary', seconds: 300 });

    await record([comment('queued')]);
    const held = await apply(github);
    wait(301);
    await apply(github);
    await record([comment('done')]);
    wait(601);
    await apply(github);

    expect(held).toEqual(['later']);
    const bodies = github.seen.flatMap(({ body }) => (body === '' ? [] : [JSON.stringify(body)]));
    expect(bodies).toEqual([
      expect.stringContaining(
        'Degraded: GitHub throttled this App until 12:05 UTC; what stands here may have come late.',
      ),
      expect.not.stringContaining('Degraded'),
    ]);
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
