import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { PGlite, type PGliteInterface, type Transaction } from '@electric-sql/pglite';
import { fromPglite } from 'pg-boss';
import { AppError, messageOf } from '../error.ts';
import type { Database, Queryable, Row } from './database.ts';
import { lockFolder } from './folder-lock.ts';
import { initialCluster } from './initial-cluster.ts';

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
  // One function of PostgreSQL takes V8's second compiler half a gigabyte; the code of its first is as good for our small statements.
  setFlagsFromString('--no-wasm-tier-up');
  setFlagsFromString('--no-wasm-dynamic-tiering');
  if (folder === null) return await create(null, await initialCluster());
  try {
    const place = join(folder, 'postgres');
    if (!existsSync(place)) await prepare(place);
    return await create(place, null);
  } catch (cause) {
    throw new AppError(
      'world-broken',
      `expected the database in ${folder} to open, found ${messageOf(cause)}; put a backup in its place or start with an empty folder`,
      { cause },
    );
  }
}

/** Makes a new data folder beside its place and moves it there, so that a kill meanwhile leaves no half of one. */
async function prepare(place: string): Promise<void> {
  const cluster = await initialCluster();
  if (cluster === null) return;
  const fresh = `${place}.new`;
  await rm(fresh, { recursive: true, force: true });
  await (await create(fresh, cluster)).close();
  await rename(fresh, place);
}

async function create(dataDir: string | null, cluster: Blob | null): Promise<PGliteInterface> {
  return await PGlite.create({
    ...(dataDir === null ? {} : { dataDir }),
    ...(cluster === null ? {} : { loadDataDir: cluster }),
    // PostgreSQL's own default of 128 MB is for a server; this one's files are in memory or in the system's cache anyway.
    startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'],
  });
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
