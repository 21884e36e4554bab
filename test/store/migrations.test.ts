import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listTables } from '../../src/store/backup.ts';
import type { Database, Queryable } from '../../src/store/database.ts';
import { migrate, migrateTo, newestSchema, readSchema } from '../../src/store/migrate.ts';
import { openDatabase } from '../../src/store/place.ts';
import { type Queue, startQueue } from '../../src/store/queue.ts';
import { openStore } from '../../src/store/store.ts';
import { problemOf } from '../../src/store/supported.ts';
import { emptyDatabase } from '../database.ts';
import { aResult } from '../result-builder.ts';
import { repository, sha } from './test-store.ts';

const now = '2026-03-01T12:00:00.000Z';
const claim = 'b0c7a1b2-0000-8000-8000-000000000001';
let database: Database;
let queue: Queue;

beforeAll(async () => {
  database = await openDatabase(emptyDatabase());
  queue = await startQueue(database, (error) => {
    throw error;
  });
});
afterAll(async () => {
  await queue[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

describe('the tables', () => {
  it.each(Array.from({ length: newestSchema }, (_, index) => index + 1))(
    'of schema %i, with rows in each, are brought to the newest and read as they were',
    async (schema) => {
      await database.transaction(async (tx) => {
        await tx.query('drop schema if exists siskin cascade');
        await migrateTo(tx, schema);
        for (const table of await listTables(tx)) await insertRow(tx, table);
      });

      await migrate(database);

      expect(await readSchema(database)).toBe(newestSchema);
      const store = await openStore({ database, queue, clock: () => new Date(now) });
      expect(await store.readRun(claim)).toMatchObject({ claim, runId: 7, state: 'running', failures: [] });
      expect((await store.readRun(claim))?.results).toHaveProperty('late');
      expect(await store.readRunById(1, 7)).toMatchObject({ claim });
      expect(await store.listOpenRuns(1)).toHaveLength(1);
      expect(await store.readChampion(1, 'late')).toMatchObject({ commit: sha('c'), acceptedAt: now });
      expect(await store.readPull(1, 7)).toMatchObject({ head: sha('a'), commentId: 7, checks: {} });
      expect(await store.readView(1, 7, sha('a'))).toMatchObject({ claims: { late: claim } });
      expect(await store.listActiveRepositories()).toEqual([repository]);
      expect(await store.takeDelivery('pull/1/7')).toEqual({ id: 'one', event: 'ping', payload: '{}', attempts: 1 });
      expect(await store.outbox.listDue('pull/1/7')).toMatchObject([{ target: 'reply/1/7/key', attempts: 0 }]);
      expect(await store.readBacklog()).toMatchObject({ waitingDeliveries: 1, waitingEffects: 1 });
    },
  );

  it('of a newer version are left alone', async () => {
    await migrate(database);
    await database.query(`insert into siskin.migrations (number) values (${newestSchema + 1})`);

    await expect(migrate(database)).rejects.toThrow(
      `expected a database with schema ${newestSchema} at most, found schema ${newestSchema + 1}, which a newer version of Siskin made`,
    );
    await database.query(`delete from siskin.migrations where number > ${newestSchema}`);
  });
});

describe('a server', () => {
  const fine = { version: '13.4', number: 130_004, encoding: 'UTF8', takes_no_writes: false, may_create: true };

  it.each([
    ['is as it must be', {}, null],
    ['is too old', { version: '12.9', number: 120_009 }, /^expected PostgreSQL 13 or newer, found 12\.9; upgrade/],
    ['holds another encoding', { encoding: 'SQL_ASCII' }, /^expected a database in UTF8, found SQL_ASCII; create one/],
    ['takes no writes', { takes_no_writes: true }, /^expected a database that takes writes, found siskin read-only/],
    [
      'gives no right',
      { may_create: false },
      /^expected the right to make tables in siskin, found that ada has none; run/,
    ],
  ])('that %s is told so in one line', (_name, changes, message) => {
    const problem = problemOf({ ...fine, person: 'ada', name: 'siskin', ...changes });

    if (message === null) expect(problem).toBeNull();
    else expect(problem?.message).toMatch(message);
    expect(problem?.message ?? '').not.toContain('\n');
  });
});

/** A row with something in every column that has no default, and with what is read back where it is. */
async function insertRow(tx: Queryable, table: string): Promise<void> {
  const columns = await tx.query(
    `select column_name::text as name, data_type::text as type from information_schema.columns
     where table_schema = 'siskin' and table_name = $1 and is_identity = 'NO'`,
    [table],
  );
  const known = rows[table] ?? {};
  const needed = await tx.query(
    `select column_name::text as name from information_schema.columns
     where table_schema = 'siskin' and table_name = $1 and is_nullable = 'NO' and column_default is null and is_identity = 'NO'`,
    [table],
  );
  const must = new Set(needed.map(({ name }) => String(name)));
  const filled = columns.filter(({ name }) => must.has(String(name)) || String(name) in known);
  const values = filled.map(({ name, type }) => known[String(name)] ?? ofType(String(type)));
  const names = filled.map(({ name }) => String(name));
  const places = filled.map(({ type }, index) => `$${index + 1}::text::${String(type)}`);
  await tx.query(`insert into siskin.${table} (${names.join(', ')}) values (${places.join(', ')})`, values);
}

function ofType(type: string): string {
  if (/int/.test(type)) return '1';
  if (type === 'jsonb') return '{}';
  if (type === 'boolean') return 'true';
  return /timestamp|date/.test(type) ? now : 'x';
}

/** What must be something else than anything of its type. A new table needs no line here unless a check says so. */
const rows: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  repositories: { id: '1', installation: '5', owner: 'acme', name: 'flights' },
  deliveries: { id: 'one', event: 'ping', payload: '{}', lane: 'pull/1/7' },
  runs: {
    claim,
    pull_request: '7',
    run_id: '7',
    head: sha('a'),
    base: sha('b'),
    state: 'running',
    models: JSON.stringify([{ model: 'late', trainingKey: null, evaluationKey: 'k', trains: true, evaluates: true }]),
    stages: '[]',
    failures: '[]',
  },
  results: { claim, model: 'late', result: JSON.stringify(aResult()) },
  pulls: { number: '7', head: sha('a') },
  pull_heads: { number: '7', head: sha('a') },
  comments: { number: '7', comment_id: '7', edits: '[]' },
  checks: { head: sha('a') },
  views: {
    number: '7',
    head: sha('a'),
    record: JSON.stringify({
      claims: { late: claim },
      view: { head: sha('a'), models: [], policy: { kind: 'valid' }, notes: [], history: [], next: [] },
    }),
  },
  champions: { model: 'late', commit: sha('c') },
  outbox: {
    repository: JSON.stringify(repository),
    lane: 'pull/1/7',
    target: 'reply/1/7/key',
    effect: JSON.stringify({ kind: 'reply', number: 7, body: 'Words.', key: 'key' }),
  },
  ledger: { kind: 'train' },
  audit: { entry: '{}' },
  approvals: { kind: 'run' },
};
