import type { ModelPolicy } from '../policy/policy.ts';
import type { Approval } from '../store/approval-record.ts';
import type { RunFailure, RunRecord, Stage } from '../store/run-record.ts';
import { isAcceptable } from './champion.ts';
import { judge } from './judge.ts';
import type { ModelState } from './view.ts';

/** Where a model stands by the record of the run that it waits for, judged with the policy of the run's base. */
export function modelState(
  run: RunRecord,
  options: {
    readonly model: string;
    /** Null when the policy at the run's base cannot be had any more: then nothing can be judged. */
    readonly policy: ModelPolicy | null;
    /** The pull request that shows it; null for a push to the default branch. */
    readonly number: number | null;
    /** Those that hold for the commit. */
    readonly approvals?: readonly Approval[];
    /** The run's page when the result was measured for another commit. */
    readonly reusedFrom?: string | null;
  },
): ModelState {
  const { model, policy, approvals = [] } = options;
  const result = run.results[model];
  if (result !== undefined && policy !== null) {
    const judgement = judge({ model, policy, result, approvals });
    const isFirst = options.number === null && judgement.verdict === 'inconclusive';
    return {
      kind: 'judged',
      judgement,
      result,
      isFirstChampion: isFirst && isAcceptable({ model, policy, result, approvals }),
      reusedFrom: options.reusedFrom ?? null,
      waitedSeconds: secondsBetween(run.plannedAt, run.startedAt),
      ranSeconds: secondsBetween(run.startedAt, run.endedAt),
    };
  }
  if (run.retryAt !== null) {
    const { message } = failureOf(run, model);
    return {
      kind: 'queued',
      since: run.endedAt ?? run.plannedAt,
      again: { attempt: run.attempt + 1, at: run.retryAt, message },
    };
  }
  switch (run.state) {
    case 'planned':
    case 'dispatched': {
      const waits = stagesOf(run.stages, model).find((stage) => stage.waits !== undefined)?.waits;
      return { kind: 'queued', since: run.plannedAt, ...(waits === undefined ? {} : { waits }) };
    }
    case 'running':
      return { kind: 'running', since: run.startedAt ?? run.plannedAt, stages: stagesOf(run.stages, model) };
    case 'superseded':
      return { kind: 'superseded', by: 'a newer commit' };
    case 'cancelled':
      return { kind: 'cancelled', by: onGithub };
    case 'completed':
    case 'failed':
      return { kind: 'failed', failure: failureOf(run, model) };
    default:
      return run.state satisfies never;
  }
}

/** Who cancelled a run that nobody cancelled here. */
export const onGithub = 'somebody on GitHub';

/** The workflow names its jobs `train (<model>)` and `evaluate (<model>)`; a job without brackets belongs to all. */
function stagesOf(stages: readonly Stage[], model: string): readonly Stage[] {
  return stages.filter(({ name }) => !name.includes('(') || name.endsWith(`(${model})`));
}

/** Why a run has no result of a model that counts. */
export function failureOf(run: RunRecord, model: string): RunFailure {
  const own = run.failures.find((failure) => failure.model === model);
  const common = run.failures.find((failure) => failure.model === null);
  const message = 'expected a result for this model, found none; type `/evaluate` to measure it again';
  return own ?? common ?? { code: 'result-missing', message, model, logTail: [] };
}

function secondsBetween(from: string | null, to: string | null): number | null {
  if (from === null || to === null) return null;
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}
