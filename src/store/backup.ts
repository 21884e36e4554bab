import { AppError } from '../error.ts';
import { type BackupRow, writeBackupFile } from './backup-file.ts';
import type { Database, Queryable } from './database.ts';
import { readSchema } from './migrate.ts';

/** What was written. */
export interface Backup {
  readonly rows: number;
  readonly schema: number;
}

/**
 * Writes all that Siskin keeps in a database to a file, as it is at one instant, while Apps go on working with it. The
 * queue is not in it: what is to be done is in our own tables.
 */
export async function backUp(
  database: Database,
  options: { readonly file: string; readonly at: Date },
): Promise<Backup> {
  return await database.transaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read, read only');
    const schema = await readSchema(tx);
    if (schema === null) {
      throw new AppError(
        'not-found',
        'expected a database of Siskin, found none of its tables; check DATABASE_URL or SISKIN_DATA',
      );
    }
    const head = { schema, at: options.at.toISOString() };
    const rows = await writeBackupFile(options.file, head, allRows(tx, await listTables(tx)));
    return { rows, schema };
  });
}

/** Our tables, each after those that it refers to. */
export async function listTables(db: Queryable): Promise<readonly string[]> {
  const tables = await db.query(
    `select c.relname::text as name,
       array(select f.confrelid::regclass::text from pg_constraint f where f.conrelid = c.oid and f.contype = 'f') as wants
     from pg_class c where c.relnamespace = 'siskin'::regnamespace and c.relkind = 'r' and c.relname <> 'migrations'
     order by c.relname`,
    [],
  );
  const ordered: string[] = [];
  let left = tables.map((row) => ({ name: String(row['name']), wants: wantsOf(row['wants']) }));
  while (left.length > 0) {
    const ready = left.filter(({ name, wants }) => wants.every((want) => want === name || ordered.includes(want)));
    if (ready.length === 0)
      throw new AppError('world-broken', 'expected tables in an order, found a circle of references');
    ordered.push(...ready.map(({ name }) => name));
    left = left.filter(({ name }) => !ordered.includes(name));
  }
  return ordered;
}

function wantsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map((name) => String(name).replace(/^siskin\./, '')) : [];
}

async function* allRows(tx: Queryable, tables: readonly string[]): AsyncGenerator<BackupRow> {
  for (const table of tables) {
    await tx.query(
      `declare siskin_backup no scroll cursor for select row_to_json(t)::text as json from siskin.${table} t`,
      [],
    );
    for (let wanted = 10; ; ) {
      const rows = await tx.query(`fetch ${wanted} from siskin_backup`, []);
      let bytes = 0;
      for (const row of rows) {
        const json = String(row['json']);
        bytes += json.length;
        yield { table, json };
      }
      if (rows.length < wanted) break;
      // As many as bring some megabytes: rows are of very different sizes.
      wanted = Math.max(1, Math.min(1000, Math.floor(fetchedBytes / (bytes / rows.length))));
    }
    await tx.query('close siskin_backup', []);
  }
}

const fetchedBytes = 2_000_000;
