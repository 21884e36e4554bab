import { AppError } from '../error.ts';
import type { Queryable } from './database.ts';
import { newestSchema, readSchema, tooNew } from './migrate.ts';

/** The oldest PostgreSQL that the queue and our own statements work with: https://github.com/timgit/pg-boss#requirements */
const oldestPostgres = 13;

/**
 * Refuses a database that Siskin cannot work with, before anything is written: an old server, one that takes no writes
 * or gives this user no right to make tables, or tables of a newer version. AppError with the one thing to do about it.
 */
export async function refuseUnsupported(db: Queryable): Promise<void> {
  const [facts] = await db.query(
    `select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
       current_setting('server_encoding') as encoding, current_user::text as person, current_database()::text as name,
       pg_is_in_recovery() or current_setting('default_transaction_read_only') = 'on' as takes_no_writes,
       (select coalesce(bool_and(has_schema_privilege(n.oid, 'CREATE')), has_database_privilege(current_database(), 'CREATE'))
          from pg_namespace n where n.nspname in ('siskin', 'pgboss')) as may_create`,
    [],
  );
  const problem = facts === undefined ? null : problemOf(facts);
  if (problem !== null) throw problem;
  const schema = await readSchema(db).catch(() => null);
  if (schema !== null && schema > newestSchema) throw tooNew(schema);
}

/** What is wrong with a server that says this of itself; null when nothing is. */
export function problemOf(facts: Readonly<Record<string, unknown>>): AppError | null {
  const { version, number, encoding, person, name } = facts;
  if (Number(number) < oldestPostgres * 10_000) {
    return new AppError(
      'unsupported',
      `expected PostgreSQL ${oldestPostgres} or newer, found ${version}; upgrade the server, or leave DATABASE_URL out to keep data in a folder`,
    );
  }
  if (encoding !== 'UTF8') {
    return new AppError(
      'unsupported',
      `expected a database in UTF8, found ${encoding}; create one with \`create database siskin encoding 'UTF8' template template0\``,
    );
  }
  if (facts['takes_no_writes'] === true) {
    return new AppError(
      'not-permitted',
      `expected a database that takes writes, found ${name} read-only (a standby, or default_transaction_read_only is on); point DATABASE_URL at the primary`,
    );
  }
  if (facts['may_create'] !== true) {
    return new AppError(
      'not-permitted',
      `expected the right to make tables in ${name}, found that ${person} has none; run \`grant create on database "${name}" to "${person}"\` as its owner, or make ${person} the owner of the schemas siskin and pgboss`,
    );
  }
  return null;
}
