import type { DuckDBDataChunk, DuckDBVector } from '@duckdb/node-api';

/** The values of one column in one chunk. Valid only until the callback that received it has ended: copy what must stay. */
export type ColumnValues =
  | {
      readonly kind: 'number';
      readonly values: Float64Array;
      /** One bit per row, lowest first, set where there is a value; null when every row has one. Values elsewhere are noise. */
      readonly valid: Uint8Array | null;
    }
  | { readonly kind: 'text'; readonly values: readonly (string | null)[] };

/** Consecutive rows, at most 2048. */
export interface ColumnChunk {
  readonly rows: number;
  readonly columns: readonly ColumnValues[];
}

/** Whether a row of a number column has a value. */
export function hasValue(valid: Uint8Array | null, row: number): boolean {
  return valid === null || (((valid[row >> 3] ?? 0) >> (row & 7)) & 1) === 1;
}

/** The columns of a DuckDB chunk whose types are DOUBLE and VARCHAR as `kinds` say. */
export function columnChunk(chunk: DuckDBDataChunk, kinds: readonly ('number' | 'text')[]): ColumnChunk {
  const columns = kinds.map((kind, index) => {
    const vector = chunk.getColumnVector(index);
    return kind === 'number' ? numbers(vector, chunk.rowCount) : texts(vector, chunk.rowCount);
  });
  return { rows: chunk.rowCount, columns };
}

function numbers(vector: DuckDBVector, rows: number): ColumnValues {
  const inner = innerArrays(vector);
  if (inner !== null) return { kind: 'number', ...inner };
  const values = new Float64Array(rows);
  const valid = new Uint8Array(Math.ceil(rows / 8));
  for (let row = 0; row < rows; row++) {
    const item = vector.getItem(row);
    if (item === null) continue;
    values[row] = Number(item);
    valid[row >> 3] = (valid[row >> 3] ?? 0) | (1 << (row & 7));
  }
  return { kind: 'number', values, valid };
}

/**
 * The arrays inside a vector of doubles. The package keeps them private and offers only one call per value, which costs
 * twenty times as much; a test fails when their shape changes, and `null` then falls back to those calls.
 */
function innerArrays(vector: DuckDBVector): { values: Float64Array; valid: Uint8Array | null } | null {
  // The cast reads private fields; every one of them is checked below.
  const inner = vector as unknown as { items?: unknown; validity?: { data?: unknown; offset?: unknown } };
  if (!(inner.items instanceof Float64Array) || inner.validity?.offset !== 0) return null;
  const bits = inner.validity.data;
  if (bits === null) return { values: inner.items, valid: null };
  if (!(bits instanceof BigUint64Array)) return null;
  return { values: inner.items, valid: new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength) };
}

function texts(vector: DuckDBVector, rows: number): ColumnValues {
  const values: (string | null)[] = [];
  for (let row = 0; row < rows; row++) {
    const item = vector.getItem(row);
    values.push(item === null ? null : String(item));
  }
  return { kind: 'text', values };
}
