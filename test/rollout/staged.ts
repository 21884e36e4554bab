import { afterAll, beforeAll } from 'vitest';
import type { Plan } from '../../src/effect.ts';
import { isEnded, type RolloutRecord } from '../../src/rollout/rollout-record.ts';
import { openTestStore, repository, type TestStore } from '../store/test-store.ts';
import { type Driven, openDriven } from './driven.ts';
import { aRollout } from './rollout-builder.ts';

/** Whether a rollout is at an end. */
export const ended = ({ state }: RolloutRecord) => isEnded(state);
/** Whether it is in a state of this kind. */
export const inState = (kind: RolloutRecord['state']['kind']) => (record: RolloutRecord) => record.state.kind === kind;
/** Whether a step has the weight that was set, and is watched. */
export const observing = (step: number) => (record: RolloutRecord) =>
  record.state.kind === 'step' && record.state.phase === 'observing' && record.state.step === step;
/** A person's reason to go back. */
export const byHand = { kind: 'command', sentence: 'ada wants it back', by: 'ada' } as const;

/** The stories of one file on one store: each begins with an empty one. */
export function staged() {
  let test: TestStore;
  let driven: Driven;
  beforeAll(async () => {
    test = await openTestStore();
  });
  afterAll(() => test[Symbol.asyncDispose]());
  return {
    get driven() {
      return driven;
    },
    get test() {
      return test;
    },
    /** Requests a rollout in a new world. */
    async begun(rules: Readonly<Record<string, unknown>> = {}, changes: Parameters<typeof aRollout>[0] = {}) {
      driven = await openDriven(test);
      const rollout = aRollout({ rules, ...changes });
      await driven.request(rollout);
      return rollout;
    },
    async keep(changes: Plan['changes']): Promise<void> {
      await test.store.record(repository, { changes, effects: [] });
    },
    /** The weights that the platform was set to, one after the other. */
    weights: () =>
      driven.platform.history.map(({ traffic }) => traffic.weight).filter((weight, at, all) => weight !== all[at - 1]),
  };
}
