import type { Plan, StateChange } from '../effect.ts';
import type { ReconcileFacts } from '../facts/reconcile-facts.ts';
import { type Intent, type Repository, siskin } from '../intent.ts';
import { modelOfReleaseBranch } from '../registry/release-branch.ts';
import { releasesCheckName } from '../render/release-check.ts';
import { gateRunName } from '../rollout/rollout-effect.ts';
import { isEnded } from '../rollout/rollout-record.ts';
import { runName } from '../run-plan.ts';
import { expiry } from './expiry.ts';
import { settled } from './lock.ts';
import { joined } from './plans.ts';
import { thaw } from './settle.ts';
import { settlement } from './settlement.ts';

/**
 * Finds what lost events left: runs whose end was not heard of, runs that will never end, heads that were missed. It
 * only asks; what is done about each is decided where the events of the same pull request are.
 */
export function reconcile(
  { repository }: Extract<Intent, { readonly kind: 'reconcile' }>,
  facts: ReconcileFacts,
): Plan {
  const intents = [
    ...facts.runs.map((known) => ofRun(repository, known, facts.now)),
    ...facts.pulls.map((known) => ofPull(repository, known, facts)),
    ...ofHolds(repository, facts),
    ...facts.rollouts.flatMap((known) => ofRollout(repository, known)),
    ...ofReleases(repository, facts),
  ];
  const asks: Plan = {
    changes: intents.flatMap((intent) => (intent === null ? [] : [{ kind: 'ask', intent }])),
    effects: [],
  };
  const settling = facts.unsettled.flatMap((known) => ofUnsettled(repository, known, facts.now));
  return joined(
    asks,
    { changes: settling, effects: [] },
    thaw({ kind: 'thaw', repository, scope: 'repository' }, facts.thaw),
  );
}

/** What a release pull request waits for may end without an event: a freeze, a lock, a rollout, a platform that is away. */
function ofReleases(repository: Repository, { pulls }: ReconcileFacts): readonly Intent[] {
  return pulls.flatMap(({ pull: { number, head } }): readonly Intent[] => {
    const isRelease = head.repositoryId === repository.id && modelOfReleaseBranch(head.ref) !== null;
    return isRelease ? [{ kind: 'check-release', repository, number, head: head.sha }] : [];
  });
}

/** What of a rollout is not told as it should be, and a gate whose end no event told. */
function ofRollout(repository: Repository, known: ReconcileFacts['rollouts'][number]): readonly Intent[] {
  const { rollout, traces } = known;
  const { id, number, needsGo, state } = rollout;
  const isWaiting = needsGo === true && (state.kind === 'requested' || state.kind === 'waiting');
  const gate: readonly Intent[] =
    isWaiting && traces.gate !== undefined
      ? [{ kind: 'observe-gate', repository, runId: traces.gate, name: gateRunName(id) }]
      : [];
  return [...gate, ...(isTold(known) ? [] : [{ kind: 'show-rollout', repository, rollout: id, number } as const])];
}

/** Whether all that has to stand on GitHub of a rollout that is over does. */
function isTold({ rollout, traces }: ReconcileFacts['rollouts'][number]): boolean {
  if (!isEnded(rollout.state) || traces.deployment === undefined) return false;
  if (rollout.number !== null && traces.comment === undefined) return false;
  if (rollout.state.kind === 'succeeded') return traces.tag !== undefined;
  const revert = traces['revert-state'];
  return rollout.state.kind !== 'rolled-back' || revert === 'merged' || revert === 'closed' || revert === 'not-needed';
}

/** Leases whose end nobody looked at, and what pull requests hold of whose end no event told. */
function ofHolds(repository: Repository, { thaw: { holds, views }, pulls, now }: ReconcileFacts): readonly Intent[] {
  const isOver = holds.locks.some(({ state }) => settled(state, now).news.length > 0);
  const owners = holds.locks.flatMap(({ state }) => [state.holder, ...state.queue]);
  const numbers = [...owners.map((one) => one?.owner.number), ...views.map(({ view }) => view.number)];
  const open = new Set(pulls.map(({ pull }) => pull.number));
  const gone = new Set(numbers.filter((number) => number != null && !open.has(number)));
  return [
    ...(isOver ? [{ kind: 'settle-locks', repository } as const] : []),
    ...[...gone].flatMap((number): readonly Intent[] =>
      number == null
        ? []
        : [{ kind: 'close-pull-request', repository, number, head: '', merged: false, actor: siskin }],
    ),
  ];
}

/** The end of a run that we gave up may not have been heard of; one that GitHub never had took nothing. */
function ofUnsettled(
  repository: Repository,
  { run, github, ledger }: ReconcileFacts['unsettled'][number],
  now: string,
): readonly StateChange[] {
  const { claim, attempt, endedAt } = run;
  if (github !== null && github.status === 'completed') {
    const heard = {
      runId: github.id,
      attempt: github.attempt,
      status: 'completed',
      conclusion: github.conclusion,
    } as const;
    return [{ kind: 'ask', intent: { kind: 'observe-run', repository, name: runName(claim), ...heard } }];
  }
  const isOld = endedAt !== null && Date.parse(now) - Date.parse(endedAt) > unheardHours * 3_600_000;
  if (github !== null || !isOld) return [];
  return [{ kind: 'settle', entries: settlement(ledger, { jobs: [], attempt }) }];
}

/** After so long, what GitHub does not have was never there. */
const unheardHours = 24;

function ofRun(repository: Repository, { run, github }: ReconcileFacts['runs'][number], now: string): Intent | null {
  const runId = run.runId ?? github?.id ?? null;
  const expired = expiry({ ...run, runId }, now);
  if (expired !== null) return { kind: 'show-run', repository, claim: run.claim };
  // GitHub knows of it but is not further than we are: there is nothing to hear.
  const isQuiet = github !== null && github.status !== 'completed' && github.status !== 'in_progress';
  if (runId === null || (isQuiet && run.runId !== null)) return null;
  return {
    kind: 'observe-run',
    repository,
    runId,
    attempt: github?.attempt ?? run.attempt,
    name: runName(run.claim),
    status: github?.status === 'in_progress' || github?.status === 'completed' ? github.status : 'requested',
    conclusion: github?.conclusion ?? null,
  };
}

/** A head that no event told of, or one that was looked at when the policy could not be used, and now it can. */
function ofPull(
  repository: Repository,
  { pull, record, shown }: ReconcileFacts['pulls'][number],
  { branch }: ReconcileFacts,
): Intent | null {
  const { number, head, base } = pull;
  const isOfBranch = base.ref === branch.name;
  if (isOfBranch && branch.policy === 'absent') return null;
  const isNew = record?.head !== head.sha || (shown !== null && shown.view.base.ref !== base.ref);
  const isOutdated = isOfBranch && shown !== null && shown.view.policy.kind !== branch.policy;
  // Opened before the policy had environments.
  const isUnsaid =
    isOfBranch && branch.hasEnvironments && record?.checks[`${head.sha}/${releasesCheckName}`] === undefined;
  if (!isNew && !isOutdated && !isUnsaid) return null;
  return { kind: 'check-pull-request', repository, number, head: head.sha, actor: siskin, cause: 'reconciled' };
}
