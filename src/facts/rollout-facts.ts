import type { Intent, Repository } from '../intent.ts';
import type { GithubReader, StoreReader } from '../ports.ts';
import { type Course, courseOf } from '../rollout/course.ts';
import type { RevertState, RolloutTraces } from '../rollout/rollout-effect.ts';
import type { RolloutRecord } from '../rollout/rollout-record.ts';

/** A rollout with all that showing it needs to know. */
export interface RolloutFacts {
  readonly repository: Repository;
  readonly rollout: RolloutRecord;
  readonly course: Course;
  /** What stands on GitHub; a revert pull request is as it is now, where that could be read. */
  readonly traces: RolloutTraces;
  /** What became of a revert pull request since; null where nothing did. */
  readonly revertNews: RevertState | null;
  /** The one before it that brought its version all the way; null where there is none. */
  readonly earlier: RolloutRecord | null;
  /** Whether another rollout of the service succeeded after this one. */
  readonly isPast: boolean;
  /** The default branch, where a job has yet to be started on it; null otherwise. */
  readonly branch: string | null;
  readonly now: string;
}

/** Reads a rollout from our own database, and from GitHub only what nothing tells us of: whether a revert was merged. */
export async function gatherRollout(
  { repository, rollout: id }: Pick<Extract<Intent, { readonly kind: 'show-rollout' }>, 'repository' | 'rollout'>,
  now: string,
  { github, store }: { readonly github: GithubReader; readonly store: StoreReader },
): Promise<RolloutFacts | null> {
  const rollout = await store.readRollout(id);
  if (rollout === null) return null;
  const { model, environment, repositoryId } = rollout;
  const [lines, traces, others] = await Promise.all([
    store.readEvidence(id),
    store.readTraces(id),
    store.listRollouts(repositoryId, { model, environment }),
  ]);
  const at = others.findIndex((one) => one.id === id);
  const isDone = (one: RolloutRecord) => one.state.kind === 'succeeded';
  const asksForGo = needsGate(rollout, traces);
  const revertNews = await revertNow(repository, traces, github);
  return {
    repository,
    rollout,
    course: courseOf(lines, rollout.policy),
    traces: revertNews === null ? traces : { ...traces, 'revert-state': revertNews },
    revertNews,
    earlier: others.slice(at + 1).find(isDone) ?? null,
    isPast: others.slice(0, Math.max(0, at)).some(isDone),
    branch: asksForGo ? (await github.readDefaultBranch(repository)).name : null,
    now,
  };
}

/** Whether the reviewers of the environment have to be asked, and were not. */
export function needsGate({ needsGo, state }: RolloutRecord, traces: RolloutTraces): boolean {
  const isBefore = state.kind === 'requested' || state.kind === 'waiting';
  return needsGo === true && isBefore && traces.gate === undefined;
}

/** What became of a revert pull request that was left to others. While GitHub cannot be asked it is as it was. */
async function revertNow(
  repository: Repository,
  traces: RolloutTraces,
  github: GithubReader,
): Promise<RevertState | null> {
  const { revert = 0, 'revert-state': state } = traces;
  if (revert === 0 || (state !== 'auto-merge' && state !== 'needs-person')) return null;
  const pull = await github.readPullRequest(repository, revert).catch(() => null);
  if (pull === null || pull.state === 'open') return null;
  return pull.isMerged ? 'merged' : 'closed';
}
