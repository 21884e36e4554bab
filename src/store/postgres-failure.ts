import { DatabaseError } from 'pg';
import { AppError, messageOf } from '../error.ts';

/**
 * What a failure of a PostgreSQL server is for whoever asked. One that passes is an AppError, so that it is tried again:
 * `conflict` where two transactions were in each other's way, `unavailable` where the connection or the server is gone.
 * A statement that is wrong would be wrong again, and stays what the driver says.
 */
export function postgresFailure(thrown: unknown): unknown {
  const code = thrown instanceof DatabaseError ? (thrown.code ?? '') : null;
  if (code === null && (thrown instanceof TypeError || thrown instanceof AppError)) return thrown;
  if (code !== null && inEachOthersWay.has(code)) {
    return new AppError(
      'conflict',
      `expected PostgreSQL to let a transaction through, found ${messageOf(thrown)}; do it again`,
      { cause: thrown },
    );
  }
  if (code !== null && !isAway(code)) return thrown;
  return new AppError(
    'unavailable',
    `expected PostgreSQL to answer, found ${messageOf(thrown)}; check the server behind DATABASE_URL`,
    { cause: thrown },
  );
}

/** serialization_failure and deadlock_detected: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const inEachOthersWay: ReadonlySet<string> = new Set(['40001', '40P01']);

/** Connection, resources, an operator's doing, the system; and a primary that has become a standby. */
function isAway(code: string): boolean {
  return /^(?:08|53|57|58)/.test(code) || code === '25006';
}
