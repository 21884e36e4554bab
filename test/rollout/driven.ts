import type { Plan } from '../../src/effect.ts';
import { type Engine, type EnginePorts, openEngine, type Turn } from '../../src/rollout/engine/engine.ts';
import type { RolloutOrder, RolloutRecord } from '../../src/rollout/rollout-record.ts';
import { repository, type TestStore } from '../store/test-store.ts';
import { type MemoryPlatform, memoryPlatform } from './memory-platform.ts';
import { type MemorySource, memorySource } from './memory-source.ts';
import { aModel } from './rollout-builder.ts';

/** A real engine on a real store, before a platform and a source that the test holds in its hand. */
export interface Driven {
  readonly platform: MemoryPlatform;
  readonly source: MemorySource;
  readonly engine: Engine;
  /** Another process on the same store. */
  another(holder: string, changes?: Partial<EnginePorts>): Engine;
  request(rollout: RolloutRecord): Promise<void>;
  order(id: string, order: RolloutOrder, by?: string): Promise<void>;
  /** Turns of one rollout, with the clock moved to when it wants the next, until it is so; fails after many. */
  until(id: string, isSo: (record: RolloutRecord) => boolean, engine?: Engine): Promise<RolloutRecord>;
  /** So many turns, with the clock moved between them. */
  turns(id: string, count: number, engine?: Engine): Promise<Turn | null>;
  read(id: string): Promise<RolloutRecord>;
}

/** Opens one on an emptied store. */
export async function openDriven(test: TestStore): Promise<Driven> {
  await test.clear();
  const { store, clock } = test;
  const platform = memoryPlatform(aModel('v1'), () => clock.now.getTime());
  const source = memorySource(() => platform.traffic?.weight ?? 0);
  const another = (holder: string, changes: Partial<EnginePorts> = {}) =>
    openEngine({
      log: store.rollouts,
      openServing: () => platform,
      openSource: () => source,
      clock: () => clock.now,
      holder,
      leaseSeconds: 15,
      ...changes,
    });
  const engine = another('first');
  const record = (plan: Partial<Plan>) => store.record(repository, { changes: [], effects: [], ...plan });

  async function read(id: string): Promise<RolloutRecord> {
    const found = await store.readRollout(id);
    if (found === null) throw new Error(`no rollout ${id}`);
    return found;
  }

  async function turn(id: string, by: Engine): Promise<Turn> {
    const turn = await by.turn(id);
    if (turn.kind === 'asleep' && Date.parse(turn.until) > clock.now.getTime()) clock.now = new Date(turn.until);
    else if (turn.kind === 'left') clock.now = new Date(clock.now.getTime() + 1000);
    return turn;
  }

  return {
    platform,
    source,
    engine,
    another,
    read,
    request: (rollout) => record({ changes: [{ kind: 'request-rollout', rollout }] }),
    async order(id, order, by = 'ada') {
      const { sequence } = await read(id);
      await record({ changes: [{ kind: 'order-rollout', rollout: id, sequence, order, by }] });
    },
    async until(id, isSo, by = engine) {
      for (let turns = 0; turns < 300; turns += 1) {
        const found = await read(id);
        if (isSo(found)) return found;
        await turn(id, by);
      }
      throw new Error(`it never came so; the state is ${JSON.stringify((await read(id)).state)}`);
    },
    async turns(id, count, by = engine) {
      let last: Turn | null = null;
      for (let done = 0; done < count; done += 1) last = await turn(id, by);
      return last;
    },
  };
}
