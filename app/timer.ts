import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'probot';
import { messageOf } from '../src/error.ts';
import type { Store } from '../src/store/store.ts';

/** Does again and again what no webhook asks for. */
export interface Timer {
  stop(): Promise<void>;
}

/** How long finished deliveries and effects are kept; GitHub can send a delivery again for three days. */
const daysKept = 14;

/**
 * Starts the timer. Each second, lanes with something due are queued: what waited for its time, and what a killed
 * process left. At once and then every `reconcileSeconds`, each active repository is compared with what we know of it.
 */
export function startTimer(options: {
  readonly store: Store;
  readonly log: Logger;
  readonly reconcileSeconds: number;
  /** Asks GitHub for deliveries that never arrived. */
  readonly recoverMissed: () => Promise<void>;
}): Timer {
  const { store, log, reconcileSeconds, recoverMissed } = options;
  const started = new Date().toISOString();

  async function reconcile(round: number): Promise<void> {
    await store.prune(daysKept);
    // Replicas share a slot, so one of them asks; a start has its own.
    const slot = round === 0 ? `start-${started}` : Math.floor(Date.now() / (reconcileSeconds * 1000));
    for (const repository of await store.listActiveRepositories()) {
      await store.ask({ kind: 'reconcile', repository }, `reconcile/${repository.id}/${slot}`);
    }
    await recoverMissed();
  }

  const loops = [
    repeat({ seconds: 1, work: () => store.sweep(), log }),
    repeat({ seconds: reconcileSeconds, work: reconcile, log }),
  ];
  return {
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}

/** Runs the work now and then so many seconds after each end; a failure is logged and the next round comes all the same. */
function repeat({
  seconds,
  work,
  log,
}: {
  seconds: number;
  work: (round: number) => Promise<void>;
  log: Logger;
}): Timer {
  const over = new AbortController();
  const ended = loop();

  async function loop(): Promise<void> {
    for (let round = 0; !over.signal.aborted; round += 1) {
      await work(round).catch((error: unknown) => log.warn(`The timer's work failed: ${messageOf(error)}`));
      // Stopping ends the wait by rejecting it.
      await setTimeout(seconds * 1000, undefined, { signal: over.signal }).catch(() => {});
    }
  }

  return {
    async stop() {
      over.abort();
      await ended;
    },
  };
}
