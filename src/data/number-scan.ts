import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { importNative } from '../natives.ts';
import { type ColumnChunk, columnChunk } from './column-stream.ts';

/** Consecutive rows of some number columns, at most 2048. Valid only until the callback that received them has ended. */
export interface NumberChunk extends ColumnChunk {
  /** The number of the first of the rows, counting from 0 over all of the dataset. */
  readonly firstRow: number;
}

/** A query whose rows know their numbers. */
export interface NumberedRows {
  /** What stands behind FROM. */
  readonly from: string;
  /** The SQL of a row's number. */
  readonly rowNumber: string;
}

/**
 * Reads expressions of type DOUBLE of all rows, in chunks that come in any order: DuckDB's threads decode while this one
 * looks. DuckDB calls a function of ours with each chunk, which takes half the time of fetching the chunks of a result
 * that it must put in order first.
 */
export async function scanNumbers(options: {
  readonly connection: DuckDBConnection;
  /** Runs a query on it. */
  readonly run: (sql: string) => Promise<unknown>;
  readonly rows: NumberedRows;
  readonly select: readonly string[];
  readonly onChunk: (chunk: NumberChunk) => void;
}): Promise<void> {
  const { connection, run, rows, select, onChunk } = options;
  const observer = await observerOf(connection);
  const failures: unknown[] = [];
  observer.observe = (chunk) => {
    // What is thrown here would end up as text in an error of DuckDB's.
    if (failures.length > 0) return;
    try {
      showChunk(chunk, select.length, onChunk);
    } catch (error) {
      failures.push(error);
    }
  };
  try {
    const values = [`(${rows.rowNumber})::DOUBLE`, ...select].join(', ');
    await run(`SELECT count(siskin_observe(${values})) FROM ${rows.from}`);
  } finally {
    observer.observe = () => {};
  }
  if (failures.length > 0) throw failures[0];
}

interface Observer {
  observe: (chunk: DuckDBDataChunk) => void;
}

/** One function per connection, which calls whoever looks at the moment. */
const observers = new WeakMap<DuckDBConnection, Observer>();

async function observerOf(connection: DuckDBConnection): Promise<Observer> {
  const known = observers.get(connection);
  if (known !== undefined) return known;
  const { DOUBLE, DuckDBScalarFunction, UTINYINT } = await importNative('@duckdb/node-api');
  const observer: Observer = { observe() {} };
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: 'siskin_observe',
      mainFunction: (_info, chunk) => observer.observe(chunk),
      returnType: UTINYINT,
      varArgsType: DOUBLE,
      // Nulls come too, and no call is spared.
      specialHandling: true,
      volatile: true,
    }),
  );
  observers.set(connection, observer);
  return observer;
}

/** Shows a chunk to whoever looks, and lets go of its memory at once: waiting for the garbage collector costs more. */
function showChunk(chunk: DuckDBDataChunk, columns: number, onChunk: (chunk: NumberChunk) => void): void {
  const { rows, columns: all } = columnChunk(chunk, new Array<'number'>(columns + 1).fill('number'));
  const [numbers] = all;
  const firstRow = numbers?.kind === 'number' ? (numbers.values[0] ?? 0) : 0;
  onChunk({ firstRow, rows, columns: all.slice(1) });
  for (const column of all) if (column.kind === 'number') release(column.values);
}

/** Numbers that a callback received: nobody may read them any more. */
function release({ buffer }: Float64Array): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}
