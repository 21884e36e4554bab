import { collect } from '../collect.ts';
import { budgetApproval } from '../decide/approval.ts';
import type { Intent, Repository } from '../intent.ts';
import { parsePolicy } from '../policy/parse.ts';
import { type Policy, policyPath } from '../policy/policy.ts';
import type { GithubReader, StoreReader, TokenReader, WorkflowJob, WorkflowRun } from '../ports.ts';
import type { Result } from '../result.ts';
import { isLoss } from '../run-loss.ts';
import { claimOf } from '../run-plan.ts';
import type { Approval } from '../store/approval-record.ts';
import type { LedgerEntry } from '../store/ledger-record.ts';
import type { Champion, RunFailure, RunRecord, ViewRecord } from '../store/run-record.ts';
import { gatherApprovals, gatherMergedOverrides } from './approval-facts.ts';
import { type Budget, gatherBudget } from './budget-facts.ts';
import { gatherCheckpoints } from './checkpoint-facts.ts';
import { runFailures } from './run-failures.ts';

/** A run of ours as our record, and as what shows it, knows it. */
export interface ShownRun {
  readonly run: RunRecord;
  /** The policy at the base of the run; null when it is not to be had any more. */
  readonly policy: Policy | null;
  /** What is shown for the present head of its pull request, or for its own head when it belongs to none. */
  readonly shown: ViewRecord | null;
  /** Those that hold for what is shown. */
  readonly approvals: readonly Approval[];
  /** What was set aside for the run, and what it took. */
  readonly ledger: readonly LedgerEntry[];
  /** What is spent of the limits, this run included; null where the ledger or the policy has nothing of it. */
  readonly budget: Budget | null;
  readonly now: string;
}

/** A run of ours as GitHub knows it. */
export interface RunFacts extends ShownRun {
  /** Null when GitHub has no such run any more. */
  readonly github: Pick<WorkflowRun, 'status' | 'conclusion' | 'attempt' | 'url'> | null;
  readonly jobs: readonly WorkflowJob[];
  /** The jobs of all attempts of a completed run. */
  readonly allJobs: readonly WorkflowJob[];
  /** The other runs of the same pull request or branch, newest first; read only where it lost its machine. */
  readonly siblings: readonly RunRecord[];
  /** By model, which checkpoint each attempt found when it began, newest attempt first; read only where it lost its machine. */
  readonly checkpoints: Readonly<Record<string, readonly string[]>>;
  /** What a completed run left, each model in one of both. */
  readonly results: Readonly<Record<string, Result>>;
  readonly failures: readonly RunFailure[];
  /** For runs of the default branch: what may become of their candidates, and where the branch stands now. */
  readonly branch: {
    readonly champions: Readonly<Record<string, Champion | null>>;
    /** By model, the earlier run that trained the candidate where this run only evaluates it. */
    readonly trainedBy: Readonly<Record<string, RunRecord | null>>;
    /** The runs of the branch, newest first. */
    readonly runs: readonly RunRecord[];
    readonly tip: { readonly name: string; readonly sha: string };
  } | null;
}

/** So long nobody asks what a run waits for. */
const unwatchedMinutes = 10;

interface Ports {
  readonly github: GithubReader;
  readonly store: StoreReader;
}

