import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Plan } from '../../src/effect.ts';
import { AppError } from '../../src/error.ts';
import type { BudgetLimit } from '../../src/policy/budget-limit.ts';
import type { LedgerEntry } from '../../src/store/ledger-record.ts';
import { aRun } from '../run-builder.ts';
import { dispatch } from './effects.ts';
import { openTestStore, repository, type TestStore } from './test-store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());

const limits: readonly BudgetLimit[] = [
  { per: 'pull-request', window: 'total', seconds: 2000, micros: null },
  { per: 'person', window: 'day', seconds: null, micros: 3_000_000 },
  { per: 'organisation', window: 'month', seconds: 5000, micros: 6_000_000 },
];

/** One thing that happens: somebody wants a run, or one ends. `share` is what it took of what was set aside. */
const step = fc.oneof(
  fc.record({
    kind: fc.constant('want' as const),
    run: fc.integer({ min: 1, max: 12 }),
    seconds: fc.nat(1500),
    pull: fc.integer({ min: 1, max: 3 }),
    person: fc.constantFrom('ada', 'grace'),
    approved: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
    day: fc.integer({ min: 27, max: 31 }),
  }),
  fc.record({
    kind: fc.constant('end' as const),
    run: fc.integer({ min: 1, max: 12 }),
    share: fc.integer({ min: 0, max: 100 }),
  }),
);

function entryOf(want: { run: number; seconds: number; pull: number; person: string; day: number }): LedgerEntry {
  return {
    claim: `claim-${want.run}`,
    attempt: 1,
    job: 'train (late)',
    model: 'late',
    kind: 'train',
    repositoryId: want.pull % 2 === 0 ? 1 : 2,
    owner: 'acme',
    pullRequest: want.pull,
    person: want.person,
    labels: ['gpu'],
    currency: 'USD',
    microsPerHour: 3_600_000,
    reserved: { seconds: want.seconds, micros: want.seconds * 1000 },
    basis: 'limit',
    reservedAt: `2026-03-${want.day}T12:00:00.000Z`,
    settled: null,
    succeeded: null,
  };
}

/** What a ledger may hold at all, by adding up in the plainest way. */
function exceeded(ledger: readonly LedgerEntry[]): readonly string[] {
  const groups: Record<string, { seconds: number; micros: number }> = {};
  for (const entry of ledger) {
    const { seconds, micros } = entry.settled ?? entry.reserved;
    const day = entry.reservedAt.slice(0, 10);
    for (const key of [
      `pull ${entry.repositoryId} ${entry.pullRequest}`,
      `person ${entry.repositoryId} ${entry.person} ${day}`,
      `organisation ${day.slice(0, 7)}`,
    ]) {
      const before = groups[key] ?? { seconds: 0, micros: 0 };
      groups[key] = { seconds: before.seconds + seconds, micros: before.micros + micros };
    }
  }
  return Object.entries(groups).flatMap(([key, { seconds, micros }]) => {
    const isOver =
      (key.startsWith('pull') && seconds > 2000) ||
      (key.startsWith('person') && micros > 3_000_000) ||
      (key.startsWith('organisation') && (seconds > 5000 || micros > 6_000_000));
    return isOver ? [key] : [];
  });
}

async function reserve(entry: LedgerEntry, bounds: readonly BudgetLimit[]): Promise<boolean> {
  const change = { kind: 'reserve', entries: [entry], limits: bounds } as const;
  try {
    await test.store.record({ ...repository, id: entry.repositoryId }, { changes: [change], effects: [] });
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'conflict') return false;
    throw error;
  }
}

it('lets exactly as many of many repositories at once have the last hours of their owner as there are', async () => {
  await test.clear();
  const wants = Array.from({ length: 20 }, (_, at) => ({
    ...entryOf({ run: at + 1, seconds: 300, pull: 1, person: 'ada', day: 28 }),
    repositoryId: 100 + at,
  }));
  const bound: BudgetLimit = { per: 'organisation', window: 'month', seconds: 2000, micros: null };
  const won = await Promise.all(wants.map((entry) => reserve(entry, [bound])));

  // 2000 seconds hold six times 300.
  expect(won.filter(Boolean)).toHaveLength(6);
});

it('never lets the sum exceed a limit without an approval, however runs begin and end at the same time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 6 }), async (rounds) => {
      await test.clear();
      const approved = new Set<string>();
      for (const round of rounds) {
        // All of a round happens at once, as from several lanes.
        await Promise.all(
          round.map(async (one) => {
            if (one.kind === 'want') {
              if (one.approved) approved.add(`claim-${one.run}`);
              await reserve(entryOf(one), one.approved ? [] : limits);
              return;
            }
            const known = await test.store.readLedger([`claim-${one.run}`]);
            const entries = known.map((entry) => {
              const seconds = Math.floor((entry.reserved.seconds * one.share) / 100);
              return { ...entry, settled: { seconds, micros: seconds * 1000 }, succeeded: true };
            });
            await test.store.record(repository, { changes: [{ kind: 'settle', entries }], effects: [] });
          }),
        );
        const claims = Array.from({ length: 12 }, (_, at) => `claim-${at + 1}`);
        const ledger = await test.store.readLedger(claims);
        if (!ledger.some(({ claim }) => approved.has(claim))) expect(exceeded(ledger)).toEqual([]);
      }
    }),
    { numRuns: 15 },
  );
});

it('records nothing of a plan whose reservation came too late: no run, no dispatch, no view', async () => {
  await test.clear();
  await reserve(entryOf({ run: 1, seconds: 2000, pull: 1, person: 'ada', day: 28 }), limits);
  const late = entryOf({ run: 2, seconds: 1, pull: 1, person: 'grace', day: 28 });
  const plan: Plan = {
    changes: [
      { kind: 'save-run', run: aRun({ repositoryId: late.repositoryId, pullRequest: 1 }) },
      { kind: 'reserve', entries: [late], limits },
    ],
    effects: [dispatch],
  };

  await expect(test.store.record({ ...repository, id: late.repositoryId }, plan)).rejects.toMatchObject({
    code: 'conflict',
  });

  expect(await test.store.readRun(aRun().claim)).toBeNull();
  expect((await test.store.readBacklog()).waitingEffects).toBe(0);
});
