import type { Freeze } from '../decide/freeze.ts';
import type { LockRecord } from '../decide/lock.ts';
import type { Repository } from '../intent.ts';
import type { StoreReader } from '../ports.ts';

/** Who holds what in a repository, and what is stopped there. Time has not been looked at yet: each says until when. */
export interface Holds {
  readonly locks: readonly LockRecord[];
  readonly freezes: readonly Freeze[];
}

/** Reads our own records only. */
export async function gatherHolds(repository: Repository, store: StoreReader): Promise<Holds> {
  const [locks, freezes] = await Promise.all([store.listLocks(repository.id), store.listFreezes(repository)]);
  return { locks, freezes };
}
