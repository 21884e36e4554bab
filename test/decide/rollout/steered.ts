import type { Plan } from '../../../src/effect.ts';
import type { RolloutOrder, RolloutRecord, RolloutState } from '../../../src/rollout/rollout-record.ts';
import { aRollout } from '../../rollout/rollout-builder.ts';
import type { TestStore } from '../../store/test-store.ts';
import { flights, openWorld, policyText, repository, type World } from '../../world.ts';

const environments = `environments:
  staging: {}
  production: { after: staging, access: { rollback: [write], canary: [maintain] } }
`;

/** A world with two environments and a pull request; ada maintains, rita writes. */
export interface Steered {
  readonly world: World;
  readonly number: number;
  /** Keeps a rollout of the pull request, and writes into its log that it came to a state. */
  keep(changes?: Parameters<typeof aRollout>[0], state?: RolloutState | null): Promise<RolloutRecord>;
  now(): string;
  /** In a step since now, from 0. */
  observing(step?: number): RolloutState;
}

/** Opens one on an emptied store. */
export async function openSteered(test: TestStore): Promise<Steered> {
  const world = await openWorld(test, { ...flights, '.github/siskin.yml': policyText + environments });
  world.github.commit('work', { 'params.yml': 'depth: 4' });
  const number = world.github.openPull('work');
  world.github.roles.set('ada', 'maintain');
  world.github.roles.set('rita', 'write');
  const now = () => world.clock.now.toISOString();
  return {
    world,
    number,
    now,
    observing: (step = 1) => ({ kind: 'step', phase: 'observing', step, attempt: 1, since: now() }),
    async keep(changes = {}, state = null) {
      world.clock.now = new Date(world.clock.now.getTime() + 1000);
      const rollout = aRollout({ createdAt: now(), number, mergeSha: 'a'.repeat(40), ...changes });
      await world.store.record(repository, { changes: [{ kind: 'request-rollout', rollout }], effects: [] });
      const { rollouts } = world.store;
      const progress = await rollouts.read(rollout.id);
      if (progress === null) throw new Error('it was not kept');
      if (state === null) return progress.record;
      const lease = await rollouts.lease(progress, { holder: 'test', seconds: 600 });
      if (lease === null) throw new Error('the lease is taken');
      return (await rollouts.append(progress, { kind: 'moved', state }, { lease })).record;
    },
  };
}

/** What a plan answers. */
export function said(plan: Plan): string {
  return plan.effects.flatMap((one) => (one.kind === 'reply' ? [one.body] : [])).join('\n');
}

/** What a plan orders rollouts to do. */
export function orders(plan: Plan): readonly RolloutOrder[] {
  return plan.changes.flatMap((change) => (change.kind === 'order-rollout' ? [change.order] : []));
}
