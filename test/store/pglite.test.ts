import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { openPglite } from '../../src/store/pglite.ts';

let db: Database;
beforeAll(async () => {
  db = await openPglite(null);
  await db.query('create table t (n integer primary key, at timestamptz, raw bytea)');
});
afterAll(() => db[Symbol.asyncDispose]());

const count = async (): Promise<unknown> => (await db.query('select count(*)::int as n from t', []))[0]?.['n'];

describe('PostgreSQL in a thread of its own', () => {
  it('keeps the types of values in both directions', async () => {
    const at = new Date('2026-03-01T12:00:00Z');

    await db.query('insert into t values ($1, $2, $3)', [1, at, new Uint8Array([0, 255])]);

    expect(await db.query('select * from t where n = $1', [1])).toEqual([{ n: 1, at, raw: new Uint8Array([0, 255]) }]);
  });

  it('lets nothing between the statements of a transaction, and takes all of a failed one back', async () => {
    await db.query('truncate t');
    const failing = db.transaction(async (tx) => {
      await tx.query('insert into t values (1)', []);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await tx.query('insert into t values (1)', []);
    });
    const beside = Promise.all([db.query('insert into t values (2)', []), count()]);

    await expect(failing).rejects.toThrow(/duplicate key/);
    expect((await beside)[1]).toBe(1);
  });

  it("tells PostgreSQL's code of a failure", async () => {
    await expect(db.query('select * from nothing_there', [])).rejects.toMatchObject({ code: '42P01' });
  });

  it('takes a failed transaction back that threw without a failed statement', async () => {
    await db.query('truncate t');

    await expect(
      db.transaction(async (tx) => {
        await tx.query('insert into t values (7)', []);
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');

    expect(await count()).toBe(0);
  });

  it('leaves the thread of the web free while it works', async () => {
    const turns: number[] = [];
    const timer = setInterval(() => turns.push(performance.now()), 5);

    await db.query('select count(*) from generate_series(1, 1500000)', []);
    clearInterval(timer);

    expect(turns.length).toBeGreaterThan(3);
  });

  it('says so once, and never hangs, when its thread dies', async () => {
    const born = Promise.withResolvers<Worker>();
    process.once('worker', born.resolve);
    const dying = await openPglite(null);
    const question = dying.query('select pg_sleep(5)', []);
    const refused = expect(question).rejects.toThrow(/^expected the thread of the database to live, found/);

    await (await born.promise).terminate();

    await refused;
    expect(await dying.lost).toMatchObject({ code: 'world-broken' });
    await expect(dying.query('select 1', [])).rejects.toThrow(/thread/);
    await dying[Symbol.asyncDispose]();
  });
});

it('says in one line why a data folder does not open', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'siskin-broken-'));
  await mkdir(join(folder, 'postgres'), { recursive: true });
  await writeFile(join(folder, 'postgres', 'PG_VERSION'), '9\n');

  await expect(openPglite(folder)).rejects.toThrow(
    /^expected the database in .* to open, found (?!expected).*; put a backup/s,
  );
});
