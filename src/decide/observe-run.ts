import type { Plan, StateChange } from '../effect.ts';
import type { RunFacts, ShownRun } from '../facts/run-facts.ts';
import type { Intent, Repository } from '../intent.ts';
import type { WorkflowJob } from '../ports.ts';
import { modelArtifact } from '../run-plan.ts';
import type { RunRecord, Stage } from '../store/run-record.ts';
import { isAcceptable } from './champion.ts';
import { expiry } from './expiry.ts';
import { modelState } from './model-state.ts';
import { nextCommands } from './next-commands.ts';
import { emptyPlan, joined } from './plans.ts';
import { isSame, show } from './show.ts';
import type { ModelState, ModelView } from './view.ts';

/** Records what became of a run and shows it: progress while it goes on, verdicts or failures once it has ended. */
export function observeRun(intent: Extract<Intent, { readonly kind: 'observe-run' }>, facts: RunFacts | null): Plan {
  if (facts === null) return emptyPlan;
  const { run: known, github, branch } = facts;
  if (github !== null && github.attempt < known.attempt) return emptyPlan;
  const run = observed(intent.runId, facts);
  const isSettled = known.state === 'superseded' || known.state === 'cancelled';
  const stop = isSettled && known.runId === null && run.endedAt === known.endedAt;
  return joined(
    { changes: isSame(run, known) ? [] : [{ kind: 'save-run', run }], effects: [] },
    // It was given up before GitHub told its id, so that nobody could cancel it until now.
    stop
      ? { changes: [], effects: [{ kind: 'cancel-run', claim: run.claim, runId: intent.runId, reason: 'given up' }] }
      : emptyPlan,
    branch === null || isSettled
      ? emptyPlan
      : { changes: afterBranchRun(intent.repository, { ...facts, run, branch }), effects: [] },
    redrawn({ ...facts, run }),
  );
}

/** Shows a run whose record changed other than by an event of GitHub, and ends one whose time is over. */
export function showRun(facts: ShownRun | null): Plan {
  if (facts === null) return emptyPlan;
  const expired = expiry(facts.run, facts.now);
  if (expired === null) return redrawn(facts);
  const { claim, runId } = facts.run;
  const failures = [...facts.run.failures, { ...expired, model: null, logTail: [] }];
  const run: RunRecord = { ...facts.run, state: 'failed', endedAt: facts.now, failures };
  return joined(
    {
      changes: [{ kind: 'save-run', run }],
      effects: [{ kind: 'cancel-run', claim, runId, reason: 'its time is over' }],
    },
    redrawn({ ...facts, run }),
  );
}

/** The record of the run as GitHub tells it now. A run that we gave up stays so; its results are kept for reuse. */
function observed(runId: number, facts: RunFacts): RunRecord {
  const { run, github, jobs, now } = facts;
  if (github === null) {
    const message = 'expected the run on GitHub, found that it was deleted; type `/evaluate` to run it again';
    const lost = { code: 'lost', message, model: null, logTail: [] } as const;
    return run.endedAt !== null ? run : { ...run, state: 'failed', endedAt: now, failures: [lost] };
  }
  const seen = {
    ...run,
    runId,
    attempt: github.attempt,
    url: github.url,
    startedAt: earliest(jobs) ?? run.startedAt,
    stages: stagesOf(jobs),
  };
  const isSettled = run.state === 'superseded' || run.state === 'cancelled';
  if (github.status !== 'completed') {
    if (isSettled) return { ...seen, stages: [] };
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
    state: isSettled ? run.state : ended,
    startedAt: seen.startedAt ?? now,
    endedAt: latest(jobs) ?? now,
    failures: facts.failures,
    results,
  };
}

/** The view with every model that waits for this run as the run's record has it now. */
function redrawn({ run, policy, shown, now }: ShownRun): Plan {
  if (shown === null) return emptyPlan;
  const models = shown.view.models.map((view): ModelView => {
    if (shown.claims[view.model] !== run.claim) return view;
    const state = modelState(run, {
      model: view.model,
      policy: policy?.models[view.model] ?? null,
      number: shown.view.number,
    });
    return { ...view, runUrl: run.url, state: whoEnded(state, view.state) };
  });
  // Where no command made sense before (a push, a closed pull request) none does now.
  const next = shown.view.next.length === 0 ? [] : nextCommands({ models, head: shown.view.head });
  return show({ ...shown, view: { ...shown.view, models, next, updatedAt: now } }, shown);
}

/** The record does not keep who ended a run; what is shown already does. */
function whoEnded(state: ModelState, shown: ModelState): ModelState {
  const isEnd = state.kind === 'cancelled' || state.kind === 'superseded';
  return isEnd && shown.kind === state.kind ? shown : state;
}

/** On the default branch a candidate that is good enough becomes the champion, and what was pushed meanwhile has its turn. */
function afterBranchRun(
  repository: Repository,
  facts: RunFacts & { readonly branch: NonNullable<RunFacts['branch']> },
): readonly StateChange[] {
  const { run, branch, policy, now } = facts;
  if (run.state !== 'completed' && run.state !== 'failed' && run.state !== 'cancelled') return [];
  const changes: StateChange[] = [];
  for (const { model, trainingKey, trains } of run.models) {
    const result = run.results[model];
    const own = policy?.models[model];
    const trained = trains ? run : branch.trainedBy[model];
    const champion = branch.champions[model] ?? null;
    if (result === undefined || own === undefined || trained?.runId == null) continue;
    // A champion accepted after this run was planned is not the one it was measured against.
    if (champion !== null && champion.acceptedAt > run.plannedAt) continue;
    // An older commit, measured again, does not replace the champion of a later one.
    if (champion !== null && champion.commit !== run.head && champion.acceptedAt > branch.firstPlannedAt) continue;
    if (!isAcceptable({ model, policy: own, result })) continue;
    const digest = result.evaluation?.candidate.digest;
    if (digest === undefined) continue;
    const { repositoryId, head: commit } = run;
    const artifact = modelArtifact(model);
    const accepted = {
      repositoryId,
      model,
      commit,
      runId: trained.runId,
      artifact,
      digest,
      trainingKey,
      acceptedAt: now,
    };
    changes.push({ kind: 'save-champion', champion: accepted });
  }
  if (branch.tip.sha !== run.head) {
    const actor = { login: 'siskin', kind: 'siskin' } as const;
    const { name, sha } = branch.tip;
    changes.push({
      kind: 'ask',
      intent: { kind: 'check-push', repository, branch: name, before: run.head, after: sha, actor, cause: 'pushed' },
    });
  }
  return changes;
}

function stagesOf(jobs: readonly WorkflowJob[]): readonly Stage[] {
  return jobs.map(({ name, status, conclusion, startedAt, completedAt }) => {
    const seconds =
      startedAt === null || completedAt === null ? null : (Date.parse(completedAt) - Date.parse(startedAt)) / 1000;
    return { name, state: stageState(status, conclusion), seconds };
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
