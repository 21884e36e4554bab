import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { type Digest, digestOf } from '../digest.ts';
import { AppError, messageOf } from '../error.ts';
import { importNative } from '../natives.ts';
import { asNumber, type Column, literal, quoted } from './column.ts';
import { type ColumnChunk, columnChunk } from './column-stream.ts';
import { inspectFile } from './inspect-file.ts';
import { type NumberChunk, scanNumbers } from './number-scan.ts';
import { numberedRows } from './numbered-rows.ts';
import { openTable, type ReadingOptions, tableFunction } from './open-table.ts';
import { readError } from './read-error.ts';
import { type SourceFile, sourceFiles } from './source-file.ts';
import { asVector, type VectorChunk, vectorChunks } from './vector-stream.ts';

/** Which files to open, how to read them, and what that may cost. */
export interface DatasetOptions extends ReadingOptions {
  /** The folder that `paths` are relative to and may not leave. */
  readonly root: string;
  /** Files, globs or folders of one format: CSV, JSON lines, Parquet or Arrow. */
  readonly paths: readonly string[];
  /** What DuckDB may hold in memory before it spills to disk, e.g. `1GB` (the default). */
  readonly memoryLimit?: string;
  readonly threads?: number;
  /** Other data that queries may name beside `data`, by the name of their table. */
  readonly related?: Readonly<Record<string, { readonly root: string; readonly paths: readonly string[] }>>;
}

/** Data files opened as one table that SQL calls `data`. Rows keep the order of files and lines. */
export interface Dataset extends AsyncDisposable {
  readonly files: readonly (SourceFile & { readonly digest: Digest })[];
  readonly columns: readonly Column[];
  /** Of the sorted digests of the files: the same rows in renamed files are the same dataset. */
  readonly digest: Digest;
  readonly rows: number;
  /** The columns of the related tables, by name. */
  readonly related: ReadonlyMap<string, readonly Column[]>;
  /** Rows of a query as plain objects: numbers, strings, booleans, null; integers beyond 2^53 lose digits. */
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /**
   * Reads columns of all rows in order, chunk by chunk, with flat memory: `number` as asNumber() of column.ts defines
   * it, `text` as the value prints. A promise that `onChunk` returns is awaited.
   */
  streamColumns(options: {
    readonly columns: readonly { readonly name: string; readonly as: 'number' | 'text' }[];
    readonly onChunk: (chunk: ColumnChunk) => void | Promise<void>;
  }): Promise<void>;
  /** Reads columns as numbers, in chunks that come in any order: several times as quick as streamColumns(). */
  scanNumbers(options: {
    readonly columns: readonly string[];
    readonly onChunk: (chunk: NumberChunk) => void;
  }): Promise<void>;
  /** Reads embedding columns of all rows in order, chunk by chunk. */
  streamVectors(options: {
    readonly columns: readonly string[];
    readonly onChunk: (chunks: readonly VectorChunk[]) => void;
  }): Promise<void>;
}

/**
 * Opens data files through DuckDB with bounded memory and no access to other files, to the network or to extensions.
 * Throws `bad-input`, `not-found`, `not-permitted`, `unsupported` or `too-large`, naming the file and, where it is known, the line.
 */
