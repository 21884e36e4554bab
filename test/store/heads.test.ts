import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PullSighting } from '../../src/store/head-record.ts';
import { aPlan } from './effects.ts';
import { openTestStore, repository, sha, type TestStore } from './test-store.ts';

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened[Symbol.asyncDispose]());
beforeEach(() => opened.clear());

const sighting = (head: string, second: number, changes: Partial<PullSighting> = {}): PullSighting => ({
  repositoryId: 1,
  number: 5,
  head,
  at: `2026-03-01T12:00:${String(second).padStart(2, '0')}.000Z`,
  isFirst: false,
  ...changes,
});

const accept = (id: string, ...sightings: PullSighting[]) =>
  opened.store.accept([
    {
      id,
      event: 'pull_request',
      payload: '{}',
      hint: { repositoryId: 1, number: 5, claim: null, head: null },
      sightings,
    },
  ]);

describe('the journal of heads', () => {
  it('is written with the delivery, before anybody works on it', async () => {
    await accept('a', sighting(sha('a'), 1, { isFirst: true }));

    expect(await opened.store.listHeads(1, 5)).toEqual([
      { head: sha('a'), at: '2026-03-01T12:00:01.000Z', isFirst: true },
    ]);
    expect(await opened.store.readPull(1, 5)).toBeNull();
  });

  it('is the same in whatever order, and however often, webhooks arrive', async () => {
    const all = [
      sighting(sha('a'), 1, { isFirst: true }),
      sighting(sha('b'), 2),
      sighting(sha('c'), 2),
      sighting(sha('a'), 3),
      sighting(sha('a'), 1),
    ];
    const orders = fc.array(fc.shuffledSubarray(all, { minLength: all.length }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(orders, async (batches) => {
        await opened.clear();
        for (const [index, batch] of batches.entries()) await accept(`delivery-${index}`, ...batch);
        const [first, ...rest] = all;

        const journal = await opened.store.listHeads(1, 5);
        expect(journal.map(({ head, at, isFirst }) => [head, at, isFirst])).toEqual(
          [first, ...rest.slice(0, 3)].map((one) => [one?.head, one?.at, one?.isFirst]),
        );
      }),
      { numRuns: 15 },
    );
  });

  it('keeps the heads of one pull request apart from those of another, and finds pull requests by a head', async () => {
    await accept('a', sighting(sha('a'), 1), sighting(sha('a'), 2, { number: 7 }));
    await accept('b', sighting(sha('b'), 3), sighting(sha('a'), 3, { repositoryId: 2, number: 9 }));

    expect((await opened.store.listHeads(1, 7)).map(({ head }) => head)).toEqual([sha('a')]);
    expect(await opened.store.listPullsAt(1, sha('a'))).toEqual([5, 7]);
    expect(await opened.store.listPullsAt(1, sha('c'))).toEqual([]);
  });

  it('learns from planning what no webhook told', async () => {
    const at = '2026-03-01T12:00:09.000Z';
    await opened.store.record(repository, aPlan({ changes: [{ kind: 'save-head', number: 5, head: sha('a'), at }] }));

    expect(await opened.store.listHeads(1, 5)).toEqual([{ head: sha('a'), at, isFirst: false }]);
    expect(await opened.store.readPull(1, 5)).toMatchObject({ head: sha('a') });
  });
});
