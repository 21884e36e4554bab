import type { Collected } from '../collect/accept.ts';
import type { Repository } from '../intent.ts';
import type { Policy } from '../policy/policy.ts';
import type { GithubReader, WorkflowJob } from '../ports.ts';
import type { Result } from '../result.ts';
import type { RunFailure, RunRecord } from '../store/run-record.ts';

const logLines = 30;
const lineLength = 500;

/** Why models of a completed run have no result that counts, each with the last lines of the job to blame. */
export async function runFailures(
  ended: {
    readonly repository: Repository;
    readonly run: RunRecord;
    readonly jobs: readonly WorkflowJob[];
    readonly collected: Readonly<Record<string, Collected>>;
    readonly conclusion: string | null;
    readonly policy: Policy | null;
  },
  github: Pick<GithubReader, 'readLogTail'>,
): Promise<readonly RunFailure[]> {
  const failures: RunFailure[] = [];
  for (const { model } of ended.run.models) {
    const collected = ended.collected[model];
    if (collected === undefined) continue;
    const blamed =
      collected.kind === 'failure'
        ? blame(model, { ...ended, failure: collected.failure })
        : lostTraining(model, { ...ended, result: collected.result });
    if (blamed === null) continue;
    const logTail = blamed.job === null ? [] : await github.readLogTail(ended.repository, blamed.job.id, logLines);
    failures.push({ ...blamed.failure, logTail: logTail.map((line) => line.slice(0, lineLength)) });
  }
  return failures;
}

interface Blamed {
  readonly failure: RunFailure;
  readonly job: WorkflowJob | null;
}

/** Null when nothing failed but somebody cancelled the run. */
function blame(
  model: string,
  ended: {
    readonly jobs: readonly WorkflowJob[];
    readonly conclusion: string | null;
    readonly policy: Policy | null;
    readonly failure: RunFailure;
  },
): Blamed | null {
  const { jobs, conclusion, policy, failure } = ended;
  // A result that is there and wrong says more than the job that wrote it.
  if (failure.code !== 'result-missing') return { failure, job: null };
  const train = jobs.find(({ name }) => name === `train (${model})`);
  const evaluate = jobs.find(({ name }) => name === `evaluate (${model})`);
  const minutes = policy?.models[model]?.train?.['timeout-minutes'];
  if (train !== undefined && minutes !== undefined && ranOut(train, minutes)) {
    const message = `expected the training to end within ${minutes} minutes, found it still running; raise \`timeout-minutes\` or train less`;
    return { failure: { code: 'timed-out', message, model, logTail: [] }, job: train };
  }
  const lost = loss(model, train) ?? loss(model, evaluate);
  if (lost !== null) return lost;
  for (const [job, code] of [
    [train, 'training-failed'],
    [evaluate, 'evaluation-failed'],
  ] as const) {
    if (job?.conclusion !== 'failure' && job?.conclusion !== 'timed_out') continue;
    const message = `expected job ${job.name} to succeed, found ${job.conclusion.replace('_', ' ')}; its last lines say why`;
    return { failure: { code, message, model, logTail: [] }, job };
  }
  if (conclusion === 'cancelled') return null;
  if (jobs.length === 0) {
    const message = `expected the workflow to start, found ${conclusion ?? 'no job'}; look at the run's page`;
    return { failure: { code: 'dispatch-refused', message, model, logTail: [] }, job: null };
  }
  return { failure, job: evaluate ?? null };
}

/** The evaluation still tells of a training whose machine was lost that it brought no model: that is no result. */
function lostTraining(
  model: string,
  { jobs, result }: { readonly jobs: readonly WorkflowJob[]; readonly result: Result },
): Blamed | null {
  if (result.training !== null || result.failures.every(({ part }) => part !== 'training')) return null;
  return loss(
    model,
    jobs.find(({ name }) => name === `train (${model})`),
  );
}

/** The failure of a job by its machine's fault; null when it has another one, or none. */
function loss(model: string, job: WorkflowJob | undefined): Blamed | null {
  if (job !== undefined && isMachineLost(job)) {
    const machine = job.runnerName === null ? 'its machine' : `machine ${job.runnerName}`;
    const message = `expected ${machine} to end job ${job.name}, found that it vanished in the middle of it; look whether it was taken away or ran out of memory`;
    return { failure: { code: 'runner-lost', message, model, logTail: [] }, job };
  }
  if (job !== undefined && isUntaken(job)) {
    const message = `expected a runner with the labels ${job.labels.join(', ')} to take job ${job.name} within a day, found none; look at the runners of the repository and its organisation`;
    return { failure: { code: 'no-runner', message, model, logTail: [] }, job: null };
  }
  return null;
}

/** A job whose machine goes silent fails after some minutes, with no step of it to blame. */
function isMachineLost({ conclusion, runnerName, hasFailedStep }: WorkflowJob): boolean {
  return conclusion === 'failure' && runnerName !== null && !hasFailedStep;
}

/** GitHub gives up on a job that no runner took after a day. A person who cancels it does so earlier. */
function isUntaken({ conclusion, runnerName, createdAt, completedAt }: WorkflowJob): boolean {
  if (conclusion !== 'cancelled' && conclusion !== 'failure') return false;
  if (runnerName !== null || completedAt === null) return false;
  return Date.parse(completedAt) - Date.parse(createdAt) >= 23.5 * 3_600_000;
}

/** GitHub calls a job that its time limit stopped `cancelled`, as if a person had done it. */
function ranOut({ conclusion, startedAt, completedAt }: WorkflowJob, minutes: number): boolean {
  if ((conclusion !== 'cancelled' && conclusion !== 'timed_out') || startedAt === null || completedAt === null)
    return false;
  return Date.parse(completedAt) - Date.parse(startedAt) >= minutes * 60_000;
}
