import { AppError } from '../error.ts';
import type { Database, Queryable } from './database.ts';
import { migrations } from './migrations.ts';

/** The number of the newest schema that this version knows. */
export const newestSchema = migrations.length;

/**
 * Brings the tables to this version, forward only. Several processes may start at once: the advisory lock lets one of
 * them migrate while the others wait. AppError `unsupported` when a newer version of Siskin has been here.
 */
export async function migrate(database: Database): Promise<void> {
  await database.transaction((tx) => migrateTo(tx, newestSchema));
}

/** Brings the tables to the schema of this number, inside a transaction; one that they have already is left as it is. */
export async function migrateTo(tx: Queryable, wanted: number): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [migrationLock]);
  await tx.query('create schema if not exists siskin');
  await tx.query(
    'create table if not exists siskin.migrations (number integer primary key, applied_at timestamptz not null default now())',
  );
  const present = await readSchema(tx);
  if (present !== null && present > newestSchema) throw tooNew(present);
  for (const [index, sql] of migrations.slice(0, wanted).entries()) {
    const number = index + 1;
    if (number <= (present ?? 0)) continue;
    await tx.query(sql);
    await tx.query('insert into siskin.migrations (number) values ($1)', [number]);
  }
}

/** The number of the schema that the tables have, or null where Siskin never was. */
export async function readSchema(db: Queryable): Promise<number | null> {
  const tables = await db.query(`select to_regclass('siskin.migrations') is not null as stands`, []);
  if (tables[0]?.['stands'] !== true) return null;
  const rows = await db.query('select max(number) as number from siskin.migrations', []);
  const number: unknown = rows[0]?.['number'];
  return typeof number === 'number' ? number : null;
}

/** What to say of a schema that a newer version made. */
export function tooNew(found: number): AppError {
  return new AppError(
    'unsupported',
    `expected a database with schema ${newestSchema} at most, found schema ${found}, which a newer version of Siskin made; start that version, or restore a backup from before it`,
  );
}

/** Any number that nobody else locks in this database. */
const migrationLock = 7_746_546_001;
