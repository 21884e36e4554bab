import { quoted } from '../data/column.ts';
import { type ColumnValues, hasValue } from '../data/column-stream.ts';
import type { Dataset } from '../data/dataset.ts';
import { AppError } from '../error.ts';
import { mixed } from '../statistics/poisson-bootstrap.ts';
import { groupsByKey, type RowGroups } from './comparison/row-groups.ts';
import type { Target } from './target.ts';

/** Something that is to be known of every row with a truth, read from one column while the models are asked. */
export interface RowColumn {
  readonly column: string;
  readonly as: 'number' | 'text';
  /** Takes a batch. `places` says where each row goes, −1 for a row without truth. */
  add(batch: { readonly values: ColumnValues; readonly places: Int32Array }): void;
}

/** The column whose rows move together, filled while the models are asked. */
export interface ClusterColumn extends RowColumn {
  /** How many values it has, rows without a value counting as one. */
  readonly clusters: number;
  groups(): RowGroups;
}

/** The cluster column of a policy; null when it names none. Throws `bad-input` when it is not there. */
export async function readClusters(
  dataset: Dataset,
  { column, target }: { readonly column: string | undefined; readonly target: Target },
): Promise<ClusterColumn | null> {
  if (column === undefined) return null;
  const known = dataset.columns.map(({ name }) => name);
  if (!known.includes(column) || column === target.column) {
    const found = column === target.column ? `the target ${column}` : column;
    throw new AppError(
      'bad-input',
      `expected \`cluster\` to name a holdout column other than the target, found ${found}; the columns are ${known.slice(0, 20).join(', ')}`,
    );
  }
  const [counted] = await dataset.query(
    `SELECT count(DISTINCT coalesce(${quoted(column)}::VARCHAR, ''))::DOUBLE AS clusters FROM data`,
  );
  const keys = new Uint32Array(target.rows);
  return {
    column,
    as: 'text',
    clusters: Number(counted?.['clusters'] ?? 0),
    add({ values, places }) {
      for (const [row, place] of places.entries()) {
        if (place >= 0) keys[place] = textKey(values.kind === 'text' ? (values.values[row] ?? '') : '');
      }
    },
    groups: () => groupsByKey(keys),
  };
}

/** The numbers in the holdout, from 0 on, of the rows that have a truth, filled likewise. */
export interface RowNumbers extends RowColumn {
  of(place: number): number;
}

/** Reads row numbers; without a missing truth a row's place is its number. */
export function readRowNumbers(dataset: Dataset, target: Target): RowNumbers {
  const numbers = target.missing === 0 ? null : new Uint32Array(target.rows);
  let seen = 0;
  return {
    // Any column will do: only how many rows pass by is looked at.
    column: dataset.columns[0]?.name ?? target.column,
    as: 'text',
    add({ places }) {
      for (const [row, place] of places.entries()) if (numbers !== null && place >= 0) numbers[place] = seen + row;
      seen += places.length;
    },
    of: (place) => numbers?.[place] ?? place,
  };
}

/** The texts of a column in some rows, by the rows' numbers: one more pass over this column alone. */
export async function readTexts(
  dataset: Dataset,
  { column, rows }: { readonly column: string; readonly rows: readonly number[] },
): Promise<ReadonlyMap<number, string>> {
  const wanted = new Set(rows);
  const found = new Map<number, string>();
  let first = 0;
  await dataset.streamColumns({
    columns: [{ name: column, as: 'text' }],
    onChunk: (chunk) => {
      const [values] = chunk.columns;
      for (let row = 0; row < chunk.rows; row++) {
        if (!wanted.has(first + row) || values?.kind !== 'text') continue;
        const text = values.values[row];
        if (text !== null && text !== undefined) found.set(first + row, text);
      }
      first += chunk.rows;
    },
  });
  return found;
}

/** The number of a row, or null where it has none that is finite. */
export function numberAt(values: ColumnValues, row: number): number | null {
  if (values.kind !== 'number' || !hasValue(values.valid, row)) return null;
  const value = values.values[row] ?? Number.NaN;
  return Number.isFinite(value) ? value : null;
}

function textKey(text: string): number {
  let hash = 0x811c9dc5 ^ text.length;
  for (let at = 0; at < text.length; at++) hash = mixed(hash ^ text.charCodeAt(at));
  return hash >>> 0;
}
