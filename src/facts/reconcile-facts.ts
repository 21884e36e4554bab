import type { Intent, Repository } from '../intent.ts';
import { type ParsedPolicy, parsePolicy } from '../policy/parse.ts';
import { policyPath } from '../policy/policy.ts';
import type { GithubReader, PullRequest, StoreReader, WorkflowRun } from '../ports.ts';
import { runName } from '../run-plan.ts';
import type { LedgerEntry } from '../store/ledger-record.ts';
import type { PullRecord, RunRecord, ViewRecord } from '../store/run-record.ts';
import { gatherThaw, type ThawFacts } from './settle-facts.ts';

/** A repository as GitHub has it beside what we believe of it. */
export interface ReconcileFacts {
  readonly runs: readonly { readonly run: RunRecord; readonly github: WorkflowRun | null }[];
  /** Runs at an end of which it is not known what they took. */
  readonly unsettled: readonly {
    readonly run: RunRecord;
    readonly github: WorkflowRun | null;
    readonly ledger: readonly LedgerEntry[];
  }[];
  readonly pulls: readonly {
    readonly pull: PullRequest;
    readonly record: PullRecord | null;
    readonly shown: ViewRecord | null;
  }[];
  /** The default branch, and what its policy is. */
  readonly branch: { readonly name: string; readonly policy: ParsedPolicy['kind'] | 'absent' };
  /** What is held and what is shown of it, as it was before the pull requests were listed. */
  readonly thaw: ThawFacts;
  readonly now: string;
}

/** Reads every open run and the open pull requests of a repository. */
export async function gatherReconcile(
  { repository }: Extract<Intent, { readonly kind: 'reconcile' }>,
  now: string,
  { github, store }: { readonly github: GithubReader; readonly store: StoreReader },
): Promise<ReconcileFacts> {
  // First: whoever holds something and is not in a later list of open pull requests was closed.
  const thaw = await gatherThaw({ repository, scope: 'repository' }, now, { store });
  const [open, ended, pulls, branch] = await Promise.all([
    store.listOpenRuns(repository.id),
    store.listUnsettledRuns(repository.id),
    github.listOpenPullRequests(repository),
    github.readDefaultBranch(repository),
  ]);
  const text = await github.readFile(repository, policyPath, branch.sha);
  const parsed = text === null ? null : parsePolicy({ text, file: policyPath });
  const workflow = parsed?.kind === 'valid' ? parsed.policy.workflow : null;
  const place = workflow === null ? null : { workflow, branch: branch.name };
  const runs = open.map(async (run) => ({ run, github: await onGithub(repository, { run, place }, github) }));
  const unsettled = ended.map(async (run) => ({
    run,
    github: await onGithub(repository, { run, place }, github),
    ledger: await store.readLedger([run.claim]),
  }));
  const known = pulls.map(async (pull) => {
    const [record, shown] = await Promise.all([
      store.readPull(repository.id, pull.number),
      store.readView(repository.id, pull.number, pull.head.sha),
    ]);
    return { pull, record, shown };
  });
  return {
    runs: await Promise.all(runs),
    unsettled: await Promise.all(unsettled),
    pulls: await Promise.all(known),
    branch: { name: branch.name, policy: parsed?.kind ?? 'absent' },
    thaw,
    now,
  };
}

/** A dispatch that gave no id is found by the run's name. */
async function onGithub(
  repository: Repository,
  {
    run,
    place,
  }: { readonly run: RunRecord; readonly place: { readonly workflow: string; readonly branch: string } | null },
  github: GithubReader,
): Promise<WorkflowRun | null> {
  if (run.runId !== null) return await github.readRun(repository, run.runId);
  return place === null ? null : await github.findRun(repository, { ...place, name: runName(run.claim) });
}
