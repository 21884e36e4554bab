import type { Intent, Repository } from '../intent.ts';
import { type ParsedPolicy, parsePolicy } from '../policy/parse.ts';
import { policyPath } from '../policy/policy.ts';
import type { GithubReader, PullRequest, StoreReader, WorkflowRun } from '../ports.ts';
import type { RolloutTraces } from '../rollout/rollout-effect.ts';
import { isEnded, type RolloutRecord } from '../rollout/rollout-record.ts';
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
  /** Rollouts that go on, and those that ended lately and may not be told of as they should. */
  readonly rollouts: readonly { readonly rollout: RolloutRecord; readonly traces: RolloutTraces }[];
  /** The default branch, and what its policy is. */
  readonly branch: {
    readonly name: string;
    readonly policy: ParsedPolicy['kind'] | 'absent';
    /** Whether the policy has environments, so that every pull request gets the check of releases. */
    readonly hasEnvironments: boolean;
  };
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
    rollouts: await unsettledRollouts(repository, now, store),
    branch: {
      name: branch.name,
      policy: parsed?.kind ?? 'absent',
      hasEnvironments: parsed?.kind === 'valid' && Object.keys(parsed.policy.environments).length > 0,
    },
    thaw,
    now,
  };
}

/** So long after a rollout ended it is seen to that GitHub and git say so. */
const toldDays = 7;

async function unsettledRollouts(
  repository: Repository,
  now: string,
  store: StoreReader,
): Promise<ReconcileFacts['rollouts']> {
  const all = await store.listRollouts(repository.id);
  const since = Date.parse(now) - toldDays * 86_400_000;
  const recent = all.filter(({ state, changedAt }) => !isEnded(state) || Date.parse(changedAt) >= since);
  return await Promise.all(recent.map(async (rollout) => ({ rollout, traces: await store.readTraces(rollout.id) })));
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
