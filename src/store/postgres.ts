import { Pool, type PoolClient, type QueryResult } from 'pg';
import { AppError, messageOf } from '../error.ts';
import type { Database, Queryable, Row } from './database.ts';
import { postgresFailure } from './postgres-failure.ts';

/** How long a server may say nothing. Long enough for a migration; a network that swallows packets would be waited for much longer. */
const patienceMilliseconds = 300_000;

/** Opens a pool on a PostgreSQL server; several processes may share one database. */
export async function openPostgres(
  url: string,
  { answerWithinMs = patienceMilliseconds }: { readonly answerWithinMs?: number } = {},
): Promise<Database> {
  const pool = new Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    query_timeout: answerWithinMs,
  });
  // An idle connection that the server drops must not end the process; the next query reports what is wrong.
  pool.on('error', () => {});
  // Nor may one that is in use and is dropped between two statements, when nobody waits for an answer of it.
  pool.on('connect', (client) => client.on('error', () => {}));
  try {
    await pool.query('select 1');
  } catch (cause) {
    await pool.end();
    throw new AppError(
      'unavailable',
      `expected a PostgreSQL server behind DATABASE_URL, found ${messageOf(cause)}; check address, user and database`,
      { cause },
    );
  }
  return {
    ...queryable(pool),
    transaction: (work) => inTransaction(pool, work),
    boss: { connectionString: url },
    exclusive: false,
    lost: new Promise(() => {}),
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

async function inTransaction<T>(pool: Pool, work: (tx: Queryable) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((cause: unknown) => {
    throw postgresFailure(cause);
  });
  let broken: Error | undefined;
  try {
    const tx = queryable(client);
    await tx.query('begin');
    const value = await work(tx);
    await tx.query('commit');
    return value;
  } catch (cause) {
    // A server that has not answered would not answer this either, and nothing is said twice.
    if (isSilence(cause)) broken = new Error('the server does not answer');
    else {
      await client.query('rollback').catch((error: Error) => {
        broken = error;
      });
    }
    throw cause;
  } finally {
    // A connection that could not roll back is not handed out again.
    client.release(broken);
  }
}

/** The driver tells it by these words alone. */
function isSilence(thrown: unknown): boolean {
  return thrown instanceof AppError && messageOf(thrown.cause) === 'Query read timeout';
}

function queryable(client: Pool | PoolClient): Queryable {
  return {
    async query(sql, values) {
      const asked = values === undefined ? client.query<Row>(sql) : client.query<Row>(sql, [...values]);
      const answer: QueryResult<Row> | QueryResult<Row>[] = await asked.catch((cause: unknown) => {
        throw postgresFailure(cause);
      });
      // node-postgres answers several statements with several results, which its types leave out.
      return Array.isArray(answer) ? answer.flatMap((result) => result.rows) : answer.rows;
    },
  };
}
