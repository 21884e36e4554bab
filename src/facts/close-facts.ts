import type { LockRecord } from '../decide/lock.ts';
import type { Intent } from '../intent.ts';
import type { GithubReader, StoreReader } from '../ports.ts';
import type { RunRecord, ViewRecord } from '../store/run-record.ts';

/** What is still going on for a pull request that was closed. */
export interface CloseFacts {
  readonly isMerged: boolean;
  readonly runs: readonly RunRecord[];
  readonly shown: ViewRecord | null;
  readonly locks: readonly LockRecord[];
  readonly now: string;
}

/**
 * Reads our own records only. Null when it is not closed at all: what no event told is a guess from a list, and asked for
 * once more.
 */
export async function gatherClose(
  intent: Extract<Intent, { readonly kind: 'close-pull-request' }>,
  now: string,
  { github, store }: { readonly github: GithubReader; readonly store: StoreReader },
): Promise<CloseFacts | null> {
  const { repository, number, actor, merged } = intent;
  const pull = actor.kind === 'siskin' ? await github.readPullRequest(repository, number) : null;
  if (pull?.state === 'open') return null;
  const record = await store.readPull(repository.id, number);
  const [runs, shown, locks] = await Promise.all([
    store.listRuns(repository.id, number),
    store.readView(repository.id, number, record?.head ?? intent.head),
    store.listLocks(repository.id),
  ]);
  return { isMerged: pull?.isMerged ?? merged, runs, shown, locks, now };
}
