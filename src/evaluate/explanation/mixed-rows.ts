import { type ColumnValues, hasValue } from '../../data/column-stream.ts';
import type { Batch, ColumnWish } from '../runtime/runtime.ts';
import type { Cell, ChosenRow } from './row-sample.ts';

/** A feature of a model: the columns of the table that it is given as (two, if one model reads text and the other numbers). */
export interface Player {
  readonly name: string;
  readonly columns: readonly number[];
}

/** Chosen rows, column by column, from which new rows are mixed feature by feature. */
export interface MixingTable {
  readonly wishes: readonly ColumnWish[];
  readonly players: readonly Player[];
  /** Which player each wish belongs to. */
  readonly playerOf: readonly number[];
  readonly columns: readonly ColumnValues[];
  readonly rows: readonly ChosenRow[];
}

/** The chosen rows as a table. A feature is a name among the wishes. */
export function mixingTable(wishes: readonly ColumnWish[], rows: readonly ChosenRow[]): MixingTable {
  const names = [...new Set(wishes.map(({ name }) => name))];
  const places = new Map(names.map((name, place) => [name, place]));
  return {
    wishes,
    players: names.map((name) => ({
      name,
      columns: wishes.flatMap((wish, column) => (wish.name === name ? [column] : [])),
    })),
    playerOf: wishes.map(({ name }) => places.get(name) ?? -1),
    columns: wishes.map(({ as }, column) => columnOf(rows, { column, as })),
    rows,
  };
}

/** Whether two rows of the table have the same value of a feature, so that exchanging it changes nothing. */
export function isSameCell(
  table: MixingTable,
  { player, a, b }: { readonly player: number; readonly a: number; readonly b: number },
): boolean {
  const [left, right] = [table.rows[a]?.cells, table.rows[b]?.cells];
  return table.players[player]?.columns.every((column) => Object.is(left?.[column], right?.[column])) ?? true;
}

/**
 * Rows that are put to a model in one call: many, because a call costs some ten microseconds; but no more cells than a
 * processor keeps at hand, because runtimes turn columns into rows.
 */
export function rowsPerCall({ players }: MixingTable): number {
  return Math.min(8192, Math.max(256, Math.floor(250_000 / Math.max(1, players.length))));
}

/** New rows: feature i of row j is that of the table's row `at(i, j)`. Room is used again for the next rows. */
export class MixedRows {
  readonly capacity: number;
  readonly #sources: Int32Array;
  readonly #table: MixingTable;
  /** Where the values of each wish are gathered, again for every batch. */
  readonly #room = new Map<string, { readonly column: number; readonly values: Float64Array }>();
  rows = 0;

  constructor(table: MixingTable, capacity: number) {
    this.#table = table;
    this.capacity = capacity;
    this.#sources = new Int32Array(table.players.length * capacity);
  }

  /** Adds a row; `sources` says for each player which row of the table its value is from. Returns the row's place. */
  add(sources: Int32Array): number {
    const row = this.rows++;
    for (let player = 0; player < sources.length; player++) {
      this.#sources[player * this.capacity + row] = sources[player] ?? 0;
    }
    return row;
  }

  /**
   * Adds the rows on the way from one row of the table to another, feature by feature in an order, without its two ends.
   * Returns the place of the first. Filled by column: of many features each row differs in one only.
   */
  addWalk(ends: { readonly background: number; readonly row: number }, order: Int32Array): number {
    const first = this.rows;
    const count = Math.max(0, order.length - 1);
    for (let player = 0; player < this.#table.players.length; player++) {
      const start = player * this.capacity + first;
      this.#sources.fill(ends.background, start, start + count);
    }
    for (let step = 0; step < count; step++) {
      const start = (order[step] ?? 0) * this.capacity + first;
      this.#sources.fill(ends.row, start + step, start + count);
    }
    this.rows += count;
    return first;
  }

  clear(): void {
    this.rows = 0;
  }

  /**
   * What a model with these wishes is given, valid until the next batch. Throws RangeError for a wish that the table was not
   * made for.
   */
  batch(wishes: readonly ColumnWish[]): Batch {
    return { firstRow: 0, rows: this.rows, columns: wishes.map((wish) => this.#gathered(wish)) };
  }

  #gathered(wish: ColumnWish): ColumnValues {
    const { column, values: room } = this.#roomFor(wish);
    const start = (this.#table.playerOf[column] ?? 0) * this.capacity;
    const sources = this.#sources.subarray(start, start + this.rows);
    const from = this.#table.columns[column];
    if (from?.kind !== 'number')
      return { kind: 'text', values: Array.from(sources, (source) => from?.values[source] ?? null) };
    const values = room.subarray(0, this.rows);
    for (let row = 0; row < values.length; row++) values[row] = from.values[sources[row] ?? 0] ?? 0;
    return { kind: 'number', values, valid: from.valid && gatheredBits(from.valid, sources) };
  }

  #roomFor(wish: ColumnWish) {
    const name = `${wish.as} ${wish.name}`;
    const known = this.#room.get(name);
    if (known !== undefined) return known;
    const column = this.#table.wishes.findIndex(({ name, as }) => name === wish.name && as === wish.as);
    if (column < 0) throw new RangeError(`no column ${wish.name} as ${wish.as} among the mixed rows`);
    const room = { column, values: new Float64Array(wish.as === 'number' ? this.capacity : 0) };
    this.#room.set(name, room);
    return room;
  }
}

function columnOf(
  rows: readonly ChosenRow[],
  { column, as }: { readonly column: number; readonly as: ColumnWish['as'] },
): ColumnValues {
  const cells = rows.map((row): Cell => row.cells[column] ?? null);
  if (as === 'text') return { kind: 'text', values: cells.map((cell) => (cell === null ? null : String(cell))) };
  const values = Float64Array.from(cells, (cell) => (typeof cell === 'number' ? cell : Number.NaN));
  const isKnown = cells.every((cell) => cell !== null);
  return { kind: 'number', values, valid: isKnown ? null : bitsOf(cells.map((cell) => cell !== null)) };
}

function gatheredBits(valid: Uint8Array, sources: Int32Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(sources.length / 8));
  for (let row = 0; row < sources.length; row++) {
    if (hasValue(valid, sources[row] ?? 0)) bits[row >> 3] = (bits[row >> 3] ?? 0) | (1 << (row & 7));
  }
  return bits;
}

function bitsOf(flags: readonly boolean[]): Uint8Array {
  const bits = new Uint8Array(Math.ceil(flags.length / 8));
  for (const [row, flag] of flags.entries()) if (flag) bits[row >> 3] = (bits[row >> 3] ?? 0) | (1 << (row & 7));
  return bits;
}
