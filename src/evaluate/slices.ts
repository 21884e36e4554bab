import { quoted } from '../data/column.ts';
import type { ColumnValues } from '../data/column-stream.ts';
import type { Dataset } from '../data/dataset.ts';
import { AppError } from '../error.ts';
import { numberAt, type RowColumn } from './row-column.ts';

/** A slice of fewer rows is named but not measured: its interval would say nothing. */
export const smallestSlice = 30;
const slicesPerColumn = 20;

/** One slice column: the values that are looked at, and which of them each row of the holdout has. */
export interface SliceColumn {
  readonly column: string;
  readonly values: readonly { readonly value: string; readonly rows: number }[];
  /** The place of a row's value in `values`, or −1. */
  readonly places: Int16Array;
  /** Where one bin of a column of numbers ends and the next begins, ascending; absent for values as they are. */
  readonly edges?: readonly number[];
}

/** What a row without a value is called. */
const missing = '(missing)';

/**
 * The most frequent values of each slice column; with `bins`, quantile bins of a column of numbers that has more values than
 * can be shown. Throws `bad-input` on a column that is not there.
 */
export async function readSlices(
  dataset: Dataset,
  options: {
    readonly columns: readonly string[];
    readonly rows: number;
    /** The key of the policy that names the columns. */
    readonly key: 'slices' | 'slice-crosses' | 'fairness.protected';
    /** Into how many bins numbers are cut; not at all when absent. */
    readonly bins?: number;
  },
): Promise<readonly SliceColumn[]> {
  const { columns, rows, key, bins } = options;
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
    const isNumber = dataset.columns.some(({ name, kind }) => name === column && kind === 'number');
    const edges = isNumber && bins !== undefined ? await quantileEdges(dataset, { column, bins }) : null;
    const places = new Int16Array(rows).fill(-1);
    if (edges === null) slices.push({ column, values: await frequentValues(dataset, column), places });
    else slices.push({ column, values: binNames(edges).map((value) => ({ value, rows: 0 })), places, edges });
  }
  return slices;
}

/** Reads which slice each row belongs to, while the models are asked. */
export function sliceReader(slice: SliceColumn): RowColumn {
  const { column, edges } = slice;
  return { column, as: edges === undefined ? 'text' : 'number', add: (batch) => addToSlice(slice, batch) };
}

/** Notes which slice the rows of a batch belong to. */
function addToSlice(slice: SliceColumn, batch: { readonly values: ColumnValues; readonly places: Int32Array }): void {
  const { values, places } = batch;
  if (slice.edges !== undefined) {
    addToBins(slice, { ...batch, edges: slice.edges });
    return;
  }
  const placeOf = new Map(slice.values.map(({ value }, place) => [value, place]));
  if (values.kind !== 'text') return;
  for (const [row, place] of places.entries()) {
    if (place >= 0) slice.places[place] = placeOf.get(values.values[row] ?? missing) ?? -1;
  }
}

/** The slices that two columns make together, once both are filled: the most frequent pairs of values. */
export function crossed(first: SliceColumn, second: SliceColumn): SliceColumn {
  const width = second.values.length;
  const counts = new Map<number, number>();
  const labelAt = (row: number) => {
    const [one, other] = [first.places[row] ?? -1, second.places[row] ?? -1];
    return one < 0 || other < 0 ? -1 : one * width + other;
  };
  for (let row = 0; row < first.places.length; row++) {
    const label = labelAt(row);
    if (label >= 0) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const kept = [...counts].sort(([a, m], [b, n]) => n - m || a - b).slice(0, slicesPerColumn);
  const placeOf = new Map(kept.map(([label], place) => [label, place]));
  const named = (label: number) => {
    const one = first.values[Math.floor(label / width)]?.value ?? '';
    return `${one.slice(0, 95)} × ${(second.values[label % width]?.value ?? '').slice(0, 95)}`;
  };
  return {
    column: `${first.column.slice(0, 95)} × ${second.column.slice(0, 95)}`,
    values: kept.map(([label, rows]) => ({ value: named(label), rows })),
    places: Int16Array.from(first.places, (_, row) => placeOf.get(labelAt(row)) ?? -1),
  };
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

async function frequentValues(dataset: Dataset, column: string): Promise<SliceColumn['values']> {
  const text = `coalesce(${quoted(column)}::VARCHAR, '${missing}')`;
  const found = await dataset.query(
    `SELECT ${text} AS value, count(*)::DOUBLE AS n FROM data GROUP BY 1 ORDER BY n DESC, value LIMIT ${slicesPerColumn}`,
  );
  return found.map((row) => ({ value: String(row['value']), rows: Number(row['n']) }));
}

/** Distinct quantiles between bins of equal mass; null when the column has so few values that each is a slice. */
async function quantileEdges(
  dataset: Dataset,
  { column, bins }: { readonly column: string; readonly bins: number },
): Promise<readonly number[] | null> {
  const value = `${quoted(column)}::DOUBLE`;
  const shares = Array.from(
    { length: bins - 1 },
    (_, bin) => `quantile_disc(${value}, ${(bin + 1) / bins}) AS q${bin}`,
  );
  const [row] = await dataset.query(
    `SELECT count(DISTINCT ${value})::DOUBLE AS n, ${shares.join(', ')} FROM data WHERE isfinite(${value})`,
  );
  if (Number(row?.['n'] ?? 0) <= slicesPerColumn) return null;
  const edges = shares.map((_, bin) => Number(row?.[`q${bin}`])).filter((edge) => Number.isFinite(edge));
  return [...new Set(edges)].sort((a, b) => a - b);
}

function binNames(edges: readonly number[]): readonly string[] {
  const shown = edges.map((edge) => String(Number(edge.toPrecision(6))));
  const names = shown.map((edge, bin) => (bin === 0 ? `≤ ${edge}` : `${shown[bin - 1]} – ${edge}`));
  return [...names, `> ${shown.at(-1) ?? ''}`, missing];
}

function addToBins(
  { places: found }: SliceColumn,
  batch: { readonly values: ColumnValues; readonly places: Int32Array; readonly edges: readonly number[] },
): void {
  const { values, places, edges } = batch;
  for (const [row, place] of places.entries()) {
    if (place < 0) continue;
    const value = numberAt(values, row);
    const bin = value === null ? edges.length + 1 : edges.findIndex((edge) => value <= edge);
    found[place] = bin < 0 ? edges.length : bin;
  }
}
