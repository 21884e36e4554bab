import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine } from '../../src/rollout/engine/engine.ts';
import { isEnded, type RolloutOrder } from '../../src/rollout/rollout-record.ts';
import { progressOf } from '../../src/rollout/states/progress.ts';
import { aModel } from '../rollout/rollout-builder.ts';
import { openTestStore, type TestStore } from '../store/test-store.ts';
import { openRolloutWorld, type RolloutWorld } from './rollout-world.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());

const cause = { kind: 'command', sentence: 'enough', by: 'ada' } as const;
const orders: readonly RolloutOrder[] = [
  { kind: 'pause' },
  { kind: 'resume' },
  { kind: 'advance' },
  { kind: 'abort', cause },
];

type Command =
  | { readonly do: 'turn'; readonly by: 0 | 1; readonly diesAfter: number | null }
  | { readonly do: 'time'; readonly ms: number }
  | { readonly do: 'rate'; readonly rate: number }
  | { readonly do: 'source'; readonly fails: boolean }
  | { readonly do: 'platform'; readonly fault: 'refuse' | 'lose-answer' | 'ignore' | null }
  | { readonly do: 'order'; readonly order: RolloutOrder }
  | { readonly do: 'merge'; readonly version: number }
  | { readonly do: 'edit'; readonly weight: number };
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 14,
    arbitrary: fc.record({
      do: fc.constant('turn' as const),
      by: fc.constantFrom(0 as const, 1 as const),
      // Half of all turns end by the death of the process at some act.
      diesAfter: fc.option(fc.integer({ min: 1, max: 12 }), { freq: 1 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('time' as const), ms: fc.constantFrom(1000, 2500, 20_000, -3000) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rate' as const), rate: fc.constantFrom(0.02, 0.02, 0.4) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('source' as const), fails: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('platform' as const),
      fault: fc.constantFrom('refuse' as const, 'lose-answer' as const, 'ignore' as const, null, null),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('order' as const), order: fc.constantFrom(...orders) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('merge' as const), version: fc.integer({ min: 2, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('edit' as const), weight: fc.constantFrom(1, 60) }) },
);

it('ends as git says on a real database, whatever dies, fails, jumps or is changed by hand meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 12, maxLength: 30 }), async (commands) => {
      const world = await openRolloutWorld(test);
      await play(world, commands);
      await calm(world);
      await check(world);
    }),
    { numRuns: 25 },
  );
}, 300_000);

async function play(world: RolloutWorld, commands: readonly Command[]): Promise<void> {
  await world.merge(2);
  const engines: [Engine | null, Engine | null] = [null, null];
  for (const one of commands) {
    switch (one.do) {
      case 'turn': {
        const engine = engines[one.by] ?? world.engine(one.diesAfter);
        engines[one.by] = one.diesAfter === null ? engine : null;
        await world.turnOldest(engine);
        break;
      }
      case 'time':
        world.pass(one.ms);
        break;
      case 'rate':
        world.source.rates.candidate = one.rate;
        break;
      case 'source':
        world.source.fault = one.fails ? () => ({ kind: 'failed', reason: 'not now' }) : null;
        break;
      case 'platform':
        world.platform.faults.onApply = one.fault === null ? null : () => one.fault;
        break;
      case 'order':
        await world.order(one.order);
        break;
      case 'merge':
        await world.merge(one.version);
        break;
      case 'edit':
        if (world.platform.traffic?.candidate != null) world.platform.edit({ weight: one.weight });
        break;
      default:
        one satisfies never;
    }
  }
}

async function calm(world: RolloutWorld): Promise<void> {
  world.source.fault = null;
  world.source.rates.candidate = 0.02;
  world.platform.faults.onApply = null;
  const engine = world.engine(null);
  for (let rounds = 1; rounds < 260; rounds += 1) {
    if ((await world.open()).length === 0) return;
    if (rounds % 60 === 0) await world.order(rounds > 120 ? { kind: 'abort', cause } : { kind: 'resume' });
    for (const { id } of await world.open()) await engine.turn(id);
    world.pass(2250);
  }
}

async function check(world: RolloutWorld): Promise<void> {
  const fences = world.platform.history.map(({ traffic }) => traffic.fence);
  expect(fences).toEqual([...fences].sort((a, b) => a - b));
  const all = await world.all();
  for (const record of all) {
    expect(isEnded(record.state), JSON.stringify(record.state)).toBe(true);
    const events = await test.store.listRolloutEvents(record.id);
    expect(progressOf(events)).toEqual(await test.store.rollouts.read(record.id));
    const judged = events.flatMap((event) => (event.kind === 'judged' ? [event.interval] : []));
    expect(judged).toEqual(judged.map((_, at) => at));
    const sealed = (await test.store.readEvidence(record.id)).map((line): number => JSON.parse(line).interval);
    expect(sealed.filter((interval) => interval >= 0)).toEqual(judged);
  }
  const last = all.find(({ state, fence }) => fence > 0 && state.kind !== 'failed');
  if (last !== undefined && last.state.kind !== 'superseded') {
    expect(world.platform.traffic?.champion).toEqual(
      last.state.kind === 'succeeded' ? last.release : (last.previous ?? aModel('v1')),
    );
  }
}
