import { setImmediate } from 'node:timers/promises';
import type { NewDelivery } from '../src/store/deliveries.ts';
import type { Store } from '../src/store/store.ts';

/** Keeps one delivery durably; true when it was new. */
export type Inbox = (delivery: NewDelivery) => Promise<boolean>;

/**
 * Commits deliveries in groups: whatever arrives while one transaction is being committed goes into the next one, so
 * that a burst costs a few commits rather than one each. Every caller is answered after its own commit.
 */
export function openInbox(store: Pick<Store, 'accept'>): Inbox {
  let waiting: Entry[] = [];
  let committing = false;

  async function commitAll(): Promise<void> {
    committing = true;
    while (waiting.length > 0) {
      // Requests that have arrived already get their turn first, so that they join this group.
      await setImmediate();
      const size = sizeOfGroup(waiting);
      const group = waiting.slice(0, size);
      waiting = waiting.slice(size);
      await commit(store, group);
    }
    committing = false;
  }

  return (delivery) =>
    new Promise((resolve, reject) => {
      waiting.push({ delivery, resolve, reject });
      if (!committing) void commitAll();
    });
}

interface Entry {
  readonly delivery: NewDelivery;
  readonly resolve: (fresh: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** A large group costs less for each of its deliveries: half as much with 500 as with 100. */
const mostDeliveries = 500;
/** Characters of all bodies together, but for a single one that is larger. */
const mostCharacters = 16_000_000;

/** How many of those that wait go into the next transaction. */
function sizeOfGroup(waiting: readonly Entry[]): number {
  let characters = 0;
  const over = waiting.findIndex(({ delivery }) => {
    characters += delivery.payload.length;
    return characters > mostCharacters;
  });
  return Math.min(mostDeliveries, over === -1 ? waiting.length : Math.max(1, over));
}

async function commit(store: Pick<Store, 'accept'>, group: readonly Entry[]): Promise<void> {
  try {
    const fresh = await store.accept(group.map((entry) => entry.delivery));
    for (const [index, entry] of group.entries()) entry.resolve(fresh[index] === true);
  } catch (error) {
    const only = group[0];
    if (group.length === 1 && only !== undefined) return only.reject(error);
    // One that cannot be kept must not take the others with it.
    for (const entry of group) await commit(store, [entry]);
  }
}
