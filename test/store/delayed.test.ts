import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Intent } from '../../src/intent.ts';
import { openPglite } from '../../src/store/pglite.ts';
import { startQueue } from '../../src/store/queue.ts';
import { openStore } from '../../src/store/store.ts';
import { temporaryFolder } from '../data/temporary-folder.ts';
import { openTestStore, repository, type TestStore } from './test-store.ts';

const lane = 'repository/1';
const intent: Intent = { kind: 'reconcile', repository };
const delayed = { changes: [{ kind: 'ask', intent, afterSeconds: 3600 }], effects: [] } as const;

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened[Symbol.asyncDispose]());
beforeEach(() => opened.clear());

describe('an intent with a delay', () => {
  it('has its turn when its time has come, and not before', async () => {
    const { store, clock } = opened;
    await store.record(repository, delayed);

    clock.now = new Date(clock.now.getTime() + 3_599_000);
    const early = await store.takeDelivery(lane);
    clock.now = new Date(clock.now.getTime() + 1_000);
    const due = await store.takeDelivery(lane);

    expect(early).toBeNull();
    expect(due && JSON.parse(due.payload)).toEqual(intent);
  });

  it('is nothing that waits, and has no age, until then', async () => {
    const { store, clock } = opened;
    await store.record(repository, delayed);

    const before = await store.readBacklog();
    clock.now = new Date(clock.now.getTime() + 3_605_000);
    const after = await store.readBacklog();

    expect([before.waitingDeliveries, before.oldestSeconds]).toEqual([0, 0]);
    expect([after.waitingDeliveries, after.oldestSeconds]).toEqual([1, 5]);
  });

  it('lets what is asked for after it pass', async () => {
    const { store } = opened;
    await store.record(repository, delayed);
    await store.ask({ kind: 'onboard', repository }, 'now');

    expect((await store.takeDelivery(lane))?.id).toBe('now');
  });

  it('survives a restart of the process', async () => {
    using files = temporaryFolder();
    const start = async (now: string) => {
      const database = await openPglite(join(files.path, 'database'));
      const queue = await startQueue(database, () => {});
      const store = await openStore({ database, queue, clock: () => new Date(now) });
      const stop = async () => {
        await queue[Symbol.asyncDispose]();
        await database[Symbol.asyncDispose]();
      };
      return { store, queue, stop };
    };
    const first = await start('2026-03-01T12:00:00Z');
    await first.store.record(repository, delayed);
    await first.stop();

    const second = await start('2026-03-01T13:00:01Z');
    const woken = new Promise<string>((resolve) => {
      second.queue.work({ most: 1, turn: async () => {}, handle: async (name) => resolve(name) });
    });
    await second.store.sweep();

    expect(await woken).toBe(lane);
    expect(await second.store.takeDelivery(lane)).toMatchObject({ attempts: 1 });
    await second.stop();
  });
});