/** Reads a run from GitHub, whatever the event said: events overtake each other. Null when it is not, or no longer, of interest. */
export async function gatherRun(
  intent: Extract<Intent, { readonly kind: 'observe-run' }>,
  now: string,
  ports: Ports & { readonly tokens: TokenReader },
): Promise<RunFacts | null> {
  const { repository, runId } = intent;
  const claim = claimOf(intent.name);
  const run = claim === null ? null : await ports.store.readRun(claim);
  if (run === null || run.repositoryId !== repository.id) return null;
  // A run of the same name that is not the one which GitHub gave us for our dispatch is somebody else's.
  if (run.runId !== null && run.runId !== runId) return null;
  const ledger = await ports.store.readLedger([run.claim]);
  if (run.endedAt !== null && run.runId !== null && intent.attempt <= run.attempt && !isAwaited(run, ledger))
    return null;
  const read = await ports.github.readRun(repository, runId);
  const shown = await shownRun(repository, { run, ledger, now }, ports);
  const nothing = {
    ...shown,
    jobs: [],
    allJobs: [],
    siblings: [],
    checkpoints: {},
    results: {},
    failures: [],
    branch: null,
  };
  if (read === null) return { ...nothing, github: null };
  const isCompleted = read.status === 'completed' || (intent.status === 'completed' && read.attempt === intent.attempt);
  const github = isCompleted
    ? { ...read, status: 'completed' as const, conclusion: read.conclusion ?? intent.conclusion }
    : read;
  // Nothing is to be seen of a run that just began to wait.
  const isYoung = Date.parse(now) - Date.parse(run.plannedAt) < unwatchedMinutes * 60_000;
  const jobs = read.status === 'queued' && isYoung ? [] : await ports.github.listJobs(repository, runId);
  if (!isCompleted) return { ...nothing, github, jobs };
  const tip = await ports.github.readDefaultBranch(repository);
  const workflow = { path: `.github/workflows/${shown.policy?.workflow ?? ''}`, branch: tip.name };
  const collected = await collect(ports, {
    repository,
    run,
    runId,
    attempt: { number: read.attempt, startedAt: read.startedAt },
    jobs,
    workflow,
  });
  const results: Record<string, Result> = {};
  for (const [model, one] of Object.entries(collected)) if (one.kind === 'accepted') results[model] = one.result;
  const failures = await runFailures(
    { repository, run, jobs, collected, conclusion: github.conclusion, policy: shown.policy },
    ports.github,
  );
  const branch = run.pullRequest === null ? { ...(await branchFacts(repository, run, ports.store)), tip } : null;
  const allJobs = read.attempt === 1 ? jobs : await ports.github.listAllJobs(repository, runId);
  const siblings = failures.some(isLoss) ? await ports.store.listRuns(repository.id, run.pullRequest) : [];
  const checkpoints = failures.some(isLoss) ? await gatherCheckpoints(repository, { run, runId }, ports.github) : {};
  const approvals =
    run.pullRequest === null ? await gatherMergedOverrides(repository, Object.values(results), ports) : shown.approvals;
  return { ...shown, approvals, github, jobs, allJobs, siblings, checkpoints, results, failures, branch };
}

/**
 * A run that we ended ourselves ends on GitHub later, perhaps with a result that can be used again, and then it is known
 * what it took.
 */
function isAwaited(run: RunRecord, ledger: readonly LedgerEntry[]): boolean {
  if (run.retryAt === null && ledger.some(({ settled }) => settled === null)) return true;
  return (run.state === 'superseded' || run.state === 'cancelled') && run.stages.length === 0;
}

/** A run's record and what shows it, without asking GitHub but for the policy that judges it. */
export async function gatherShownRun(
  intent: Extract<Intent, { readonly kind: 'show-run' }>,
  now: string,
  ports: Ports,
): Promise<ShownRun | null> {
  const run = await ports.store.readRun(intent.claim);
  if (run === null || run.repositoryId !== intent.repository.id) return null;
  const ledger = await ports.store.readLedger([run.claim]);
  return shownRun(intent.repository, { run, ledger, now }, ports);
}

async function shownRun(
  repository: Repository,
  { run, ledger, now }: Pick<ShownRun, 'run' | 'ledger' | 'now'>,
  { github, store }: Ports,
): Promise<ShownRun> {
  const { pullRequest } = run;
  const pull = pullRequest === null ? null : await store.readPull(repository.id, pullRequest);
  const [text, shown] = await Promise.all([
    github.readFile(repository, policyPath, run.base),
    store.readView(repository.id, pullRequest, pull?.head ?? run.head),
  ]);
  const parsed = text === null ? null : parsePolicy({ text, file: policyPath });
  const policy = parsed?.kind === 'valid' ? parsed.policy : null;
  const approvals =
    pullRequest === null
      ? await gatherMergedOverrides(repository, Object.values(run.results), { github, store })
      : await gatherApprovals(repository, { number: pullRequest, head: pull?.head ?? run.head }, { github, store });
  const budget = policy === null ? null : await budgetOfRun(policy, { ledger, approvals, now }, store);
  return { run, policy, shown, approvals, ledger, budget, now };
}

/** What the limits of a policy leave for who caused the newest attempt of a run; null where nothing was set aside for it. */
export async function budgetOfRun(
  policy: Policy,
  { ledger, approvals, now }: Pick<ShownRun, 'ledger' | 'approvals' | 'now'>,
  store: StoreReader,
): Promise<Budget | null> {
  const spender = ledger.at(-1);
  if (spender === undefined) return null;
  return await gatherBudget(policy, { spender, approvedBy: budgetApproval(policy, approvals)?.by ?? null, now }, store);
}

async function branchFacts(
  repository: Repository,
  run: RunRecord,
  store: StoreReader,
): Promise<Omit<NonNullable<RunFacts['branch']>, 'tip'>> {
  const champions: Record<string, Champion | null> = {};
  const trainedBy: Record<string, RunRecord | null> = {};
  for (const { model, trains, trainingKey } of run.models) {
    champions[model] = await store.readChampion(repository.id, model);
    if (trains || trainingKey === null) continue;
    trainedBy[model] = await store.findByTrainingKey(repository.id, model, trainingKey);
  }
  return { champions, trainedBy, runs: await store.listRuns(repository.id, null) };
}
