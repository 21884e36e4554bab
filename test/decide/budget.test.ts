import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costOf, medianSeconds, overrun, tightest } from '../../src/decide/budget.ts';
import { settlement } from '../../src/decide/settlement.ts';
import type { Budget } from '../../src/facts/budget-facts.ts';
import { type BudgetLimit, limitsOf, windowEnd, windowStart } from '../../src/policy/budget-limit.ts';
import type { LedgerEntry } from '../../src/store/ledger-record.ts';
import { aJob } from '../job-builder.ts';

const spender = { repositoryId: 1, owner: 'acme', pullRequest: 5, person: 'grace', currency: 'USD' };

function aBudget(spent: Budget['spent']): Budget {
  return { policy: undefined, spender, spent, past: [], approvedBy: null };
}

function aLimit(changes: Partial<BudgetLimit> = {}): BudgetLimit {
  return { per: 'repository', window: 'day', seconds: 3600, micros: null, ...changes };
}

function anEntry(changes: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    claim: 'c',
    attempt: 1,
    job: 'train (late)',
    model: 'late',
    kind: 'train',
    ...spender,
    labels: ['gpu'],
    microsPerHour: 2_000_000,
    reserved: { seconds: 600, micros: 333_334 },
    basis: 'past',
    reservedAt: '2026-03-01T12:00:00Z',
    settled: null,
    succeeded: null,
    ...changes,
  };
}

describe('money', () => {
  it.each([
    [3600, 2_500_000, 2_500_000],
    [1, 2_500_000, 695],
    [0, 2_500_000, 0],
    [432_000, 100_000_000_000, 12_000_000_000_000],
    [3600, null, 0],
  ])('%i s at %s millionths an hour are %i', (seconds, price, micros) => {
    expect(costOf(seconds, price)).toBe(micros);
  });

  it('never costs less than it does, nor a millionth more', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), fc.nat(100_000_000_000), (seconds, price) => {
        const exact = BigInt(seconds) * BigInt(price);
        const cost = BigInt(costOf(seconds, price)) * 3600n;
        return cost >= exact && cost < exact + 3600n;
      }),
    );
  });

  it('reads prices and bounds of the policy exactly', () => {
    const limits = [{ per: 'person', window: 'month', hours: 0.1, cost: 19.99 }] as const;

    expect(limitsOf({ currency: 'USD', 'price-per-hour': { gpu: 1 }, limits: [...limits] })).toEqual([
      { per: 'person', window: 'month', seconds: 360, micros: 19_990_000 },
    ]);
  });
});

describe('a window', () => {
  it.each([
    ['day', '2026-03-01T23:59:59.999Z', '2026-03-01', '2026-03-02T00:00:00.000Z'],
    ['day', '2026-03-02T00:00:00.000Z', '2026-03-02', '2026-03-03T00:00:00.000Z'],
    ['month', '2026-12-31T23:59:59.999Z', '2026-12-01', '2027-01-01T00:00:00.000Z'],
    ['month', '2028-02-29T00:00:00.000Z', '2028-02-01', '2028-03-01T00:00:00.000Z'],
    ['day', '2026-03-01T01:30:00+02:00', '2026-02-28', '2026-03-01T00:00:00.000Z'],
  ] as const)('of a %s at %s begins on %s and ends at %s', (window, now, start, end) => {
    expect([windowStart(window, now), windowEnd(window, now)]).toEqual([start, end]);
  });

  it('of all time never ends', () => {
    expect([windowStart('total', '2026-03-01T00:00:00Z'), windowEnd('total', '2026-03-01T00:00:00Z')]).toEqual([
      null,
      null,
    ]);
  });
});

describe('a median', () => {
  it.each([
    [[], null],
    [[7], 7],
    [[9, 1, 5], 5],
    [[1, 2], 2],
    [[10, 1, 3, 2], 3],
  ])('of %j is %s', (seconds, middle) => {
    expect(medianSeconds(seconds)).toBe(middle);
  });
});

