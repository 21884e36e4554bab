import { quoted } from '../data/column.ts';
import type { ColumnValues } from '../data/column-stream.ts';
import type { Dataset } from '../data/dataset.ts';
import { AppError } from '../error.ts';

/** A slice of fewer rows is named but not measured: its interval would say nothing. */
export const smallestSlice = 30;
const slicesPerColumn = 20;

/** One slice column: the values that are looked at, and which of them each row of the holdout has. */
export interface SliceColumn {
  readonly column: string;
  readonly values: readonly { readonly value: string; readonly rows: number }[];
  /** The place of a row's value in `values`, or −1. */
  readonly places: Int16Array;
}

/** What a row without a value is called. */
const missing = '(missing)';

/** The most frequent values of each slice column. Throws `bad-input` on a column that is not there. */
export async function readSlices(
  dataset: Dataset,
  options: {
    readonly columns: readonly string[];
    readonly rows: number;
    /** The key of the policy that names the columns. */
    readonly key: 'slices' | 'fairness.protected';
  },
): Promise<readonly SliceColumn[]> {
  const { columns, rows, key } = options;
  const unknown = columns.filter((name) => !dataset.columns.some((column) => column.name === name));
  if (unknown.length > 0) {
    const known = dataset.columns.map((column) => column.name).slice(0, 20);
    throw new AppError(
      'bad-input',
      `expected \`${key}\` to name holdout columns, found ${unknown.join(', ')}; the columns are ${known.join(', ')}`,
    );
  }
  const slices: SliceColumn[] = [];
  for (const column of columns) {
    const text = `coalesce(${quoted(column)}::VARCHAR, '${missing}')`;
    const found = await dataset.query(
      `SELECT ${text} AS value, count(*)::DOUBLE AS n FROM data GROUP BY 1 ORDER BY n DESC, value LIMIT ${slicesPerColumn}`,
    );
    const values = found.map((row) => ({ value: String(row['value']), rows: Number(row['n']) }));
    slices.push({ column, values, places: new Int16Array(rows).fill(-1) });
  }
  return slices;
}

/** Notes which slice the rows of a batch belong to. */
export function addToSlice(
  slice: SliceColumn,
  batch: { readonly values: ColumnValues; readonly places: Int32Array },
): void {
  const placeOf = new Map(slice.values.map(({ value }, place) => [value, place]));
  const { values, places } = batch;
  if (values.kind !== 'text') return;
  for (const [row, place] of places.entries()) {
    if (place >= 0) slice.places[place] = placeOf.get(values.values[row] ?? missing) ?? -1;
  }
}

/** The rows of each value of a slice column, by place. */
export function rowsBySlice(slice: SliceColumn): readonly Uint32Array[] {
  const counts = new Uint32Array(slice.values.length);
  for (const place of slice.places) if (place >= 0) counts[place] = (counts[place] ?? 0) + 1;
  const rows = Array.from(counts, (count) => new Uint32Array(count));
  const filled = new Uint32Array(counts.length);
  for (const [row, place] of slice.places.entries()) {
    const list = place < 0 ? undefined : rows[place];
    if (list === undefined) continue;
    list[filled[place] ?? 0] = row;
    filled[place] = (filled[place] ?? 0) + 1;
  }
  return rows;
}