export async function openDataset(options: DatasetOptions): Promise<Dataset> {
  const files: Dataset['files'][number][] = [];
  for (const file of sourceFiles(options)) files.push({ ...file, digest: await inspectFile(file) });
  const related = Object.entries(options.related ?? {}).map(([table, place]) => ({
    table,
    files: sourceFiles({ ...place, csv: options.csv }),
  }));
  for (const file of related.flatMap((one) => one.files)) await inspectFile(file);
  const folder = mkdtempSync(join(tmpdir(), 'siskin-data-'));
  const { DuckDBInstance } = await importNative('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: options.memoryLimit ?? '1GB',
    threads: String(options.threads ?? Math.min(8, availableParallelism())),
    temp_directory: folder,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const allFiles = [...files, ...related.flatMap((one) => one.files)];
  const opened = { instance, folder, files, allFiles, connection: await instance.connect() };
  try {
    await confine(opened);
    const { connection } = opened;
    const query = (sql: string) => rowsOf(opened, sql);
    const columns = await openTable({ connection, query, files, table: 'data', reading: options });
    const others = new Map<string, readonly Column[]>();
    for (const one of related) {
      others.set(
        one.table,
        await openTable({ connection, query, ...one, reading: { csvTypes: options.csvTypes, csv: options.csv } }),
      );
    }
    const [count] = await rowsOf(opened, 'SELECT count(*)::DOUBLE AS rows FROM data');
    const source = tableFunction(files, options);
    return dataset({ opened, columns, source, related: others, rows: Number(count?.['rows']) });
  } catch (error) {
    close(opened);
    throw readError(error, allFiles);
  }
}

interface Opened {
  readonly instance: DuckDBInstance;
  readonly connection: DuckDBConnection;
  readonly folder: string;
  readonly files: Dataset['files'];
  /** Those, and the files of related tables. */
  readonly allFiles: readonly SourceFile[];
}

function dataset(options: {
  readonly opened: Opened;
  readonly columns: readonly Column[];
  /** The call that reads the files. */
  readonly source: string;
  readonly related: Dataset['related'];
  readonly rows: number;
}): Dataset {
  const { opened, columns, related, rows } = options;
  const { connection, files } = opened;
  const query: Dataset['query'] = (sql) => rowsOf(opened, sql);
  return {
    files,
    columns,
    related,
    rows,
    digest: digestOf(
      files
        .map((file) => file.digest)
        .sort()
        .join('\n'),
    ),
    query,
    async streamColumns({ columns: wanted, onChunk }) {
      const select = wanted.map(({ name, as }) => {
        const column = columnNamed(columns, name);
        return as === 'number' ? asNumber(column) : `${quoted(name)}::VARCHAR`;
      });
      const kinds = wanted.map(({ as }) => as);
      const result = await guarded(opened, () => connection.stream(`SELECT ${select.join(', ')} FROM data`));
      for (;;) {
        const chunk = await guarded(opened, () => result.fetchChunk());
        if (chunk === null || chunk.rowCount === 0) return;
        const pending = onChunk(columnChunk(chunk, kinds));
        if (pending !== undefined) await pending;
      }
    },
    async scanNumbers({ columns: names, onChunk }) {
      const numbered = await numberedRows({ files, columns, parquet: options.source, query });
      const wanted = names.map((name) => columnNamed(columns, name));
      if (numbered !== null) {
        const select = wanted.map(asNumber);
        const run = (sql: string) => guarded(opened, () => connection.run(sql));
        await scanNumbers({ connection, run, rows: numbered, select, onChunk });
        return;
      }
      let firstRow = 0;
      await this.streamColumns({
        columns: names.map((name) => ({ name, as: 'number' })),
        onChunk(chunk) {
          onChunk({ ...chunk, firstRow });
          firstRow += chunk.rows;
        },
      });
    },
    async streamVectors({ columns: names, onChunk }) {
      const wanted = names.map((name) => columnNamed(columns, name));
      const dimensions = wanted.map(({ embedding }) => embedding?.dimension ?? 1);
      const select = wanted.map(asVector).join(', ');
      const result = await guarded(opened, () => connection.stream(`SELECT ${select} FROM data`));
      for (;;) {
        const chunk = await guarded(opened, () => result.fetchChunk());
        if (chunk === null || chunk.rowCount === 0) return;
        onChunk(vectorChunks(chunk, dimensions));
      }
    },
    async [Symbol.asyncDispose]() {
      close(opened);
    },
  };
}

function columnNamed(columns: readonly Column[], name: string): Column {
  const column = columns.find((one) => one.name === name);
  if (column !== undefined) return column;
  const known = columns
    .map((one) => one.name)
    .slice(0, 20)
    .join(', ');
  throw new AppError('bad-input', `expected a column ${name}, found ${known}; correct the name or the data`);
}

/** From here on DuckDB opens the data files and its own temporary folder and nothing else, whatever a query says. */
async function confine({ connection, allFiles }: Opened): Promise<void> {
  const paths = allFiles.map((file) => literal(file.absolutePath)).join(', ');
  await connection.run(`SET allowed_paths = [${paths}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}

async function rowsOf(opened: Opened, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const rows = await guarded(opened, async () => (await opened.connection.runAndReadAll(sql)).getRowObjectsJS());
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value]),
    ),
  );
}

async function guarded<T>(opened: Opened, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isDefect(error) ? error : readError(error, opened.allFiles);
  }
}

/** A query of ours that does not parse or bind is a bug here, not bad data. */
function isDefect(error: unknown): boolean {
  return /^(Parser|Binder|Catalog) Error/.test(messageOf(error));
}

function close({ connection, instance, folder }: Opened): void {
  connection.closeSync();
  instance.closeSync();
  rmSync(folder, { recursive: true, force: true });
}
