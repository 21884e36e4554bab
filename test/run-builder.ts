import type { RunRecord } from '../src/store/run-record.ts';

/** A run of one model that was just planned, changed in what a test states. */
export function aRun(changes: Partial<RunRecord> = {}): RunRecord {
  return {
    claim: '00000000-0000-8000-8000-000000000001',
    repositoryId: 1,
    pullRequest: 5,
    fence: 1,
    head: 'b'.repeat(40),
    base: 'a'.repeat(40),
    models: [{ model: 'late', trainingKey: null, evaluationKey: 'key', trains: true, evaluates: true }],
    state: 'planned',
    runId: null,
    attempt: 1,
    url: null,
    plannedAt: '2026-05-01T10:00:00.000Z',
    startedAt: null,
    endedAt: null,
    deadlineAt: '2026-05-02T12:00:00.000Z',
    stages: [],
    failures: [],
    results: {},
    purpose: { kind: 'check' },
    retryAt: null,
    ...changes,
  };
}