describe('a limit', () => {
  const entries = [anEntry({ reserved: { seconds: 600, micros: 333_334 } })];
  const wanted = { seconds: 600, micros: 333_334 };
  const now = '2026-03-01T12:00:00Z';
  const over = (...spent: Budget['spent']) => overrun({ entries, wanted }, aBudget(spent), now);

  it('holds to the last second', () => {
    expect(over({ limit: aLimit(), spent: { seconds: 3000, micros: 0 } })).toBeNull();
    expect(over({ limit: aLimit(), spent: { seconds: 3001, micros: 0 } })).toMatchObject({
      freesAt: '2026-03-02T00:00:00.000Z',
    });
  });

  it('does not free up by itself when the run alone exceeds it, or when it bounds all time', () => {
    expect(over({ limit: aLimit({ seconds: 599 }), spent: { seconds: 0, micros: 0 } })?.freesAt).toBeNull();
    expect(over({ limit: aLimit({ window: 'total' }), spent: { seconds: 3600, micros: 0 } })?.freesAt).toBeNull();
  });

  it('that frees up last is told, of several', () => {
    const spent = { seconds: 3600, micros: 0 };
    const month = aLimit({ window: 'month', per: 'person' });

    expect(over({ limit: aLimit(), spent }, { limit: month, spent })).toMatchObject({
      limit: { per: 'person' },
      freesAt: '2026-04-01T00:00:00.000Z',
    });
  });

  it('of zero lets nothing run, and says that nothing is left', () => {
    const limit = aLimit({ seconds: 0 });

    expect(over({ limit, spent: { seconds: 0, micros: 0 } })).not.toBeNull();
    expect(tightest(aBudget([{ limit, spent: { seconds: 0, micros: 0 } }]))).toMatchObject({ seconds: 0 });
  });
});

describe('settling', () => {
  it('counts every attempt once, also where a later one lists what it did not repeat', () => {
    const ledger = [anEntry(), anEntry({ job: 'evaluate (late)', kind: 'evaluate' })];
    const trained = aJob();
    const lost = aJob({ name: 'evaluate (late)', conclusion: 'failure' });
    const times = { startedAt: '2026-03-01T12:30:00Z', completedAt: '2026-03-01T12:30:30Z' };
    const again = aJob({ name: 'evaluate (late)', attempt: 2, ...times });
    const settled = settlement(ledger, { jobs: [trained, lost, { ...trained, attempt: 2, id: 9 }, again], attempt: 2 });

    expect(settled.map(({ attempt, job, settled: took }) => [attempt, job, took?.seconds])).toEqual([
      [1, 'train (late)', 60],
      [1, 'evaluate (late)', 60],
      [2, 'evaluate (late)', 30],
    ]);
  });

  it('costs nothing where no machine took the job, although GitHub tells when it was queued', () => {
    const untaken = aJob({ runnerName: null, startedAt: null, conclusion: 'cancelled' });

    expect(settlement([anEntry()], { jobs: [untaken], attempt: 1 })[0]?.settled).toEqual({ seconds: 0, micros: 0 });
  });

  it('keeps the price of the reservation, whatever the policy says by then', () => {
    const [settled] = settlement([anEntry({ microsPerHour: 3_600_000 })], { jobs: [aJob()], attempt: 1 });

    expect(settled?.settled).toEqual({ seconds: 60, micros: 60_000 });
  });

  it('is the same however often, and in whatever order the jobs come', () => {
    const job = fc.record({
      attempt: fc.integer({ min: 1, max: 4 }),
      name: fc.constantFrom('train (late)', 'evaluate (late)', 'other'),
      minutes: fc.nat(600),
      taken: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(job, { selector: ({ attempt, name }) => `${attempt}${name}` }),
        fc.nat(),
        (jobs, turn) => {
          const all = jobs.map(({ attempt, name, minutes, taken }, id) => {
            const start = Date.parse('2026-03-01T00:00:00Z') + attempt * 86_400_000 + id * 1000;
            const completedAt = new Date(start + minutes * 60_000).toISOString();
            const startedAt = new Date(start).toISOString();
            return aJob({ id, attempt, name, startedAt, completedAt, runnerName: taken ? 'box' : null });
          });
          const ledger = [anEntry(), anEntry({ job: 'evaluate (late)', kind: 'evaluate' })];
          const once = settlement(ledger, { jobs: all, attempt: 4 });
          const turned = [...all.slice(turn % (all.length + 1)), ...all.slice(0, turn % (all.length + 1))];
          const byKey = (entries: readonly LedgerEntry[]) => entries.map((entry) => JSON.stringify(entry)).toSorted();
          expect(byKey(settlement(once, { jobs: turned, attempt: 4 }))).toEqual(byKey(once));
        },
      ),
    );
  });
});
