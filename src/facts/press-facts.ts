import type { Intent } from '../intent.ts';
import type { StoreReader } from '../ports.ts';
import type { RolloutRecord } from '../rollout/rollout-record.ts';

/** Where the commit of a pressed button's check is, or was, the head. */
export interface PressFacts {
  /** The pull requests whose newest head it is, as far as we planned; else the newest one that it ever was the head of. */
  readonly pulls: readonly number[];
  /** The rollouts whose check stands on the commit. */
  readonly rollouts: readonly RolloutRecord[];
}

/** Reads our own records only: GitHub lists no pull requests of forks. */
export async function gatherPress(
  { repository, head }: Extract<Intent, { readonly kind: 'press' }>,
  { store }: { readonly store: StoreReader },
): Promise<PressFacts> {
  const all = await store.listRollouts(repository.id);
  const rollouts = all.filter(({ mergeSha }) => mergeSha === head);
  const numbers = await store.listPullsAt(repository.id, head);
  const records = await Promise.all(numbers.map((number) => store.readPull(repository.id, number)));
  const present = numbers.filter((_, at) => records[at]?.head === head);
  return { rollouts, pulls: present.length > 0 ? present : numbers.slice(-1) };
}
