import type { Column } from './column.ts';
import { hasValue } from './column-stream.ts';
import type { Dataset } from './dataset.ts';

/** All values of a column, in order: numbers with NaN where there is none, or texts. */
export type RawValues =
  | { readonly kind: 'number'; readonly values: Float64Array; readonly nulls: number }
  | { readonly kind: 'text'; readonly values: readonly (string | null)[] };

/** Reads one column whole: numbers as numbers, everything else as the text it prints as. Takes memory for every row. */
export async function readRawColumn(dataset: Dataset, column: Column): Promise<RawValues> {
  if (column.kind !== 'number') return { kind: 'text', values: await readTexts(dataset, column.name) };
  const values = new Float64Array(dataset.rows).fill(Number.NaN);
  let [at, nulls] = [0, 0];
  await dataset.streamColumns({
    columns: [{ name: column.name, as: 'number' }],
    onChunk({ rows, columns: [read] }) {
      if (read?.kind !== 'number') return;
      for (let row = 0; row < rows; row += 1) {
        if (hasValue(read.valid, row)) values[at + row] = read.values[row] ?? Number.NaN;
        else nulls += 1;
      }
      at += rows;
    },
  });
  return { kind: 'number', values, nulls };
}

async function readTexts(dataset: Dataset, name: string): Promise<readonly (string | null)[]> {
  const texts: (string | null)[] = [];
  await dataset.streamColumns({
    columns: [{ name, as: 'text' }],
    onChunk({ columns: [read] }) {
      if (read?.kind === 'text') for (const value of read.values) texts.push(value);
    },
  });
  return texts;
}
