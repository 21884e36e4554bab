import type { DuckDBConnection } from '@duckdb/node-api';
import type { DataChunk } from '@duckdb/node-bindings';
import { importNative } from '../natives.ts';
import type { ColumnChunk } from './column-stream.ts';

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
 * looks. DuckDB calls a function of ours with each chunk, which takes a fraction of the time of fetching the chunks of a
 * result that it must put in order first.
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
  const bindings = await importNative('@duckdb/node-bindings');
  const observer = await observerOf(connection, bindings);
  const failures: unknown[] = [];
  observer.observe = (chunk) => {
    // What is thrown here would end up as text in an error of DuckDB's.
    if (failures.length > 0) return;
    try {
      showChunk({ bindings, chunk, columns: select.length, onChunk });
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

type Bindings = typeof import('@duckdb/node-bindings');

interface Observer {
  observe: (chunk: DataChunk) => void;
}

/** One function per connection, which calls whoever looks at the moment. */
const observers = new WeakMap<DuckDBConnection, Observer>();

async function observerOf(connection: DuckDBConnection, bindings: Bindings): Promise<Observer> {
  const known = observers.get(connection);
  if (known !== undefined) return known;
  const { DOUBLE, DuckDBScalarFunction, UTINYINT } = await importNative('@duckdb/node-api');
  const observer: Observer = { observe() {} };
  const called = DuckDBScalarFunction.create({
    name: 'siskin_observe',
    mainFunction() {},
    returnType: UTINYINT,
    varArgsType: DOUBLE,
    // Nulls come too, and no call is spared.
    specialHandling: true,
    volatile: true,
  });
  bindings.scalar_function_set_function(called.scalar_function, (_info, chunk) => observer.observe(chunk));
  connection.registerScalarFunction(called);
  observers.set(connection, observer);
  return observer;
}

/**
 * Shows a chunk to whoever looks. The bindings copy each vector; the copies' memory is let go at once, because the garbage
 * collector would wait until there is much of it.
 */
function showChunk(options: {
  readonly bindings: Bindings;
  readonly chunk: DataChunk;
  readonly columns: number;
  readonly onChunk: (chunk: NumberChunk) => void;
}): void {
  const { bindings, chunk, columns, onChunk } = options;
  const rows = bindings.data_chunk_get_size(chunk);
  const bytesOf = (place: number) => bindings.vector_get_data(bindings.data_chunk_get_vector(chunk, place), 8 * rows);
  const numbers = bytesOf(0);
  const shown = Array.from({ length: columns }, (_, column) => {
    const bytes = bytesOf(column + 1);
    // Null at run time where every row has a value, whatever the declared type says.
    const valid: Uint8Array | null = bindings.vector_get_validity(
      bindings.data_chunk_get_vector(chunk, column + 1),
      8 * Math.ceil(rows / 64),
    );
    return { kind: 'number' as const, values: new Float64Array(bytes.buffer, bytes.byteOffset, rows), valid };
  });
  onChunk({ firstRow: new DataView(numbers.buffer, numbers.byteOffset).getFloat64(0, true), rows, columns: shown });
  for (const { values } of shown) release(values);
  release(numbers);
}

function release({ buffer }: Float64Array | Uint8Array): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
