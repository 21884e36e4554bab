import type { DuckDBConnection } from '@duckdb/node-api';
import { AppError } from '../error.ts';
import { loadArrow } from './arrow-table.ts';
import { type Column, literal, quoted } from './column.ts';
import { type CsvDialect, csvArguments } from './csv-dialect.ts';
import { checkHeader } from './csv-header.ts';
import { type DescribedColumn, knownColumns } from './known-columns.ts';
import { partitionNames, partitionsOf, partitionTypes } from './partitions.ts';
import type { SourceFile } from './source-file.ts';

/** How the cells of files become values, where that is not the files' own business. */
export interface ReadingOptions {
  /** `detect`: types from the first 200 000 rows. `text`: every cell of a CSV file as it is written. */
  readonly csvTypes?: 'detect' | 'text' | undefined;
  readonly csv?: CsvDialect | undefined;
  /** DuckDB types of columns of CSV files whose first rows would suggest another. */
  readonly types?: Readonly<Record<string, string>> | undefined;
  /** DuckDB types of partition columns. Default: those that fit the values in the paths of these files. */
  readonly partitionTypes?: ReadonlyMap<string, string> | undefined;
  /** Groups of number columns that are the elements of one vector each: its name, and names or globs of the columns. */
  readonly embeddings?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** Where a table is made, and of what. */
interface TableOptions {
  readonly connection: DuckDBConnection;
  readonly query: (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;
  readonly files: readonly SourceFile[];
  readonly table: string;
  readonly reading: ReadingOptions;
}

/** Makes files of one format a table (or a view of them) and says what its columns are. */
export async function openTable(options: TableOptions): Promise<readonly Column[]> {
  const { connection, query, files, table, reading } = options;
  const format = files[0]?.format ?? 'csv';
  if (format === 'csv') for (const file of files) await checkHeader({ file, dialect: reading.csv ?? {}, query });
  partitionNames(files);
  if (format === 'arrow') {
    await loadArrow({ connection, files, table, partitionTypes: reading.partitionTypes ?? partitionTypes(files) });
  } else {
    await refuseOtherFiles(options);
    // Text is parsed once, into a table that spills to disk beyond the memory limit; Parquet is read where it lies.
    const kind = format === 'parquet' ? 'VIEW' : 'TABLE';
    await connection.run(`CREATE ${kind} ${quoted(table)} AS ${selectFrom(files, reading)}`);
  }
  const described = await describe(query, `SELECT * FROM ${quoted(table)}`);
  refuseNames(described);
  return await knownColumns({ described, table, query, embeddings: reading.embeddings ?? {} });
}

async function describe(query: TableOptions['query'], select: string): Promise<readonly DescribedColumn[]> {
  const rows = await query(`DESCRIBE ${select}`);
  return rows.map((row) => ({ name: String(row['column_name']), type: String(row['column_type']) }));
}

function refuseNames(described: readonly DescribedColumn[]): void {
  if (described.length === 0) throw new AppError('bad-input', 'expected columns, found none; check the data');
  const long = described.find(({ name }) => name.length > 200);
  if (long === undefined) return;
  throw new AppError(
    'bad-input',
    `expected column names of at most 200 characters, found ${JSON.stringify(`${long.name.slice(0, 40)}…`)}; rename it`,
  );
}

/** All files as one SELECT. Of the folders on the way to them only those below the root are partitions. */
function selectFrom(files: readonly SourceFile[], reading: ReadingOptions): string {
  const names = new Set(files.flatMap(({ path }) => partitionsOf(path).map(({ name }) => name)));
  const above = files.flatMap(({ absolutePath }) => partitionsOf(absolutePath).map(({ name }) => name));
  const excluded = [...new Set(above)].filter((name) => !names.has(name));
  const exclude = names.size === 0 || excluded.length === 0 ? '' : ` EXCLUDE (${excluded.map(quoted).join(', ')})`;
  return `SELECT *${exclude} FROM ${tableFunction(files, reading)}`;
}

/** What lies deeper in JSON is text: finding types in it takes DuckDB half a minute for two thousand levels. */
const jsonDepth = 4;

/** The call of DuckDB's that reads all files, as it stands behind FROM. */
export function tableFunction(files: readonly SourceFile[], reading: ReadingOptions): string {
  const list = `[${files.map((file) => literal(file.absolutePath)).join(', ')}]`;
  const types = [...(reading.partitionTypes ?? partitionTypes(files))].map(
    ([name, type]) => `${literal(name)}: ${type}`,
  );
  const hive =
    types.length === 0 ? 'hive_partitioning = false' : `hive_partitioning = true, hive_types = {${types.join(', ')}}`;
  const format = files[0]?.format;
  if (format === 'parquet') return `read_parquet(${list}, ${hive})`;
  if (format === 'json') {
    // Lines of objects, or under the ending .json also one array of them.
    const isLines = files.every((file) => !/\.json(\.gz|\.zst)?$/i.test(file.path));
    const layout = isLines ? 'newline_delimited' : 'auto';
    return `read_json(${list}, format = '${layout}', records = true, union_by_name = true, sample_size = 200000, maximum_depth = ${jsonDepth}, ${hive})`;
  }
  const texts = Object.fromEntries((reading.csv?.text ?? []).map((name) => [name, 'VARCHAR']));
  const given = Object.entries({ ...reading.types, ...texts }).map(
    ([name, type]) => `${literal(name)}: ${literal(type)}`,
  );
  const forced = given.length === 0 ? '' : `, types = {${given.join(', ')}}`;
  // Each file has its own order of columns and its own line breaks.
  const byName = files.length > 1 ? ', union_by_name = true' : '';
  const cells = reading.csvTypes === 'text' ? ', all_varchar = true' : forced;
  return `read_csv(${list}, header = true, ${csvArguments(reading.csv ?? {})}${cells}, ${hive}${byName})`;
}

/** DuckDB fills the columns that a file lacks, and drops those that it has more than the first: such files are refused with `bad-input`. */
async function refuseOtherFiles(options: TableOptions): Promise<void> {
  const { query, files, reading } = options;
  const [first, ...others] = files;
  if (first === undefined || others.length === 0 || first.format === 'json') return;
  const expected = await describe(query, selectFrom([first], reading));
  for (const file of others) {
    refuseOtherColumns({ file, columns: await describe(query, selectFrom([file], reading)), first, expected });
  }
}

function refuseOtherColumns(options: {
  readonly file: SourceFile;
  readonly columns: readonly DescribedColumn[];
  readonly first: SourceFile;
  readonly expected: readonly DescribedColumn[];
}): void {
  const { file, columns, first, expected } = options;
  const names = new Set(columns.map((column) => column.name));
  const known = new Set(expected.map((column) => column.name));
  const missing = expected.filter((column) => !names.has(column.name)).map((column) => `no ${column.name}`);
  const extra = columns.filter((column) => !known.has(column.name)).map((column) => `also ${column.name}`);
  if (missing.length + extra.length === 0) return;
  throw new AppError(
    'bad-input',
    `expected the columns of ${first.path} in every file, found ${[...missing, ...extra].slice(0, 10).join(', ')} in ${file.path}; name files of one schema`,
  );
}
