import type { Column } from '../../data/column.ts';
import { type ColumnChunk, type ColumnValues, hasValue } from '../../data/column-stream.ts';

/** Turns rows into the text that a program reads: a line for each, ended by a line feed. A missing value is null, or an empty cell. */
export function rowWriter(format: 'jsonl' | 'csv', features: readonly Column[]): (chunk: ColumnChunk) => string {
  const names = features.map(({ name }) => JSON.stringify(name));
  return (chunk) => {
    const readers = chunk.columns.map((values, place) => reader(values, features[place]?.kind === 'boolean'));
    let text = '';
    for (let row = 0; row < chunk.rows; row++) {
      const cells = readers.map((valueAt) => valueAt(row));
      text +=
        format === 'csv'
          ? `${cells.map(csvCell).join(',')}\n`
          : `{${cells.map((cell, place) => `${names[place]}:${JSON.stringify(cell)}`).join(',')}}\n`;
    }
    return text;
  };
}

/** The first line of CSV. */
export function headerLine(names: readonly string[]): string {
  return names.map(csvCell).join(',');
}

type Cell = number | string | boolean | null;

function reader(values: ColumnValues, isBoolean: boolean): (row: number) => Cell {
  if (values.kind === 'text') return (row) => values.values[row] ?? null;
  return (row) => {
    const value = hasValue(values.valid, row) ? values.values[row] : undefined;
    // JSON has no word for what is not finite.
    if (value === undefined || !Number.isFinite(value)) return null;
    return isBoolean ? value !== 0 : value;
  };
}

/** A cell as RFC 4180 has it. */
function csvCell(cell: Cell): string {
  if (cell === null) return '';
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
