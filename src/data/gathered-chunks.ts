import { type ColumnChunk, type ColumnValues, hasValue } from './column-stream.ts';

/** At most so many rows are gathered, and fewer where there are many columns. */
const mostRows = 16_384;
const mostCells = 2 ** 20;

/** Joins consecutive chunks to longer ones, for what has a cost per call. */
export interface GatheredChunks {
  /** Takes the next chunk; hands on a long one when the next might not fit any more. */
  take(chunk: ColumnChunk): Promise<void>;
  /** Hands on what is left. */
  finish(): Promise<void>;
}

/** Gathers chunks of `columns` columns. What is handed on is valid until the promise of `onChunk` is kept. */
export function gatherChunks(columns: number, onChunk: (chunk: ColumnChunk) => Promise<void>): GatheredChunks {
  const room = Math.min(mostRows, Math.max(1, Math.floor(mostCells / Math.max(1, columns) / 2048)) * 2048);
  let gathering: readonly Gathering[] = [];
  let rows = 0;

  async function handOn(): Promise<void> {
    if (rows === 0) return;
    const chunk = { rows, columns: gathering.map((column) => gathered(column, rows)) };
    rows = 0;
    await onChunk(chunk);
    for (const column of gathering) clear(column);
  }

  return {
    async take(chunk) {
      if (rows + chunk.rows > room) await handOn();
      if (gathering.length === 0) gathering = chunk.columns.map((column) => emptyGathering(column, room));
      for (const [place, column] of chunk.columns.entries()) {
        const to = gathering[place];
        if (to !== undefined) append(to, { column, at: rows, rows: chunk.rows });
      }
      rows += chunk.rows;
    },
    finish: handOn,
  };
}

type Gathering =
  | { readonly kind: 'number'; readonly values: Float64Array; readonly valid: Uint8Array; hasNulls: boolean }
  | { readonly kind: 'text'; readonly values: (string | null)[] };

function emptyGathering(column: ColumnValues, room: number): Gathering {
  if (column.kind === 'text') return { kind: 'text', values: [] };
  return {
    kind: 'number',
    values: new Float64Array(room),
    valid: new Uint8Array(Math.ceil(room / 8)).fill(255),
    hasNulls: false,
  };
}

function clear(column: Gathering): void {
  if (column.kind === 'text') column.values.length = 0;
  else if (column.hasNulls) {
    column.valid.fill(255);
    column.hasNulls = false;
  }
}

function append(
  to: Gathering,
  from: { readonly column: ColumnValues; readonly at: number; readonly rows: number },
): void {
  const { column, at, rows } = from;
  if (to.kind === 'text') {
    if (column.kind === 'text') for (const value of column.values) to.values.push(value);
    return;
  }
  if (column.kind !== 'number') return;
  to.values.set(column.values.subarray(0, rows), at);
  if (column.valid === null) return;
  to.hasNulls = true;
  for (let row = 0; row < rows; row++) {
    if (hasValue(column.valid, row)) continue;
    const place = at + row;
    to.valid[place >> 3] = (to.valid[place >> 3] ?? 0) & ~(1 << (place & 7));
  }
}

function gathered(column: Gathering, rows: number): ColumnValues {
  if (column.kind === 'text') return { kind: 'text', values: column.values.slice(0, rows) };
  const values = column.values.subarray(0, rows);
  return { kind: 'number', values, valid: column.hasNulls ? column.valid : null };
}
