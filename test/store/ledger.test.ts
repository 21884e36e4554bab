import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { settlement } from '../../src/decide/settlement.ts';
import type { BudgetLimit } from '../../src/policy/budget-limit.ts';
import type { WorkflowJob } from '../../src/ports.ts';
import type { LedgerEntry } from '../../src/store/ledger-record.ts';
import { aJob } from '../job-builder.ts';
import { openTestStore, repository, type TestStore } from './test-store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());
beforeEach(() => test.clear());

const claims = (number: number) => `00000000-0000-8000-8000-${String(number).padStart(12, '0')}`;

function anEntry(changes: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    claim: claims(1),
    attempt: 1,
    job: 'train (late)',
    model: 'late',
    kind: 'train',
    repositoryId: 1,
    owner: 'acme',
    pullRequest: 5,
    person: 'grace',
    labels: ['gpu'],
    currency: 'USD',
    microsPerHour: 2_500_000,
    reserved: { seconds: 3600, micros: 2_500_000 },
    basis: 'limit',
    reservedAt: '2026-03-01T12:00:00.000Z',
    settled: null,
    succeeded: null,
    ...changes,
  };
}

const daily: BudgetLimit = { per: 'repository', window: 'day', seconds: 7200, micros: null };

async function reserve(entries: readonly LedgerEntry[], limits: readonly BudgetLimit[] = []): Promise<void> {
  await test.store.record(repository, { changes: [{ kind: 'reserve', entries, limits }], effects: [] });
}

/** The train job of these attempts took so long. */
async function settle(seconds: readonly number[], claim = claims(1)): Promise<void> {
  const ledger = await test.store.readLedger([claim]);
  const jobs = seconds.map((time, at) => took({ attempt: at + 1, seconds: time }));
  const entries = settlement(ledger, { jobs, attempt: seconds.length });
  await test.store.record(repository, { changes: [{ kind: 'settle', entries }], effects: [] });
}

function took({ attempt, seconds }: { attempt: number; seconds: number }): WorkflowJob {
  const start = Date.parse(`2026-03-0${attempt}T12:10:00Z`);
  const times = [start, start + seconds * 1000].map((at) => new Date(at).toISOString());
  return aJob({ attempt, startedAt: times[0] ?? null, completedAt: times[1] ?? null });
}

const spent = async (limit: BudgetLimit = daily, at = '2026-03-01T23:00:00Z', entry: LedgerEntry = anEntry()) =>
  (await test.store.readSpending(entry, { limits: [limit], at, except: null }))[0];

describe('the ledger', () => {
  it('counts what is reserved until it is settled, and then what it took', async () => {
    await reserve([anEntry()]);
    const reserved = await spent();
    await settle([400]);

    expect(reserved).toEqual({ seconds: 3600, micros: 2_500_000 });
    // 400 s at 2.5 an hour are 0.2777… of the currency, rounded up to a whole millionth.
    expect(await spent()).toEqual({ seconds: 400, micros: 277_778 });
  });

  it('settles twice as once', async () => {
    await reserve([anEntry(), anEntry({ job: 'evaluate (late)', kind: 'evaluate' })]);
    await settle([400]);
    const once = await test.store.readLedger([claims(1)]);
    await settle([400]);

    expect(await test.store.readLedger([claims(1)])).toEqual(once);
    expect(once.map(({ job, settled }) => [job, settled?.seconds])).toEqual([
      ['train (late)', 400],
      // Never on a machine, never paid.
      ['evaluate (late)', 0],
    ]);
  });

  it('settles an attempt that nobody reserved, at the price of the one before, on its own day', async () => {
    await reserve([anEntry()]);
    await settle([400]);
    await settle([400, 7200]);

    expect((await test.store.readLedger([claims(1)])).map(({ attempt, settled }) => [attempt, settled])).toEqual([
      [1, { seconds: 400, micros: 277_778 }],
      [2, { seconds: 7200, micros: 5_000_000 }],
    ]);
    expect(await spent(daily, '2026-03-02T01:00:00Z')).toEqual({ seconds: 7200, micros: 5_000_000 });
  });

  it('begins each day at midnight UTC and each month at its first', async () => {
    await reserve([anEntry({ reservedAt: '2026-02-28T23:59:59.999Z' })]);
    await reserve([anEntry({ claim: claims(2), reservedAt: '2026-03-01T00:00:00.000Z' })]);

    const seconds = async (window: BudgetLimit['window'], at: string) =>
      (await spent({ ...daily, window }, at))?.seconds;
    expect(await seconds('day', '2026-02-28T23:59:59.999Z')).toBe(7200);
    expect(await seconds('day', '2026-03-01T00:00:00Z')).toBe(3600);
    expect(await seconds('month', '2026-03-31T23:59:59Z')).toBe(3600);
    expect(await seconds('total', '2030-01-01T00:00:00Z')).toBe(7200);
  });

  it('adds up by pull request, person, repository and organisation, and one currency only', async () => {
    await reserve([anEntry()]);
    await reserve([anEntry({ claim: claims(2), pullRequest: 6 })]);
    await reserve([anEntry({ claim: claims(3), person: 'ada', currency: 'EUR' })]);
    await reserve([anEntry({ claim: claims(4), repositoryId: 2 })]);
    await reserve([anEntry({ claim: claims(5), owner: 'else', repositoryId: 3 })]);

    const of = async (per: BudgetLimit['per']) => await spent({ ...daily, per });
    expect(await of('pull-request')).toEqual({ seconds: 7200, micros: 2_500_000 });
    expect(await of('person')).toEqual({ seconds: 7200, micros: 5_000_000 });
    expect(await of('repository')).toEqual({ seconds: 10_800, micros: 5_000_000 });
    expect(await of('organisation')).toEqual({ seconds: 14_400, micros: 7_500_000 });
  });

  it('gives the last hour to one of two that want it at the same time, and nothing of the other is recorded', async () => {
    await reserve([anEntry()], [daily]);
    const wanting = [2, 3].map((number) => reserve([anEntry({ claim: claims(number), pullRequest: number })], [daily]));
    const ends = await Promise.allSettled(wanting);

    expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const refused = ends.find((end) => end.status === 'rejected');
    expect(refused?.reason).toMatchObject({ code: 'conflict' });
    expect((await test.store.readLedger([claims(2), claims(3)])).length).toBe(1);
    expect(await spent()).toEqual({ seconds: 7200, micros: 5_000_000 });
  });

  it('reserves the same attempt once, however often it is recorded', async () => {
    await reserve([anEntry()], [{ ...daily, seconds: 3600 }]);
    await reserve([anEntry()], [{ ...daily, seconds: 3600 }]);

    expect(await spent()).toEqual({ seconds: 3600, micros: 2_500_000 });
  });

  it('remembers how long the last twenty jobs took that succeeded, by model, kind and labels', async () => {
    for (let number = 1; number <= 22; number += 1) {
      const at = `2026-03-01T${String(number).padStart(2, '0')}:00:00.000Z`;
      await reserve([anEntry({ claim: claims(number), reservedAt: at })]);
      await settle([number * 10], claims(number));
    }
    await reserve([anEntry({ claim: claims(30), labels: ['big'] })]);

    const past = await test.store.listPastJobs(1, '2026-02-01T00:00:00Z');
    expect(past).toHaveLength(1);
    expect(past[0]?.seconds).toEqual(Array.from({ length: 20 }, (_, at) => (22 - at) * 10));
  });
});
