import { AppError } from '../error.ts';
import { listTables } from './backup.ts';
import { type BackupHead, type BackupRow, type RowSink, readBackupFile } from './backup-file.ts';
import type { Database, Queryable } from './database.ts';
import { migrateTo, newestSchema, readSchema } from './migrate.ts';

/** What was read. */
export interface Restored {
  readonly rows: number;
  readonly head: BackupHead;
}

/**
 * Fills an empty database from a backup and brings it to this version's schema: all of it, or nothing. Afterwards every
 * waiting delivery and effect is found by the App's sweep. AppError when the database is not empty, or the file is no
 * backup, not a whole one, or of a newer version.
 */
export async function restore(database: Database, { file }: { readonly file: string }): Promise<Restored> {
  return await database.transaction(async (tx) => {
    await refuseFull(tx);
    return await readBackupFile(file, (head) => openTables(tx, { file, schema: head.schema }));
  });
}

async function refuseFull(tx: Queryable): Promise<void> {
  if ((await readSchema(tx)) === null) return;
  const full: string[] = [];
  for (const table of await listTables(tx)) {
    if ((await tx.query(`select 1 from siskin.${table} limit 1`, [])).length > 0) full.push(table);
  }
  if (full.length === 0) return;
  throw new AppError(
    'conflict',
    `expected an empty database, found rows in ${full.join(', ')}; restore into a new folder (SISKIN_DATA) or a new database (DATABASE_URL)`,
  );
}

/** Makes the tables as they were when the backup was made, and fills them some rows at a time. */
async function openTables(
  tx: Queryable,
  { file, schema }: { readonly file: string; readonly schema: number },
): Promise<RowSink> {
  if (schema > newestSchema) {
    throw new AppError(
      'unsupported',
      `expected a backup of schema ${newestSchema} at most, found schema ${schema} in ${file}, which a newer version of Siskin wrote; restore it with that version`,
    );
  }
  await tx.query('drop schema if exists siskin cascade');
  await migrateTo(tx, schema);
  const tables = await listTables(tx);
  let group: BackupRow[] = [];
  let characters = 0;

  async function flush(): Promise<void> {
    const table = group[0]?.table;
    if (table !== undefined) await insert(tx, table, group);
    group = [];
    characters = 0;
  }

  return {
    async add(row) {
      if (!tables.includes(row.table)) {
        throw new AppError(
          'bad-input',
          `expected tables of schema ${schema} in ${file}, found ${row.table}; use a file that \`siskin backup\` wrote`,
        );
      }
      if (row.table !== group[0]?.table || characters > groupCharacters) await flush();
      group.push(row);
      characters += row.json.length;
    },
    async end() {
      await flush();
      for (const table of tables) await countOn(tx, table);
      await migrateTo(tx, newestSchema);
    },
  };
}

const groupCharacters = 2_000_000;

async function insert(tx: Queryable, table: string, rows: readonly BackupRow[]): Promise<void> {
  // As one text, so that numbers beyond JavaScript's stay what they are. The names were compared with our tables.
  const values = `[${rows.map(({ json }) => json).join(',')}]`;
  await tx.query(
    `insert into siskin.${table} overriding system value select * from json_populate_recordset(null::siskin.${table}, $1::json)`,
    [values],
  );
}

/** Numbers that a table counts itself go on after the highest of its rows. */
async function countOn(tx: Queryable, table: string): Promise<void> {
  const columns = await tx.query(
    `select column_name::text as name from information_schema.columns
     where table_schema = 'siskin' and table_name = $1 and is_identity = 'YES'`,
    [table],
  );
  for (const row of columns) {
    const column = String(row['name']);
    await tx.query(
      `select setval(pg_get_serial_sequence($1, $2), (select coalesce(max(${column}), 0) + 1 from siskin.${table}), false)`,
      [`siskin.${table}`, column],
    );
  }
}
