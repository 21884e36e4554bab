import { asNumber, type Column, quoted } from '../../data/column.ts';
import type { Dataset } from '../../data/dataset.ts';

/** Rows of one side, drawn by their content, so that order, sharding and threads do not matter. */
export interface RowSample {
  readonly rows: number;
  /** A 32-bit hash of each row's whole content: equal rows have the same. */
  readonly keys: Uint32Array;
  /** By name: numbers, booleans and times as numbers, NaN where there is none. */
  readonly numbers: ReadonlyMap<string, Float64Array>;
  /** By name: texts and categories; null where there is none. */
  readonly texts: ReadonlyMap<string, readonly (string | null)[]>;
  /** By name: vectors row after row; the rows that have none hold NaN. */
  readonly vectors: ReadonlyMap<string, { readonly dimension: number; readonly values: Float64Array }>;
}

/** Beyond this a text tells by its beginning. */
const textLength = 4000;

/** Reads at most so many rows, those whose hash is smallest, in the order of their hash: one scan of the data. */
export async function sampleRows(
  dataset: Dataset,
  { columns, most }: { readonly columns: readonly Column[]; readonly most: number },
): Promise<RowSample> {
  // A little more than are wanted, so that only they need be sorted.
  const share = Math.min(1, (most + 6 * Math.sqrt(most)) / Math.max(1, dataset.rows));
  const names = columns.map((_, place) => `c${place}`);
  const selected = columns.map((column, place) => `${expression(column)} AS ${names[place]}`);
  const found = await dataset.query(
    `SELECT ${['(hash(r) >> 32)::DOUBLE AS key', ...selected].join(', ')} FROM data AS r
     WHERE (hash(r) >> 32) <= ${Math.floor(share * 2 ** 32)} ORDER BY ${['hash(r)', ...names].join(', ')} LIMIT ${most}`,
  );
  const numbers = new Map<string, Float64Array>();
  const texts = new Map<string, readonly (string | null)[]>();
  const vectors = new Map<string, { readonly dimension: number; readonly values: Float64Array }>();
  for (const [place, column] of columns.entries()) {
    const values = found.map((row) => row[names[place] ?? '']);
    if (column.kind === 'embedding') vectors.set(column.name, vectorsOf(values, column.embedding?.dimension ?? 0));
    else if (column.kind === 'string')
      texts.set(
        column.name,
        values.map((value) => (value == null ? null : String(value))),
      );
    else
      numbers.set(
        column.name,
        Float64Array.from(values, (value) => (typeof value === 'number' ? value : Number.NaN)),
      );
  }
  return { rows: found.length, keys: Uint32Array.from(found, (row) => Number(row['key'])), numbers, texts, vectors };
}

function expression(column: Column): string {
  if (column.kind === 'embedding') {
    const parts = column.embedding?.parts?.map((part) => `${quoted(part)}::DOUBLE`);
    return parts === undefined ? `${quoted(column.name)}::DOUBLE[]` : `[${parts.join(', ')}]`;
  }
  return column.kind === 'string' ? `left(${quoted(column.name)}::VARCHAR, ${textLength})` : asNumber(column);
}

function vectorsOf(found: readonly unknown[], dimension: number) {
  const values = new Float64Array(found.length * dimension).fill(Number.NaN);
  for (const [row, vector] of found.entries()) {
    if (!Array.isArray(vector) || vector.length !== dimension) continue;
    const numbers = vector.map((value) => (typeof value === 'number' ? value : Number.NaN));
    // A vector with a hole is none: it has no place beside the others.
    if (numbers.every(Number.isFinite)) values.set(numbers, row * dimension);
  }
  return { dimension, values };
}
