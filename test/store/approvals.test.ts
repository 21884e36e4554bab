import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Approval } from '../../src/store/approval-record.ts';
import { aPlan } from './effects.ts';
import { openTestStore, repository, sha, type TestStore } from './test-store.ts';

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened[Symbol.asyncDispose]());
beforeEach(() => opened.clear());

const approval = (changes: Partial<Approval> = {}): Approval => ({
  repositoryId: 1,
  number: 5,
  kind: 'override-gate',
  subject: 'late/roc-auc',
  head: sha('b'),
  tree: sha('1'),
  artifact: `sha256:${'2'.repeat(64)}`,
  policy: `sha256:${'3'.repeat(64)}`,
  by: 'ada',
  reason: 'known label shift',
  at: '2026-03-01T12:00:00.000Z',
  ...changes,
});

const save = (...approvals: Approval[]) =>
  opened.store.record(
    repository,
    aPlan({ changes: approvals.map((one) => ({ kind: 'save-approval', approval: one })) }),
  );

describe('approvals', () => {
  it('come back as they were given, oldest first', async () => {
    const later = approval({ kind: 'run', subject: '', artifact: null, reason: '', at: '2026-03-01T13:00:00.000Z' });

    await save(later, approval());

    expect(await opened.store.listApprovals(1, 5)).toEqual([approval(), later]);
    expect(await opened.store.listApprovals(1, 6)).toEqual([]);
    expect(await opened.store.listApprovals(2, 5)).toEqual([]);
  });

  it('are never overwritten: the first person who gave one stays', async () => {
    await save(approval());
    await save(approval({ by: 'mallory', reason: 'because', at: '2026-03-02T12:00:00.000Z' }));

    expect(await opened.store.listApprovals(1, 5)).toEqual([approval()]);
  });

  it('of gates are found by the candidate, in whatever pull request', async () => {
    const other = approval({ number: 7, at: '2026-03-01T12:30:00.000Z' });
    await save(approval(), other, approval({ artifact: `sha256:${'9'.repeat(64)}`, head: sha('c') }));

    expect(await opened.store.listOverrides(1, approval().artifact ?? '')).toEqual([approval(), other]);
  });
});
