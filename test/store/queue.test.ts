import { expect, it } from 'vitest';
import { openPglite } from '../../src/store/pglite.ts';
import { startQueue } from '../../src/store/queue.ts';

it('queues lanes in one order whoever asks, so that two who queue the same ones never wait in a circle', async () => {
  await using database = await openPglite(null);
  await using queue = await startQueue(database, () => {});
  const asked: unknown[] = [];
  const listening = {
    query: async (_: string, values?: readonly unknown[]) => {
      asked.push(values);
      return [];
    },
  };

  await queue.put(listening, ['pull/1/2', 'app', 'pull/1/1', 'app']);
  await queue.put(listening, ['pull/1/1', 'pull/1/2', 'app']);

  expect(asked[0]).toEqual(asked[1]);
  expect(String(asked[0])).toMatch(/app.*pull\/1\/1.*pull\/1\/2/);
});
