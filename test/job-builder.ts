import type { WorkflowJob } from '../src/ports.ts';

/** A job that a machine did, changed in what a test states. */
export function aJob(changes: Partial<WorkflowJob> = {}): WorkflowJob {
  return {
    id: 1,
    name: 'train (late)',
    attempt: 1,
    status: 'completed',
    conclusion: 'success',
    labels: ['gpu'],
    runnerName: 'box',
    createdAt: '2026-03-01T12:00:00Z',
    startedAt: '2026-03-01T12:01:00Z',
    completedAt: '2026-03-01T12:02:00Z',
    hasFailedStep: changes.conclusion === 'failure',
    ...changes,
  };
}
