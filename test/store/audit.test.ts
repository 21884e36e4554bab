import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditFilter, type AuditRow, pruneAudit, readAudit, verifyAudit } from '../../src/store/audit.ts';
import type { AuditEntry } from '../../src/store/audit-record.ts';
import { openTestStore, repository, type TestStore } from './test-store.ts';

const everything: AuditFilter = { since: null, until: null, repository: null, who: null };
const ada = { login: 'ada', id: 7, kind: 'person', association: 'MEMBER', ofOrganisation: true } as const;

function anEntry(changes: Partial<AuditEntry> = {}): AuditEntry {
  return {
    who: ada,
    source: { kind: 'comment', commentId: 9 },
    pullRequest: 5,
    verb: 'train',
    line: '/train -m late',
    dryRun: false,
    head: 'a'.repeat(40),
    permission: 'role write',
    outcome: 'started',
    code: null,
    started: ['0f8fad5b-d9cb-469f-a165-70867728950e'],
    ended: [],
    ...changes,
  };
}

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());

async function append(...entries: readonly AuditEntry[]): Promise<void> {
  const changes = entries.map((entry) => ({ kind: 'audit', entry }) as const);
  await test.store.record(repository, { changes, effects: [] });
}

async function read(filter: Partial<AuditFilter> = {}): Promise<readonly AuditRow[]> {
  const rows: AuditRow[] = [];
  for await (const row of readAudit(test.database, { ...everything, ...filter })) rows.push(row);
  return rows;
}

/** What an intruder with the rights of the database's owner can do. */
async function tamper(sql: string): Promise<void> {
  await test.database.query(
    `alter table siskin.audit disable trigger user; ${sql}; alter table siskin.audit enable trigger user`,
  );
}

describe('the audit log', () => {
  it('gives entries back as they were written, in order, with when and where', async () => {
    await append(anEntry(), anEntry({ verb: 'cancel', outcome: 'refused', code: 'not-permitted', permission: null }));
    test.clock.now = new Date('2026-03-02T12:00:00Z');
    await append(anEntry({ who: { login: 'Grace', kind: 'person' }, line: null }));

    const rows = await read();
    expect(rows.map(({ number, verb, at }) => [number, verb, at])).toEqual([
      [1, 'train', '2026-03-01T12:00:00.000Z'],
      [2, 'cancel', '2026-03-01T12:00:00.000Z'],
      [3, 'train', '2026-03-02T12:00:00.000Z'],
    ]);
    expect(rows[0]).toEqual({
      ...anEntry(),
      number: 1,
      at: '2026-03-01T12:00:00.000Z',
      repository: { id: 1, name: 'acme/flights' },
    });
  });

  it.each([
    [{ who: 'GRACE' }, [3]],
    [{ since: '2026-03-02T00:00:00.000Z' }, [3]],
    [{ until: '2026-03-02T00:00:00.000Z' }, [1, 2]],
    [{ repository: 'Acme/Flights', who: 'ada' }, [1, 2]],
    [{ repository: 'acme/other' }, []],
    [{ who: "' or true --" }, []],
  ])('is asked for %j', async (filter, numbers) => {
    expect((await read(filter)).map(({ number }) => number)).toEqual(numbers);
  });

  it('keeps whatever a stranger wrote', async () => {
    const line = '/train \0 \ud800 ‮ =cmd()';
    await append(anEntry({ line }));

    expect((await read()).at(-1)?.line).toBe('/train \u{fffd} \u{fffd} ‮ =cmd()');
  });

  it('is not changed, shortened or emptied', async () => {
    for (const sql of [
      "update siskin.audit set entry = '{}' where number = 1",
      'delete from siskin.audit where number = 1',
      'truncate siskin.audit',
    ]) {
      await expect(test.database.query(sql)).rejects.toThrow(/expected siskin.audit to be added to only/);
    }
    expect(await read()).toHaveLength(4);
  });

  it('is not forgotten with old deliveries', async () => {
    test.clock.now = new Date('2030-03-02T12:00:00Z');
    await test.store.prune(1);

    expect(await read()).toHaveLength(4);
  });

  it('has no gap and no double where many write at once', async () => {
    await Promise.all(Array.from({ length: 10 }, () => append(anEntry(), anEntry())));

    expect((await read()).map(({ number }) => number)).toEqual(Array.from({ length: 24 }, (_, at) => at + 1));
    expect(await verifyAudit(test.database)).toMatchObject({ kind: 'intact', entries: 24, first: 1 });
  });

  it('has nothing of a transaction that failed', async () => {
    const impossible = { kind: 'save-head', number: 1, head: 'a', at: 'no instant' } as const;
    const plan = { changes: [{ kind: 'audit', entry: anEntry() } as const, impossible], effects: [] };

    await expect(test.store.record(repository, plan)).rejects.toThrow();
    expect(await read()).toHaveLength(24);
  });
});

