import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Effect } from '../src/effect.ts';
import { applying, asked, saveRun } from './applying.ts';
import { localGithub, repository } from './github/local-github.ts';
import { aRun } from './run-builder.ts';
import { dispatch } from './store/effects.ts';
import { openTestStore, type TestStore } from './store/test-store.ts';

const { claim } = aRun();
let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened[Symbol.asyncDispose]());

const { record, apply } = applying(() => opened);

describe('a run that was planned just before runs were frozen', () => {
  it('is not started, and the check says who froze them', async () => {
    await using github = await localGithub({});
    const freeze = {
      scope: { kind: 'repository', repositoryId: repository.id },
      target: 'runs',
      by: 'ada',
      reason: 'maintenance',
      since: '2026-05-01T10:00:00.000Z',
      until: '2999-01-01T00:00:00.000Z',
      number: 5,
    } as const;
    const rerun: Effect = { kind: 'rerun-failed-jobs', claim, runId: 12, attempt: 2 };
    await record([dispatch, rerun], [saveRun(), { kind: 'save-freeze', freeze }]);

    expect(await apply(github)).toEqual(['failed', 'failed']);
    expect(asked(github)).toEqual([]);
    expect((await opened.store.readRun(claim))?.failures[0]?.message).toContain('ada froze them until 2999');
  });
});
