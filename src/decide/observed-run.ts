import type { RunFacts } from '../facts/run-facts.ts';
import type { Policy } from '../policy/policy.ts';
import type { WorkflowJob } from '../ports.ts';
import type { RunFailure, RunRecord, Stage } from '../store/run-record.ts';
import { aroundMinutes, evaluationMinutes } from './request-run.ts';

/** The record of the run as GitHub tells it now. A run that we gave up stays so; its results are kept for reuse. */
export function observed(runId: number, facts: RunFacts): RunRecord {
  const { run, github, jobs, now } = facts;
  if (github === null) {
    const message = 'expected the run on GitHub, found that it was deleted; type `/evaluate` to run it again';
    const lost = { code: 'lost', message, model: null, logTail: [] } as const;
    return run.endedAt !== null && run.retryAt === null
      ? run
      : { ...run, state: 'failed', endedAt: now, retryAt: null, failures: [lost] };
  }
  const seen = {
    ...run,
    runId,
    attempt: github.attempt,
    url: github.url,
    startedAt: earliest(jobs) ?? run.startedAt,
    stages: stagesOf(jobs, now),
    retryAt: null,
  };
  const wasGivenUp = isGivenUp(run, github.attempt);
  if (github.status !== 'completed') {
    if (wasGivenUp) return { ...seen, stages: [] };
    const silent = silence(jobs, { policy: facts.policy, now });
    if (silent !== null) return { ...seen, state: 'failed', endedAt: now, failures: [silent] };
    const state = github.status === 'in_progress' ? 'running' : 'dispatched';
    const startedAt = seen.startedAt ?? (state === 'running' ? now : null);
    return { ...seen, state, startedAt, endedAt: null, failures: [] };
  }
  // The newest attempt decides: where it failed, what an earlier one had measured is no longer what the run left.
  const failed = new Set(facts.failures.map(({ model }) => model));
  const all = Object.entries({ ...run.results, ...facts.results });
  const results = Object.fromEntries(all.filter(([model]) => !failed.has(model)));
  const isWhole = run.models.every(({ model }) => results[model] !== undefined);
  const ended = facts.failures.length > 0 ? 'failed' : isWhole ? 'completed' : 'cancelled';
  return {
    ...seen,
    state: wasGivenUp ? run.state : ended,
    startedAt: seen.startedAt ?? now,
    endedAt: latest(jobs) ?? now,
    failures: wasGivenUp && run.state === 'failed' ? run.failures : facts.failures,
    results,
  };
}

/** Whether nobody waits for the end of this attempt any more: it was called off, or given up when its time was over. */
export function isGivenUp(run: RunRecord, attempt: number): boolean {
  if (run.state === 'superseded' || run.state === 'cancelled') return true;
  const isOver = run.state === 'failed' && run.retryAt === null && attempt <= run.attempt;
  return isOver && run.failures.some(({ model, code }) => model === null && (code === 'timed-out' || code === 'lost'));
}

/** GitHub ends a job at its time limit. One that goes on this much longer has nobody to end it. */
const silenceMinutes = 15;

/** The job of which nothing is heard although its time is over; null when there is none. */
function silence(
  jobs: readonly WorkflowJob[],
  { policy, now }: { readonly policy: Policy | null; readonly now: string },
): RunFailure | null {
  for (const { name, status, startedAt, runnerName } of jobs) {
    if (status !== 'in_progress' || startedAt === null) continue;
    const model = /^train \((.+)\)$/.exec(name)?.[1];
    const training = model === undefined ? undefined : policy?.models[model]?.train?.['timeout-minutes'];
    if (model !== undefined && training === undefined) continue;
    const limit = training === undefined ? evaluationMinutes : Math.ceil(training) + aroundMinutes;
    const minutes = (Date.parse(now) - Date.parse(startedAt)) / 60_000;
    if (minutes <= limit + silenceMinutes) continue;
    const message = `expected job ${name} to end within ${limit} minutes, found it still open on ${runnerName ?? 'its machine'} after ${Math.floor(minutes)}; look at that machine, then type \`/retry\``;
    return { code: 'lost', message, model: null, logTail: [] };
  }
  return null;
}

/** So long a job may wait for a runner before it is said. */
const queueMinutes = 10;

function stagesOf(jobs: readonly WorkflowJob[], now: string): readonly Stage[] {
  return jobs.map(({ name, status, conclusion, startedAt, completedAt, labels, runnerName, createdAt }) => {
    const isWaiting = status === 'queued' && runnerName === null;
    const isLong = isWaiting && Date.parse(now) - Date.parse(createdAt) >= queueMinutes * 60_000;
    const waits = isLong ? { waits: { labels, since: createdAt } } : {};
    const seconds =
      startedAt === null || completedAt === null ? null : (Date.parse(completedAt) - Date.parse(startedAt)) / 1000;
    return { name, state: stageState(status, conclusion), seconds, ...waits };
  });
}

function stageState(status: string, conclusion: string | null): Stage['state'] {
  if (status === 'in_progress') return 'running';
  if (status !== 'completed') return 'waiting';
  if (conclusion === 'success') return 'done';
  return conclusion === 'skipped' ? 'skipped' : 'failed';
}

function earliest(jobs: readonly WorkflowJob[]): string | null {
  return jobs.flatMap(({ startedAt }) => startedAt ?? []).sort()[0] ?? null;
}

function latest(jobs: readonly WorkflowJob[]): string | null {
  return (
    jobs
      .flatMap(({ completedAt }) => completedAt ?? [])
      .sort()
      .at(-1) ?? null
  );
}
