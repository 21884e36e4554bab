import type { StateChange } from '../effect.ts';
import type { RunFacts } from '../facts/run-facts.ts';
import { type Intent, type Repository, siskin } from '../intent.ts';
import { isLoss } from '../run-loss.ts';
import type { RunFailure, RunRecord } from '../store/run-record.ts';
import { isStruck, mostStrikes } from './strikes.ts';

/** How often a run is run again by itself after it lost its machine, and how long after each loss. */
const waitsSeconds = [60, 240] as const;

/** What follows by itself when a run has ended: the run as it is then recorded, and what is asked for. */
export interface AfterLoss {
  readonly run: RunRecord;
  readonly changes: readonly StateChange[];
}

/**
 * A run that lost its machine is run again by itself, twice at most and later each time; a training that lost two goes to
 * the policy's machines on demand, where it names such. Not so when a checkpoint stood still meanwhile, and never when
 * what ran failed by itself.
 */
export function afterLoss(run: RunRecord, facts: RunFacts & { readonly repository: Repository }): AfterLoss {
  const nothing = { run, changes: [] };
  const { repository, siblings, policy, shown, checkpoints, github, now } = facts;
  // Only a run that has ended on GitHub has a next attempt there.
  if (github?.status !== 'completed') return nothing;
  if (run.state !== 'failed' || run.runId === null || !run.failures.every(isLoss)) return nothing;
  // On a branch the newest commit is next, and an older one's loss is nobody's any more.
  if (facts.branch !== null && facts.branch.tip.sha !== run.head) return nothing;
  const stalled = run.failures.flatMap(({ model }) =>
    model !== null && isStalled(checkpoints[model] ?? []) ? [model] : [],
  );
  if (stalled.length > 0)
    return { run: { ...run, failures: run.failures.map((one) => stalledFailure(one, stalled)) }, changes: [] };
  const onDemand = run.models.filter((part) => {
    const labels = policy?.models[part.model]?.train?.['on-demand-runner'];
    return (
      labels !== undefined &&
      isStruck(run, part) &&
      !siblings.some((one) => isStruck(one, part) && one.claim !== run.claim)
    );
  });
  if (run.attempt >= mostStrikes && onDemand.length > 0) {
    const asks = onDemand.map(
      ({ model }): StateChange => ({ kind: 'ask', intent: askAgain(repository, { run, model, shown }) }),
    );
    return { run, changes: asks };
  }
  const seconds = waitsSeconds[run.attempt - 1];
  if (seconds === undefined) return nothing;
  const retryAt = new Date(Date.parse(now) + seconds * 1000).toISOString();
  const intent: Intent = { kind: 'retry-run', repository, claim: run.claim, attempt: run.attempt };
  return { run: { ...run, retryAt }, changes: [{ kind: 'ask', intent, afterSeconds: seconds }] };
}

function askAgain(
  repository: Repository,
  of: { readonly run: RunRecord; readonly model: string; readonly shown: RunFacts['shown'] },
): Intent {
  const { run, model, shown } = of;
  const asked = { repository, actor: siskin, model, cause: 'rerequested' } as const;
  if (run.pullRequest !== null)
    return { kind: 'check-pull-request', ...asked, number: run.pullRequest, head: run.head };
  const branch = shown?.view.base.ref ?? '';
  return { kind: 'check-push', ...asked, branch, before: shown?.from ?? run.base, after: run.head };
}

/**
 * Whether the machines that were lost one after the other left the same checkpoint: then another one would lose as much.
 * Without any checkpoint nothing can be told, and the number of strikes is bound enough.
 */
function isStalled(found: readonly string[]): boolean {
  const [newest, before] = found;
  return newest !== undefined && newest === before;
}

function stalledFailure(failure: RunFailure, stalled: readonly string[]): RunFailure {
  if (failure.model === null || !stalled.includes(failure.model)) return failure;
  const message = `${failure.message}. Expected the checkpoint in SISKIN_CHECKPOINT to be further than the attempt before had left it, found it unchanged: save it more often, or make sure that the training resumes from it`;
  return { ...failure, code: 'stalled', message };
}
