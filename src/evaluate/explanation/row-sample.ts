import { type ColumnValues, hasValue } from '../../data/column-stream.ts';
import type { Dataset } from '../../data/dataset.ts';
import type { ColumnWish } from '../runtime/runtime.ts';
import { type Target, truthAt } from '../target.ts';
import { RowKeys, salted } from './row-key.ts';

/** One cell as a model is given it. */
export type Cell = number | string | null;

/** A row that was chosen: its cells in the order of the wishes, and its truth (NaN where it has none, or none was asked for). */
export interface ChosenRow {
  readonly key: number;
  readonly cells: readonly Cell[];
  readonly truth: number;
  /** The id, or the number of the row counting from 1, of a row that was asked for by it; else empty. */
  readonly name: string;
}

/** Rows that were chosen from a dataset. */
export interface ChosenRows {
  /** One list for each size that was asked for, in the order of their keys. */
  readonly samples: readonly (readonly ChosenRow[])[];
  /** The rows that were asked for by name and are there. */
  readonly named: readonly ChosenRow[];
}

/**
 * Chooses rows in one pass: samples without replacement by the hash of what the rows hold, which the order of the rows does
 * not change, and rows by name. Memory is that of the chosen rows and of one number for every different row.
 */
export async function chooseRows(options: {
  readonly dataset: Dataset;
  readonly wishes: readonly ColumnWish[];
  /** With a target, sampled rows have a truth. */
  readonly target: Target | null;
  /** The column that names rows; without one they are named by number. */
  readonly id: string | null;
  readonly sizes: readonly number[];
  readonly names: readonly string[];
}): Promise<ChosenRows> {
  const { dataset, wishes, target, id, sizes } = options;
  const columns: ColumnWish[] = [
    ...wishes,
    ...(target === null ? [] : [{ name: target.column, as: target.as }]),
    ...(id === null ? [] : [{ name: id, as: 'text' as const }]),
  ];
  const keys = new RowKeys();
  const smallest = sizes.map((size) => new SmallestRows(size));
  const wanted = new Set(options.names);
  const named: ChosenRow[] = [];
  // In the order of names, so that an order of features in the policy decides nothing.
  const inOrder = columns.map(({ name, as }, place) => ({ name: `${name} ${as}`, place })).sort(byName);
  let firstRow = 0;
  await dataset.streamColumns({
    columns,
    onChunk(chunk) {
      const cellsAt = (row: number) => wishes.map((_, place) => cellOf(chunk.columns[place], row));
      const ids = id === null ? undefined : chunk.columns.at(-1);
      const truths = chunk.columns[wishes.length];
      const truthOf = target === null || truths === undefined ? () => Number.NaN : truthAt(target, truths);
      const known = ids === undefined ? inOrder.flatMap(({ place }) => chunk.columns[place] ?? []) : [ids];
      for (const [row, key] of keys.of(known, chunk.rows).entries()) {
        const truth = truthOf(row);
        const name = ids === undefined ? String(firstRow + row + 1) : String(cellOf(ids, row) ?? '');
        if (wanted.has(name)) named.push({ key, cells: cellsAt(row), truth, name });
        if (target !== null && Number.isNaN(truth)) continue;
        for (const [salt, sample] of smallest.entries()) {
          const place = salted(key, salt + 1);
          if (place <= sample.limit) sample.add(place, { key, cells: cellsAt(row), truth, name: '' });
        }
      }
      firstRow += chunk.rows;
    },
  });
  return { samples: smallest.map((sample) => sample.rows()), named };
}

/** The rows with the smallest numbers of all that were added. */
class SmallestRows {
  readonly #size: number;
  #rows: { readonly place: number; readonly row: ChosenRow }[] = [];
  /** A row with a larger number is not among them. */
  limit = Number.POSITIVE_INFINITY;

  constructor(size: number) {
    this.#size = size;
    if (size === 0) this.limit = -1;
  }

  add(place: number, row: ChosenRow): void {
    this.#rows.push({ place, row });
    if (this.#rows.length >= 2 * this.#size + 100) this.#shrink();
  }

  rows(): readonly ChosenRow[] {
    this.#shrink();
    return this.#rows.map(({ row }) => row);
  }

  #shrink(): void {
    this.#rows = this.#rows.sort((a, b) => a.place - b.place).slice(0, this.#size);
    if (this.#rows.length === this.#size) this.limit = this.#rows.at(-1)?.place ?? this.limit;
  }
}

function cellOf(column: ColumnValues | undefined, row: number): Cell {
  if (column === undefined) return null;
  if (column.kind === 'text') return column.values[row] ?? null;
  return hasValue(column.valid, row) ? (column.values[row] ?? null) : null;
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : Number(a.name > b.name);
}
