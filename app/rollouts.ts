import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'probot';
import { messageOf } from '../src/error.ts';
import type { DueRollout } from '../src/ports/rollout-log.ts';
import type { Connections } from '../src/rollout/connections.ts';
import type { Act } from '../src/rollout/engine/acts.ts';
import { openEngine, type Turn } from '../src/rollout/engine/engine.ts';
import type { Store } from '../src/store/store.ts';
import type { Metrics } from './metrics.ts';

/** What drives rollouts in this process. */
export interface Rollouts {
  /** Takes no new turn, lets those in hand end, and gives the leases back. */
  stop(): Promise<void>;
}

/** Turns at the same time; most of one is waiting for a platform or a source. */
const turnsAtOnce = 32;
/** After a process was killed another one drives its rollouts when this is over. */
const leaseSeconds = 15;
const renewMilliseconds = 4000;
const pollMilliseconds = 500;
/** How long a rollout is left alone whose turn failed for a reason that nobody foresaw. */
const faultMilliseconds = 5000;

/**
 * Drives every rollout of this database in turns: those that wait longest first, each by at most one turn at a time. An
 * order or a new rollout is heard of at once in this process, and within half a second in others.
 */
export function startRollouts(options: {
  readonly store: Store;
  readonly connections: Connections;
  readonly clock: () => Date;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'rolloutTurn'>;
  readonly onAct?: (act: Act, id: string) => void;
}): Rollouts {
  const { store, connections, clock, log, metrics } = options;
  const holder = randomUUID();
  const engine = openEngine({
    log: store.rollouts,
    holder,
    leaseSeconds,
    clock,
    ...(options.onAct === undefined ? {} : { onAct: options.onAct }),
    openServing: ({ policy, environment, model }, { owner, name }) => {
      const target = policy.serving ?? { connection: '' };
      return connections.openServing({
        repository: `${owner}/${name}`,
        environment,
        connection: target.connection,
        target,
        model,
      });
    },
    openSource: ({ environment }, { owner, name }, connection) =>
      connections.openMetricSource({ repository: `${owner}/${name}`, environment, connection }),
  });
  const busy = new Map<string, Promise<void>>();
  /** Until when those rest that somebody else got in between of, or whose turn failed. */
  const resting = new Map<string, number>();
  const over = new AbortController();
  const stopped = Promise.withResolvers<void>();
  const ended = stopped.promise;
  let awake = Promise.withResolvers<void>();
  const wake = () => awake.resolve();
  const deafen = store.onRollout(wake);
  const loops = [poll(), renew()];

  async function poll(): Promise<void> {
    while (!over.signal.aborted) {
      const isFull = await take().catch((error: unknown) => {
        log.warn(`Rollouts could not be looked for: ${messageOf(error)}`);
        return false;
      });
      if (isFull) await Promise.race(busy.values());
      else await Promise.race([setTimeout(pollMilliseconds, undefined, { ref: false }), awake.promise, ended]);
      awake = Promise.withResolvers();
    }
  }

  /** Gives turns to those that are due; true when there are more than can be taken now. */
  async function take(): Promise<boolean> {
    const due = await store.rollouts.listDue({ holder, most: turnsAtOnce * 2 });
    for (const { id, sequence, wakeAt } of due) {
      if (over.signal.aborted || busy.has(id) || (resting.get(id) ?? 0) > performance.now()) continue;
      if (busy.size >= turnsAtOnce) return true;
      resting.delete(id);
      const lag = Math.max(0, clock().getTime() - Date.parse(wakeAt)) / 1000;
      const turn = driven({ id, sequence }, lag).finally(() => {
        busy.delete(id);
        wake();
      });
      busy.set(id, turn);
    }
    return false;
  }

  async function driven({ id, sequence }: Omit<DueRollout, 'wakeAt'>, lag: number): Promise<void> {
    const began = performance.now();
    try {
      const turn = await engine.turn(id);
      metrics.rolloutTurn({
        end: turn.kind,
        lag,
        seconds: (performance.now() - began) / 1000,
        zeroAfterMs: zeroOf(turn),
      });
      if (turn.kind === 'left') resting.set(id, performance.now() + leftMilliseconds);
    } catch (error) {
      metrics.rolloutTurn({ end: 'fault', lag, seconds: (performance.now() - began) / 1000, zeroAfterMs: null });
      log.error({ err: error, rollout: id }, `A turn of a rollout failed: ${messageOf(error)}`);
      // Others must not wait behind one that fails again and again.
      const until = new Date(clock().getTime() + faultMilliseconds).toISOString();
      await store.rollouts.sleep(id, { sequence, until }).catch(() => {});
      resting.set(id, performance.now() + faultMilliseconds);
    }
  }

  async function renew(): Promise<void> {
    while (!over.signal.aborted) {
      await Promise.race([setTimeout(renewMilliseconds, undefined, { ref: false }), ended]);
      if (over.signal.aborted) return;
      await store.rollouts.renew({ holder, seconds: leaseSeconds }).catch((error: unknown) => {
        log.warn(`The leases of rollouts could not be renewed: ${messageOf(error)}`);
      });
    }
  }

  return {
    async stop() {
      over.abort();
      engine.stop();
      deafen();
      stopped.resolve();
      await Promise.all([...loops, ...busy.values()]);
      await store.rollouts.giveBack(holder);
    },
  };
}

/** After somebody else wrote first, which is over at once. */
const leftMilliseconds = 250;

function zeroOf(turn: Turn): number | null {
  return turn.kind === 'over' ? turn.record.zeroAfterMs : null;
}
