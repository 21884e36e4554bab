import { Worker } from 'node:worker_threads';
import { fromPglite } from 'pg-boss';
import { AppError, messageOf } from '../error.ts';
import type { Database, Queryable, Row } from './database.ts';
import { lockFolder } from './folder-lock.ts';
import { type Answered, type Asked, opening } from './pglite-thread.ts';

/**
 * Opens PostgreSQL inside this process, in a data folder or, without one, in memory. One process per folder. It has a
 * thread of its own, so that deliveries are taken in while it commits.
 */
export async function openPglite(folder: string | null): Promise<Database> {
  const lock = folder === null ? null : lockFolder(folder);
  const thread = openThread(folder);
  try {
    await thread.opened;
  } catch (cause) {
    lock?.[Symbol.dispose]();
    const place = folder === null ? 'in memory' : `in ${folder}`;
    // The reason for which its thread ended says more than that it did.
    const reason = cause instanceof AppError ? (cause.cause ?? cause) : cause;
    throw new AppError(
      'world-broken',
      `expected the database ${place} to open, found ${messageOf(reason)}; put a backup in its place or start with an empty folder`,
      { cause },
    );
  }
  const inTurn = openTurns();
  const query: Queryable['query'] = (sql, values) => inTurn(() => thread.query(sql, values));
  return {
    query,
    transaction: (work) => inTurn(() => inTransaction(thread, work)),
    boss: {
      db: fromPglite({
        // pg-boss names the type of its rows itself; they are what its own statements select.
        query: async <T>(sql: string, values?: unknown[]) => ({ rows: (await query(sql, values ?? [])) as T[] }),
        exec: async (sql) => [{ rows: [...(await query(sql))] }],
      }),
      backend: 'pglite',
    },
    exclusive: true,
    lost: thread.lost,
    async [Symbol.asyncDispose]() {
      await inTurn(() => thread.close());
      lock?.[Symbol.dispose]();
    },
  };
}

/** There is one connection: what is begun is ended before anything else gets its turn. */
function openTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  };
}

async function inTransaction<T>(thread: Thread, work: (tx: Queryable) => Promise<T>): Promise<T> {
  await thread.query('begin');
  try {
    const value = await work(thread);
    await thread.query('commit');
    return value;
  } catch (error) {
    // The first failure is the one to be told.
    await thread.query('rollback').catch(() => {});
    throw error;
  }
}

interface Thread extends Queryable {
  /** Rejects when the database does not open. */
  readonly opened: Promise<unknown>;
  /** Resolves when the thread ended without having been told to. */
  readonly lost: Promise<AppError>;
  close(): Promise<void>;
}

function openThread(folder: string | null): Thread {
  const worker = new Worker(new URL('./pglite-thread.ts', import.meta.url), { workerData: { folder } });
  const waiting = new Map<number, PromiseWithResolvers<readonly Row[]>>();
  const ended = Promise.withResolvers<void>();
  const lost = Promise.withResolvers<AppError>();
  let closing = false;
  let dead: AppError | null = null;
  let newest = opening;

  function expectAnswer(id: number): Promise<readonly Row[]> {
    const answer = Promise.withResolvers<readonly Row[]>();
    waiting.set(id, answer);
    return answer.promise;
  }

  function ask(what: { readonly sql: string; readonly values: readonly unknown[] | null } | { readonly close: true }) {
    if (dead !== null) return Promise.reject(dead);
    newest += 1;
    worker.postMessage({ id: newest, ...what } satisfies Asked);
    return expectAnswer(newest);
  }

  function die(found: string, cause?: unknown): void {
    if (dead !== null) return;
    dead = new AppError('world-broken', `expected the thread of the database to live, found ${found}; start again`, {
      cause,
    });
    for (const answer of waiting.values()) answer.reject(dead);
    waiting.clear();
    if (!closing) lost.resolve(dead);
  }

  worker.on('message', (answered: Answered) => {
    const answer = waiting.get(answered.id);
    waiting.delete(answered.id);
    if ('rows' in answered) answer?.resolve(answered.rows);
    else answer?.reject(Object.assign(new Error(answered.failure.message), answered.failure));
  });
  worker.on('error', (error) => die(messageOf(error), error));
  worker.on('exit', (code) => {
    die(`that it ended with ${code}`);
    ended.resolve();
  });
  return {
    opened: expectAnswer(opening),
    lost: lost.promise,
    query: (sql, values) => ask({ sql, values: values ?? null }),
    async close() {
      closing = true;
      if (dead === null) await ask({ close: true });
      await ended.promise;
    },
  };
}