describe('tampering with the audit log', () => {
  const undo = async (work: () => Promise<void>): Promise<void> => {
    await tamper('create table siskin.audit_copy as select * from siskin.audit');
    await tamper('create table siskin.audit_end_copy as select * from siskin.audit_end');
    try {
      await work();
    } finally {
      await tamper('truncate siskin.audit; insert into siskin.audit select * from siskin.audit_copy');
      await tamper('truncate siskin.audit_end; insert into siskin.audit_end select * from siskin.audit_end_copy');
      await tamper('drop table siskin.audit_copy; drop table siskin.audit_end_copy');
    }
  };

  it.each([
    ['an entry that was changed', `update siskin.audit set entry = replace(entry, 'ada', 'eve') where number = 7`, 7],
    ['an entry that was taken out', 'delete from siskin.audit where number = 7', 7],
    ['the last entry that was taken out', 'delete from siskin.audit where number = 24', 24],
    ['all that was taken out', 'delete from siskin.audit', 1],
    ['the first that was taken out', 'delete from siskin.audit where number = 1', 1],
    [
      'one put in at the end',
      `insert into siskin.audit select 25, entry, digest, digest from siskin.audit where number = 24`,
      25,
    ],
    [
      'two that changed places',
      `update siskin.audit set number = -1 where number = 7; update siskin.audit set number = 7 where number = 8;
       update siskin.audit set number = 8 where number = -1`,
      7,
    ],
    ['an end that was moved', `update siskin.audit_end set number = 7`, 25],
    ['a chain whose end was forgotten', 'delete from siskin.audit_end', 25],
  ])('%s shows', async (_, sql, number) => {
    await undo(async () => {
      await tamper(sql);

      expect(await verifyAudit(test.database)).toMatchObject({ kind: 'broken', number });
    });
    expect(await verifyAudit(test.database)).toMatchObject({ kind: 'intact' });
  });

  it('by whoever can compute digests too shows against an end that was noted', async () => {
    const before = await verifyAudit(test.database);
    if (before.kind !== 'intact') throw new Error('the chain is broken already');
    const { end: noted } = before;
    await append(anEntry());

    expect(await verifyAudit(test.database, noted)).toMatchObject({ kind: 'intact' });
    await undo(async () => {
      await tamper('delete from siskin.audit; delete from siskin.audit_end');
      await append(...Array.from({ length: 30 }, () => anEntry()));

      expect(await verifyAudit(test.database)).toMatchObject({ kind: 'intact' });
      expect(await verifyAudit(test.database, noted)).toEqual({
        kind: 'broken',
        number: noted.number,
        found: 'another digest than was noted',
      });
    });
  });
});

it('is read in pages', async () => {
  await append(...Array.from({ length: 2100 }, (_, at) => anEntry({ pullRequest: at })));

  expect(await read()).toHaveLength(2125);
});

describe('retention', () => {
  it('forgets the beginning by name only, keeps the chain whole, and says that it did', async () => {
    const whole = await verifyAudit(test.database);
    const forgotten = await pruneAudit(test.database, {
      before: '2026-03-02T00:00:00.000Z',
      by: { login: 'root', kind: 'person' },
      at: '2031-01-01T00:00:00.000Z',
    });

    const rows = await read();
    expect(forgotten).toBe(2);
    expect(rows[0]).toMatchObject({ number: 3, who: { login: 'Grace' } });
    expect(rows.at(-1)).toMatchObject({
      verb: 'prune',
      who: { login: 'root' },
      source: { kind: 'terminal' },
      repository: null,
    });
    expect(rows.at(-1)?.line).toMatch(/^--prune-before 2026-03-02T00:00:00.000Z: 2 entries, up to 2 with sha256:/);
    expect(await verifyAudit(test.database)).toMatchObject({ kind: 'intact', first: 3 });
    if (whole.kind === 'intact') expect(await verifyAudit(test.database, whole.end)).toMatchObject({ kind: 'intact' });
    await expect(test.database.query('delete from siskin.audit where number = 3')).rejects.toThrow(/added to only/);
  });

  it('of nothing writes nothing', async () => {
    const count = (await read()).length;
    const by = { login: 'root', kind: 'person' } as const;

    expect(
      await pruneAudit(test.database, { before: '2026-03-02T00:00:00.000Z', by, at: '2031-01-01T00:00:00.000Z' }),
    ).toBe(0);
    expect(await read()).toHaveLength(count);
  });

  it('of all leaves what says so', async () => {
    const by = { login: 'root', kind: 'person' } as const;
    await pruneAudit(test.database, { before: '2040-01-01T00:00:00.000Z', by, at: '2031-01-01T00:00:00.000Z' });

    expect((await read()).map(({ verb }) => verb)).toEqual(['prune']);
    expect(await verifyAudit(test.database)).toMatchObject({ kind: 'intact', entries: 1 });
    expect(await verifyAudit(test.database, { number: 2, digest: 'sha256:x' })).toMatchObject({
      kind: 'broken',
      found: /forgotten/,
    });
  });
});
