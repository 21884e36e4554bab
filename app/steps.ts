import type { Act } from '../src/rollout/engine/acts.ts';
import type { Store } from '../src/store/store.ts';
import type { Worker } from './worker.ts';

/**
 * The durable steps between a webhook and its effects, in the order in which one delivery takes them. Between any two
 * of them the process may die, and the next one goes on from what the last one left in SQL.
 */
export const stepNames = [
  /** A delivery is on disk and not answered yet. */
  'delivery-kept',
  /** This process alone works on a lane. */
  'lane-taken',
  /** A delivery is in hand, and the attempt is counted. */
  'delivery-taken',
  /** All is read that deciding needs; nothing is written. */
  'facts-gathered',
  /** What was decided is in the tables and in the outbox. */
  'plan-recorded',
  'delivery-ended',
  /** An effect is about to be made, and the attempt is counted. */
  'effect-begun',
  /** GitHub was asked and has answered; nobody wrote down how it went. */
  'effect-answered',
  'effect-settled',
  /** Nothing is left to do in a lane, and it is about to be free for everybody. */
  'lane-left',
] as const;

/** The steps of a rollout: in SQL, and outside of it. */
export const rolloutStepNames = [
  'rollout-requested',
  'rollout-ordered',
  'rollout-moved',
  'rollout-given-up',
  /** The platform was asked, and the history read; nothing is set. */
  'rollout-validated',
  /** What the platform is to be set to is written down, and it was not asked yet. */
  'rollout-intended',
  'rollout-applying',
  /** The platform took it; nobody looked whether it is so. */
  'rollout-applied',
  'rollout-observed',
  'rollout-refused',
  'rollout-changed',
  /** The sources answered; nothing of it is kept. */
  'rollout-measured',
  /** Evidence and verdict are kept, and nothing was done about them. */
  'rollout-judged',
] as const;

/** What an act of the engine is called among the steps. */
export function stepOfAct(act: Act): (typeof rolloutStepNames)[number] {
  return act.kind === 'kept' ? `rollout-${act.event}` : `rollout-${act.kind}`;
}

/** One step that was just taken, and what it was about: a delivery's id, a lane, an effect's target, a repository. */
export interface Step {
  readonly name: (typeof stepNames)[number] | (typeof rolloutStepNames)[number];
  readonly about: string;
}

/** Hears of each step right after it was taken, before anything else happens on the same way. It must not throw. */
export type OnStep = (step: Step) => void;

/** The same store, with its steps told. */
export function tellStepsOf(store: Store, onStep: OnStep): Store {
  return {
    ...store,
    async accept(deliveries) {
      const fresh = await store.accept(deliveries);
      for (const { id } of deliveries) onStep({ name: 'delivery-kept', about: id });
      return fresh;
    },
    async takeDelivery(lane) {
      const delivery = await store.takeDelivery(lane);
      if (delivery !== null) onStep({ name: 'delivery-taken', about: delivery.id });
      return delivery;
    },
    async record(...recorded) {
      const about = `${recorded[0].owner}/${recorded[0].name}`;
      onStep({ name: 'facts-gathered', about });
      await store.record(...recorded);
      onStep({ name: 'plan-recorded', about });
    },
    async endDelivery(id, end) {
      await store.endDelivery(id, end);
      onStep({ name: 'delivery-ended', about: id });
    },
    outbox: {
      ...store.outbox,
      async begin(effectId) {
        const isOurs = await store.outbox.begin(effectId);
        if (isOurs) onStep({ name: 'effect-begun', about: String(effectId) });
        return isOurs;
      },
      async settle(effect, outcome) {
        onStep({ name: 'effect-answered', about: effect.target });
        await store.outbox.settle(effect, outcome);
        onStep({ name: 'effect-settled', about: effect.target });
      },
    },
  };
}

/** The same work on a lane, with its begin and end told. */
export function tellLanesOf(work: Worker['work'], onStep: OnStep): Worker['work'] {
  return async (lane) => {
    onStep({ name: 'lane-taken', about: lane });
    await work(lane);
    onStep({ name: 'lane-left', about: lane });
  };
}
