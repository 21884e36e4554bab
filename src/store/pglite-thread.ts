import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { PGlite, type PGliteInterface } from '@electric-sql/pglite';
import { messageOf } from '../error.ts';
import type { Row } from './database.ts';
import { initialCluster } from './initial-cluster.ts';

/** What the thread of PGlite is asked: one statement with values, several without, or to close the database and end. */
export type Asked =
  | { readonly id: number; readonly sql: string; readonly values: readonly unknown[] | null }
  | { readonly id: number; readonly close: true };

/** Its answer. A failure brings what PostgreSQL says beside the message, such as the code. */
export type Answered =
  | { readonly id: number; readonly rows: readonly Row[] }
  | { readonly id: number; readonly failure: { readonly message: string } & Readonly<Record<string, unknown>> };

/** The id of the answer that says whether the database opened; no question has it. */
export const opening = 0;

async function serve(port: MessagePort, folder: string | null): Promise<void> {
  const pglite = await start(folder);
  port.postMessage({ id: opening, rows: [] } satisfies Answered);
  // PGlite does one after the other, in the order in which they were asked.
  port.on('message', (asked: Asked) => {
    answerTo(asked, pglite).then(
      (rows) => {
        port.postMessage({ id: asked.id, rows } satisfies Answered);
        if ('close' in asked) port.close();
      },
      (error: unknown) => {
        // A trap of WebAssembly, by its name: PostgreSQL itself fell over. Nothing that it says after this can be relied on, so the thread ends.
        if (error instanceof Error && error.name === 'RuntimeError') throw error;
        port.postMessage({ id: asked.id, failure: failureOf(error) } satisfies Answered);
      },
    );
  });
}

async function answerTo(asked: Asked, pglite: PGliteInterface): Promise<readonly Row[]> {
  if ('close' in asked) {
    await pglite.close();
    return [];
  }
  const { sql, values } = asked;
  // Several statements at once (a migration) only pass through the simple protocol, which takes no values.
  if (values === null) return (await pglite.exec(sql)).flatMap((result) => result.rows as Row[]); // PGlite types rows as unknown objects
  return (await pglite.query<Row>(sql, [...values])).rows;
}

/** Threads exchange of an error only its message; pg-boss and our own code also look at PostgreSQL's code. */
function failureOf(error: unknown): { readonly message: string } & Readonly<Record<string, unknown>> {
  const told = Object.entries(Object(error)).filter(([, value]) => typeof value === 'string');
  return { ...Object.fromEntries(told), message: messageOf(error) };
}

async function start(folder: string | null): Promise<PGliteInterface> {
  // One function of PostgreSQL takes V8's second compiler half a gigabyte; the code of its first is as good for our small statements.
  setFlagsFromString('--no-wasm-tier-up');
  setFlagsFromString('--no-wasm-dynamic-tiering');
  if (folder === null) return await create(null, await initialCluster());
  const place = join(folder, 'postgres');
  if (!existsSync(place)) await prepare(place);
  return await create(place, null);
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

// The thread that opens it says where.
if (parentPort !== null) await serve(parentPort, (workerData as { readonly folder: string | null }).folder);
