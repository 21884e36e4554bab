import type { ConstructorOptions } from 'pg-boss';
import type { AppError } from '../error.ts';

/** A row as the driver gives it; every reader parses it before use. */
export type Row = Readonly<Record<string, unknown>>;

/** Something that runs one SQL statement with `$1`-style values. JSON is passed as text and cast in the statement. */
export interface Queryable {
  query(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

/** One PostgreSQL dialect over two drivers: PGlite inside the process, or a PostgreSQL server. */
export interface Database extends Queryable, AsyncDisposable {
  /** All statements of `work` commit together or not at all; `work` must use only the `tx` that it is given. */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /** How pg-boss reaches the same database. */
  readonly boss: Pick<ConstructorOptions, 'db' | 'backend' | 'connectionString'>;
  /** True when no other process can use this database, so that whatever was in progress at the start was abandoned. */
  readonly exclusive: boolean;
  /** Resolves when the database is gone for good, so that the process must end; a server may always come back. */
  readonly lost: Promise<AppError>;
}
