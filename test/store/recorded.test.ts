import { expect, it } from 'vitest';
import type { Intent } from '../../src/intent.ts';
import { openTestStore, repository, sha } from './test-store.ts';

const pull: Intent = {
  kind: 'check-pull-request',
  repository,
  number: 7,
  head: sha('a'),
  actor: { login: 'ada', kind: 'person' },
  cause: 'opened',
};

it('records the plan of a delivery once, also when the process dies before the delivery ends', async () => {
  await using test = await openTestStore();
  const { store } = test;
  await store.ask({ kind: 'onboard', repository }, 'first');
  const plan = { changes: [{ kind: 'ask', intent: pull }], effects: [] } as const;

  await store.record(repository, plan, { delivery: 'first', place: 0 });
  await store.record(repository, plan, { delivery: 'first', place: 0 });
  expect((await store.readBacklog()).waitingDeliveries).toBe(2);

  // Another intent of the same delivery has a plan of its own.
  await store.record(repository, plan, { delivery: 'first', place: 1 });
  expect((await store.readBacklog()).waitingDeliveries).toBe(3);
});
