import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { PGlite, type PGliteInterface, type Transaction } from '@electric-sql/pglite';
import { fromPglite } from 'pg-boss';
import { AppError, messageOf } from '../error.ts';
import type { Database, Queryable, Row } from './database.ts';
import { lockFolder } from './folder-lock.ts';

/**
 * Opens PostgreSQL inside this process, in a data folder or, without one, in memory. One process per folder.
 * Its statements run on this thread and resolve without a turn of the event loop, so each first lets requests in.
 */
export async function openPglite(folder: string | null): Promise<Database> {
  const lock = folder === null ? null : lockFolder(folder);
  const pglite = await start(folder).catch((error: unknown) => {
    lock?.[Symbol.dispose]();
    throw error;
  });
  return {
    async query(sql, values) {
      await setImmediate();
      return await queryable(pglite).query(sql, values);
    },
    async transaction(work) {
      await setImmediate();
      return await pglite.transaction((tx) => work(queryable(tx)));
    },
    boss: { db: fromPglite(pglite), backend: 'pglite' },
    exclusive: true,
    async [Symbol.asyncDispose]() {
      await pglite.close();
      lock?.[Symbol.dispose]();
    },
  };
}

async function start(folder: string | null): Promise<PGliteInterface> {
  if (folder === null) return await PGlite.create();
  try {
    return await PGlite.create(join(folder, 'postgres'));
  } catch (cause) {
    throw new AppError(
      'world-broken',
      `expected the database in ${folder} to open, found ${messageOf(cause)}; put a backup in its place or start with an empty folder`,
      { cause },
    );
  }
}

function queryable(pglite: Pick<Transaction, 'query' | 'exec'>): Queryable {
  return {
    async query(sql, values) {
      // Several statements at once (a migration) only pass through the simple protocol, which takes no values.
      if (values === undefined) return (await pglite.exec(sql)).flatMap((result) => result.rows as Row[]); // PGlite types rows as unknown objects
      return (await pglite.query<Row>(sql, [...values])).rows;
    },
  };
}
