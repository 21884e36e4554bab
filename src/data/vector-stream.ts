import type { DuckDBDataChunk, DuckDBVector } from '@duckdb/node-api';
import { AppError } from '../error.ts';
import { type Column, quoted } from './column.ts';

/** The vectors of consecutive rows, one after the other. Valid only until the callback that received them has ended. */
export interface VectorChunk {
  readonly rows: number;
  readonly dimension: number;
  /** `rows` × `dimension` numbers; NaN where an element is null. What stands in rows without a vector is noise. */
  readonly values: Float64Array;
  hasVector(row: number): boolean;
}

/** The SQL of an embedding column as an array of DOUBLE. A list that holds no numbers at all, and a row of empty columns, is null. */
export function asVector(column: Column): string {
  const { embedding } = column;
  if (embedding === undefined) {
    throw new AppError(
      'bad-input',
      `expected a column of vectors, found ${column.name} (${column.type}); name another`,
    );
  }
  const type = `DOUBLE[${embedding.dimension}]`;
  if (embedding.parts === undefined) return `${quoted(column.name)}::DOUBLE[]::${type}`;
  const parts = embedding.parts.map((part) => `TRY_CAST(${quoted(part)} AS DOUBLE)`);
  const isEmpty = embedding.parts.map((part) => `${quoted(part)} IS NULL`).join(' AND ');
  return `CASE WHEN NOT (${isEmpty}) THEN [${parts.join(', ')}]::${type} END`;
}

/** The columns of a DuckDB chunk that are all arrays of DOUBLE. */
export function vectorChunks(chunk: DuckDBDataChunk, dimensions: readonly number[]): readonly VectorChunk[] {
  return dimensions.map((dimension, index) => vectors({ chunk, vector: chunk.getColumnVector(index), dimension }));
}

function vectors(options: {
  readonly chunk: DuckDBDataChunk;
  readonly vector: DuckDBVector;
  readonly dimension: number;
}): VectorChunk {
  const { chunk, vector, dimension } = options;
  const rows = chunk.rowCount;
  const inner = innerArray(vector);
  if (inner !== null) return { rows, dimension, ...inner };
  const values = new Float64Array(rows * dimension).fill(Number.NaN);
  const filled = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    // Every column here was cast to an array of DOUBLE.
    const item = vector.getItem(row) as { readonly items: readonly (number | null)[] } | null;
    if (item === null) continue;
    filled[row] = 1;
    for (const [at, value] of item.items.entries()) values[row * dimension + at] = value ?? Number.NaN;
  }
  return { rows, dimension, values, hasVector: (row) => filled[row] === 1 };
}

interface Validity {
  itemValid(index: number): boolean;
}

/**
 * The one array inside a vector of arrays: the package keeps it private and would make an object per row. A test fails when its
 * shape changes; `null` then falls back to those objects.
 */
function innerArray(vector: DuckDBVector): Pick<VectorChunk, 'values' | 'hasVector'> | null {
  // The cast reads private fields; every one of them is checked below.
  const outer = vector as unknown as {
    validity?: Validity;
    childData?: { items?: unknown; validity?: Validity & { data?: unknown } };
  };
  const { validity, childData } = outer;
  if (validity === undefined || !(childData?.items instanceof Float64Array) || childData.validity === undefined)
    return null;
  const hasVector = (row: number) => validity.itemValid(row);
  if (childData.validity.data === null) return { values: childData.items, hasVector };
  const values = childData.items.slice();
  for (let at = 0; at < values.length; at++) if (!childData.validity.itemValid(at)) values[at] = Number.NaN;
  return { values, hasVector };
}
