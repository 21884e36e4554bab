import type { Column } from './column.ts';
import { literal } from './column.ts';
import type { NumberedRows } from './number-scan.ts';
import type { SourceFile } from './source-file.ts';

/**
 * The rows of a dataset with their numbers: those of a table, or of Parquet files one after the other. Null where a column
 * has taken the name under which DuckDB gives the number.
 */
export async function numberedRows(options: {
  readonly files: readonly SourceFile[];
  readonly columns: readonly Column[];
  /** The call of read_parquet that reads the files. */
  readonly parquet: string;
  readonly query: (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;
}): Promise<NumberedRows | null> {
  const { files, columns, parquet, query } = options;
  const isTaken = (name: string) => columns.some((column) => column.name.toLowerCase() === name);
  if (files[0]?.format !== 'parquet') return isTaken('rowid') ? null : { from: 'data', rowNumber: 'rowid' };
  if (isTaken('file_row_number') || isTaken('file_index')) return null;
  if (files.length === 1) return { from: parquet, rowNumber: 'file_row_number' };
  const list = files.map((file) => literal(file.absolutePath)).join(', ');
  const counted = await query(`SELECT file_name, num_rows::DOUBLE AS rows FROM parquet_file_metadata([${list}])`);
  const rowsOf = new Map(counted.map(({ file_name, rows }) => [String(file_name), Number(rows)]));
  let start = 0;
  const starts = files.map(({ absolutePath }) => {
    const before = start;
    start += rowsOf.get(absolutePath) ?? 0;
    return before;
  });
  return { from: parquet, rowNumber: `[${starts.join(', ')}][(file_index + 1)::BIGINT]::BIGINT + file_row_number` };
}
