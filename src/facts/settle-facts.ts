import type { Intent, Repository } from '../intent.ts';
import type { StoreReader } from '../ports.ts';
import type { RunRecord, ViewRecord } from '../store/run-record.ts';
import { gatherHolds, type Holds } from './hold-facts.ts';

/** What may have come to its end in a repository, and what is shown there because of it. */
export interface ThawFacts {
  readonly holds: Holds;
  /** Of present heads of pull requests, and of pushes, oldest first. */
  readonly views: readonly ViewRecord[];
  /** The runs of the default branch, newest first. */
  readonly runs: readonly RunRecord[];
  /** The other repositories in which a freeze of the owner ends, too. */
  readonly others: readonly Repository[];
  readonly now: string;
}

/** Reads our own records only. */
export async function gatherThaw(
  { repository, scope }: Pick<Extract<Intent, { readonly kind: 'thaw' }>, 'repository' | 'scope'>,
  now: string,
  { store }: { readonly store: StoreReader },
): Promise<ThawFacts> {
  const [holds, views, runs, all] = await Promise.all([
    gatherHolds(repository, store),
    store.listHoldingViews(repository.id),
    store.listRuns(repository.id, null),
    scope === 'owner' ? store.listRepositoriesOf(repository.owner) : [],
  ]);
  return { holds, views, runs, others: all.filter(({ id }) => id !== repository.id), now };
}

/** What a pull request is said to hold, and what it holds. */
export interface ShownHolds {
  readonly holds: Holds;
  /** Null before anything was shown for its present head. */
  readonly shown: ViewRecord | null;
  readonly now: string;
}

/** Reads our own records only. */
export async function gatherShownHolds(
  { repository, number }: Extract<Intent, { readonly kind: 'show-holds' }>,
  now: string,
  { store }: { readonly store: StoreReader },
): Promise<ShownHolds> {
  const record = await store.readPull(repository.id, number);
  const [holds, shown] = await Promise.all([
    gatherHolds(repository, store),
    record === null ? null : store.readView(repository.id, number, record.head),
  ]);
  return { holds, shown, now };
}
