import { AppError } from '../../src/error.ts';
import { type Engine, openEngine } from '../../src/rollout/engine/engine.ts';
import type { RolloutOrder, RolloutRecord } from '../../src/rollout/rollout-record.ts';
import { type MemoryPlatform, memoryPlatform } from '../rollout/memory-platform.ts';
import { type MemorySource, memorySource } from '../rollout/memory-source.ts';
import { aModel, aRollout } from '../rollout/rollout-builder.ts';
import { repository, type TestStore } from '../store/test-store.ts';

/** One service on a real store, with engines that may die at any act. */
export interface RolloutWorld {
  readonly platform: MemoryPlatform;
  readonly source: MemorySource;
  /** A new process; with a number it dies right after so many events. */
  engine(diesAfter: number | null): Engine;
  turnOldest(engine: Engine): Promise<void>;
  pass(ms: number): void;
  merge(version: number): Promise<void>;
  /** Of the oldest open rollout; nothing when there is none. */
  order(order: RolloutOrder): Promise<void>;
  /** Oldest first. */
  open(): Promise<readonly RolloutRecord[]>;
  /** Newest first. */
  all(): Promise<readonly RolloutRecord[]>;
}

/** Opens one on an emptied store. */
export async function openRolloutWorld(test: TestStore): Promise<RolloutWorld> {
  await test.clear();
  const { store, clock } = test;
  const platform = memoryPlatform(aModel('v1'));
  const source = memorySource(() => platform.traffic?.weight ?? 0);
  let [lives, merges] = [0, 0];
  const keep = async (changes: Parameters<typeof store.record>[1]['changes']) =>
    await store.record(repository, { changes, effects: [] });
  const all = () => store.listRollouts(repository.id);
  const open = async () => (await store.listRollouts(repository.id, { open: true })).toReversed();
  return {
    platform,
    source,
    all,
    open,
    engine(diesAfter) {
      lives += 1;
      let acts = 0;
      return openEngine({
        log: store.rollouts,
        openServing: () => platform,
        openSource: () => source,
        clock: () => clock.now,
        holder: `life ${lives}`,
        leaseSeconds: 15,
        onAct({ kind }) {
          // What is thrown while the platform is asked counts as its refusal; real kills there are in crash/rollout.test.ts.
          if (kind !== 'kept') return;
          acts += 1;
          // As far as the world can tell, this is where the process ended.
          if (acts === diesAfter) throw new Death();
        },
      });
    },
    async turnOldest(engine) {
      const [oldest] = await open();
      if (oldest === undefined) return;
      await engine.turn(oldest.id).catch((error: unknown) => {
        if (!(error instanceof Death)) throw error;
      });
    },
    pass(ms) {
      clock.now = new Date(clock.now.getTime() + ms);
    },
    async merge(version) {
      merges += 1;
      const mergeSha = merges.toString(16).padStart(40, '0');
      await keep([{ kind: 'request-rollout', rollout: aRollout({ release: aModel(`v${version}`), mergeSha }) }]);
    },
    async order(order) {
      const [oldest] = await open();
      if (oldest === undefined) return;
      const { id, sequence } = oldest;
      await keep([{ kind: 'order-rollout', rollout: id, sequence, order, by: 'ada' }]).catch((error: unknown) => {
        if (!(error instanceof AppError && error.code === 'conflict')) throw error;
      });
    },
  };
}

class Death extends Error {}
