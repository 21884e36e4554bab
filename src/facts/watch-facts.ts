import type { Intent } from '../intent.ts';
import type { GithubReader, StoreReader, WorkflowRun } from '../ports.ts';
import type { RunRecord } from '../store/run-record.ts';
import { guardedPolicy } from './guarded-policy.ts';
import { gatherHolds, type Holds } from './hold-facts.ts';
import { budgetOfRun, gatherShownRun, type ShownRun } from './run-facts.ts';

/** A run whose time to be looked at has come. */
export interface WatchFacts {
  readonly run: RunRecord;
  /** Read only to see whether it heeds being cancelled; null when GitHub does not have it. */
  readonly github: WorkflowRun | null;
  readonly now: string;
}

/** Reads the record, and GitHub where the record cannot tell. Null when the run is not ours any more. */
export async function gatherWatch(
  { repository, claim, watch }: Extract<Intent, { readonly kind: 'watch-run' }>,
  now: string,
  { github, store }: { readonly github: GithubReader; readonly store: StoreReader },
): Promise<WatchFacts | null> {
  const run = await store.readRun(claim);
  if (run === null || run.repositoryId !== repository.id) return null;
  const isAsked = watch === 'cancel' && run.runId !== null;
  return { run, github: isAsked ? await github.readRun(repository, run.runId) : null, now };
}

/** A run that lost its machine, and what may keep it from being run again. */
export interface RetryFacts extends ShownRun {
  readonly holds: Holds;
}

/**
 * Reads our own records, the policy that judges the run and, where that is another branch's, the one that says what runs
 * of the repository may cost.
 */
export async function gatherRetry(
  { repository, claim }: Extract<Intent, { readonly kind: 'retry-run' }>,
  now: string,
  ports: { readonly github: GithubReader; readonly store: StoreReader },
): Promise<RetryFacts | null> {
  const { github, store } = ports;
  const [shown, holds] = await Promise.all([
    gatherShownRun({ kind: 'show-run', repository, claim }, now, ports),
    gatherHolds(repository, store),
  ]);
  if (shown === null) return null;
  const base = shown.run.pullRequest === null ? undefined : shown.shown?.view.base.ref;
  if (base === undefined || shown.policy === null) return { ...shown, holds };
  const { name: defaultBranch } = await github.readDefaultBranch(repository);
  const policy = await guardedPolicy(repository, { policy: shown.policy, base, defaultBranch }, github);
  return { ...shown, policy, budget: await budgetOfRun(policy, shown, store), holds };
}
