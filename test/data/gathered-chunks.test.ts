import { expect, test } from 'vitest';
import { type ColumnChunk, hasValue } from '../../src/data/column-stream.ts';
import { gatherChunks } from '../../src/data/gathered-chunks.ts';

test('gathered chunks hold the rows of the chunks, in order, with their gaps', async () => {
  const seen: (number | string | null)[][] = [];
  const lengths: number[] = [];
  const chunks = gatherChunks(2, async (chunk) => {
    lengths.push(chunk.rows);
    for (let row = 0; row < chunk.rows; row++) seen.push(chunk.columns.map((column) => cell(column, row)));
  });
  const sizes = [2048, 2048, 7, 2048, 1, 2048, 2048, 2048, 2048, 2048, 2048, 2048];
  let first = 0;

  for (const rows of sizes) {
    await chunks.take(chunkOf(first, rows));
    first += rows;
  }
  await chunks.finish();

  expect(lengths).toEqual([14_344, 8192 - 2048]);
  expect(seen).toEqual(Array.from({ length: first }, (_, row) => [number(row), `t${row}`]));
});

test('many columns are gathered in fewer rows', async () => {
  const lengths: number[] = [];
  const chunks = gatherChunks(400, async ({ rows }) => void lengths.push(rows));

  for (let part = 0; part < 3; part++) await chunks.take(chunkOf(2048 * part, 2048));
  await chunks.finish();

  expect(lengths).toEqual([2048, 2048, 2048]);
});

function chunkOf(first: number, rows: number): ColumnChunk {
  const numbers = Array.from({ length: rows }, (_, row) => number(first + row));
  const valid = new Uint8Array(Math.ceil(rows / 8));
  for (const [row, value] of numbers.entries()) {
    if (value !== null) valid[row >> 3] = (valid[row >> 3] ?? 0) | (1 << (row & 7));
  }
  return {
    rows,
    columns: [
      { kind: 'number', values: Float64Array.from(numbers, Number), valid: numbers.includes(null) ? valid : null },
      { kind: 'text', values: Array.from({ length: rows }, (_, row) => `t${first + row}`) },
    ],
  };
}

function number(row: number): number | null {
  return row % 5000 === 3 ? null : row;
}

function cell(column: ColumnChunk['columns'][number], row: number): number | string | null {
  if (column.kind === 'text') return column.values[row] ?? null;
  return hasValue(column.valid, row) ? (column.values[row] ?? null) : null;
}
