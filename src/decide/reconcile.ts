import type { Plan, StateChange } from '../effect.ts';
import type { ReconcileFacts } from '../facts/reconcile-facts.ts';
import type { Intent, Repository } from '../intent.ts';
import { runName } from '../run-plan.ts';
import type { RunFailure, RunRecord } from '../store/run-record.ts';
import { emptyPlan, joined } from './plans.ts';

/** Repairs what lost events left: runs whose end was not heard of, runs that will never end, heads that were missed. */
export function reconcile(
  { repository }: Extract<Intent, { readonly kind: 'reconcile' }>,
  facts: ReconcileFacts,
): Plan {
  return joined(...facts.runs.map((known) => repaired(repository, known, facts.now)), {
    changes: facts.pulls.flatMap((known) => missed(repository, known, facts)),
    effects: [],
  });
}

/** The outbox tries a dispatch for some minutes; after that nobody will. */
const dispatchMinutes = 15;

function repaired(repository: Repository, { run, github }: ReconcileFacts['runs'][number], now: string): Plan {
  const { claim, runId } = run;
  if (Date.parse(now) > Date.parse(run.deadlineAt)) {
    const message = `expected the run to end by ${run.deadlineAt}, found it still open; look at the runners, then type \`/evaluate\``;
    const end = failed(repository, run, { now, failure: { code: 'timed-out', message } });
    const id = runId ?? github?.id ?? null;
    return joined(end, {
      changes: [],
      effects: [{ kind: 'cancel-run', claim, runId: id, reason: 'its time is over' }],
    });
  }
  if (github === null && runId === null) {
    const waited = Date.parse(now) - Date.parse(run.plannedAt);
    if (waited < dispatchMinutes * 60_000) return emptyPlan;
    const message = `expected GitHub to start the run within ${dispatchMinutes} minutes, found none; type \`/evaluate\` to try again`;
    return failed(repository, run, { now, failure: { code: 'lost', message } });
  }
  const isQuiet = github !== null && github.status !== 'completed' && github.status !== 'in_progress';
  if (isQuiet && runId !== null) return emptyPlan;
  const intent: Intent = {
    kind: 'observe-run',
    repository,
    runId: runId ?? github?.id ?? 0,
    attempt: github?.attempt ?? run.attempt,
    name: runName(claim),
    status:
      github?.status === 'in_progress' ? 'in_progress' : github?.status === 'completed' ? 'completed' : 'requested',
    conclusion: github?.conclusion ?? null,
  };
  return { changes: [{ kind: 'ask', intent }], effects: [] };
}

function failed(
  repository: Repository,
  run: RunRecord,
  { now, failure }: { readonly now: string; readonly failure: Pick<RunFailure, 'code' | 'message'> },
): Plan {
  const failures = [...run.failures, { ...failure, model: null, logTail: [] }];
  return {
    changes: [
      { kind: 'save-run', run: { ...run, state: 'failed', endedAt: now, failures } },
      { kind: 'ask', intent: { kind: 'show-run', repository, claim: run.claim } },
    ],
    effects: [],
  };
}

/** A head that no event told of, or one that was looked at when the policy could not be used, and now it can. */
function missed(
  repository: Repository,
  { pull, record, shown }: ReconcileFacts['pulls'][number],
  { branch }: ReconcileFacts,
): readonly StateChange[] {
  const { number, head, base } = pull;
  const isOfBranch = base.ref === branch.name;
  if (isOfBranch && branch.policy === 'absent') return [];
  const isNew = record?.head !== head.sha;
  const isOutdated = isOfBranch && shown !== null && shown.view.policy.kind !== branch.policy;
  if (!isNew && !isOutdated) return [];
  const actor = { login: 'siskin', kind: 'siskin' } as const;
  return [
    {
      kind: 'ask',
      intent: { kind: 'check-pull-request', repository, number, head: head.sha, actor, cause: 'reconciled' },
    },
  ];
}
