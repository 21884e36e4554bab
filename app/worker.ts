import type { Logger } from 'probot';
import { type ApplyPorts, applyPending, backoffSeconds } from '../src/apply.ts';
import { AppError, messageOf } from '../src/error.ts';
import type { Delivery, DeliveryEnd } from '../src/store/deliveries.ts';
import type { Store } from '../src/store/store.ts';
import type { CallMeter } from './calls.ts';
import type { Metrics } from './metrics.ts';

/** What a worker needs. `receive` does what one delivery asks for, and may be called again for the same one. */
export interface WorkerPorts {
  readonly store: Store;
  readonly apply: ApplyPorts;
  readonly receive: (delivery: Delivery) => Promise<void>;
  /** Resolves when it is the worker's turn: answering webhooks goes first. */
  readonly turn: () => Promise<void>;
  readonly meter: CallMeter;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Works on lanes until it is told to stop. */
export interface Worker {
  work(lane: string): Promise<void>;
  /** Lets what is in hand end and takes nothing new. */
  stop(): void;
  readonly busy: () => boolean;
}

/** How often a delivery is tried while the world is away; with doubling waits that is about eight minutes. */
const mostAttempts = 9;

/** Makes a worker. */
export function openWorker(ports: WorkerPorts): Worker {
  let stopping = false;
  let lanes = 0;
  const { outbox } = ports.apply;
  const apply: ApplyPorts = {
    ...ports.apply,
    // Many effects may be due in one lane: those that were not begun stay for the next start.
    outbox: { ...outbox, begin: async (effectId) => !stopping && (await outbox.begin(effectId)) },
  };

  async function workThrough(lane: string): Promise<void> {
    while (!stopping) {
      await ports.turn();
      const delivery = await ports.store.takeDelivery(lane);
      const event = delivery === null ? 'none' : delivery.event;
      const { value, calls } = await ports.meter.measure(async () => {
        const end = delivery === null ? null : await workOn(delivery, ports);
        return { end, applied: await applyPending(lane, apply) };
      });
      for (const applied of value.applied) {
        ports.metrics.applied(applied);
        if (applied.outcome.kind === 'failed') {
          ports.log.error({ effect: applied.effect.effect.kind, target: applied.effect.target }, applied.outcome.error);
        }
      }
      if (value.end !== null) ports.metrics.worked(event, value.end.kind, calls);
      if (delivery === null && value.applied.length === 0) return;
    }
  }

  return {
    async work(lane) {
      lanes += 1;
      try {
        await workThrough(lane);
      } finally {
        lanes -= 1;
      }
    },
    stop() {
      stopping = true;
    },
    busy: () => lanes > 0,
  };
}

async function workOn(delivery: Delivery, { store, receive, log }: WorkerPorts): Promise<DeliveryEnd> {
  const end = await attempt(delivery, receive, log);
  await store.endDelivery(delivery.id, end);
  return end;
}

async function attempt(delivery: Delivery, receive: WorkerPorts['receive'], log: Logger): Promise<DeliveryEnd> {
  // Attempts are counted before they are made: one that has taken the process down so often is given up unseen.
  if (delivery.attempts > mostAttempts) {
    return { kind: 'failed', error: `expected to finish within ${mostAttempts} attempts, found no end; see the log` };
  }
  try {
    await receive(delivery);
    return { kind: 'done' };
  } catch (thrown) {
    const cause = rootOf(thrown);
    const error = messageOf(cause);
    const end = endOf(delivery, cause);
    const what = { delivery: delivery.id, event: delivery.event, attempts: delivery.attempts, err: cause };
    if (end.kind === 'failed') log.error(what, `Gave up a delivery: ${error}`);
    else log.warn({ ...what, err: undefined }, `A delivery must wait: ${error}`);
    return end;
  }
}

/** Only a world that is away is worth another attempt; a refusal or a mistake of ours would be the same again. */
function endOf(delivery: Delivery, cause: unknown): DeliveryEnd {
  const error = messageOf(cause).slice(0, 2000);
  const code = cause instanceof AppError ? cause.code : null;
  const passing = code === 'unavailable' || code === 'timed-out' || code === 'conflict';
  const asked = cause instanceof AppError ? cause.retryAfterSeconds : null;
  if (code === 'unavailable' && asked !== null) return { kind: 'throttled', seconds: asked, error };
  if (!passing || delivery.attempts >= mostAttempts) return { kind: 'failed', error };
  return { kind: 'later', seconds: backoffSeconds(delivery.attempts), error };
}

/** Probot gathers what its handlers throw. */
function rootOf(thrown: unknown): unknown {
  return thrown instanceof AggregateError && thrown.errors.length > 0 ? thrown.errors[0] : thrown;
}
