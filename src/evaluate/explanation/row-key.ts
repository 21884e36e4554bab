import { type ColumnValues, hasValue } from '../../data/column-stream.ts';
import { mixed } from '../../statistics/poisson-bootstrap.ts';

/** The most different rows that are told apart; beyond them a repeated row may be taken for its first occurrence. */
const mostRows = 2_000_000;

/**
 * Names rows by what they hold: a whole number below 2^53 for each row of a batch. Equal rows are told apart by how many of
 * them came before, so that the keys of a dataset are the same set in any order of its rows.
 */
export class RowKeys {
  readonly #seen = new Map<number, number>();

  /** The keys of rows that are known by these columns: an id, or everything that is read of them. */
  of(columns: readonly ColumnValues[], rows: number): Float64Array {
    const keys = contentKeys(columns, rows);
    for (const [row, key] of keys.entries()) {
      const before = this.#seen.get(key) ?? 0;
      if (before > 0 || this.#seen.size < mostRows) this.#seen.set(key, before + 1);
      if (before > 0) keys[row] = salted(key, before);
    }
    return keys;
  }
}

/** Another key for the same row: as good as drawn anew for every salt. */
export function salted(key: number, salt: number): number {
  const turn = mixed(salt + 0x9e3779b9);
  return joined(mixed(upper(key) ^ turn), mixed(lower(key) ^ mixed(turn ^ upper(key))));
}

/** A 32-bit seed that a row, or a pair of rows, always has. */
export function seedOf(key: number, other: number, round: number): number {
  const first = mixed(lower(key) ^ mixed(upper(key)));
  const second = mixed(lower(other) ^ mixed(upper(other) ^ 0x5bd1e995));
  return mixed(first ^ mixed(second ^ mixed(round + 1)));
}

/** 0 … count − 1 in an order that the seed decides (Fisher and Yates). */
export function orderOf(count: number, seed: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, place) => place);
  for (let last = count - 1; last > 0; last--) {
    const place = Math.floor((mixed(seed ^ mixed(last)) / 2 ** 32) * (last + 1));
    const value = order[last] ?? 0;
    order[last] = order[place] ?? 0;
    order[place] = value;
  }
  return order;
}

function contentKeys(columns: readonly ColumnValues[], rows: number): Float64Array {
  const high = new Int32Array(rows).fill(0x2545f491);
  const low = new Int32Array(rows).fill(0x4f6cdd1d);
  const bits = new DataView(new ArrayBuffer(8));
  const add = (row: number, word: number) => {
    high[row] = mixed((high[row] ?? 0) ^ word);
    low[row] = mixed(Math.imul(low[row] ?? 0, 31) + word);
  };
  for (const column of columns) {
    for (let row = 0; row < rows; row++) {
      if (column.kind === 'text') {
        const text = column.values[row] ?? null;
        add(row, text === null ? -1 : text.length);
        for (let at = 0; at < (text?.length ?? 0); at++) add(row, text?.charCodeAt(at) ?? 0);
        continue;
      }
      // Zero has two signs and NaN many bits; each is one value.
      const value = hasValue(column.valid, row) ? (column.values[row] ?? 0) + 0 : null;
      bits.setFloat64(0, Number.isNaN(value) ? Number.NaN : (value ?? 0));
      add(row, value === null ? -1 : bits.getInt32(0));
      add(row, bits.getInt32(4));
    }
  }
  return Float64Array.from(high, (word, row) => joined(word >>> 0, (low[row] ?? 0) >>> 0));
}

function joined(high: number, low: number): number {
  return high * 2 ** 21 + (low >>> 11);
}

function upper(key: number): number {
  return Math.floor(key / 2 ** 21);
}

function lower(key: number): number {
  return (key % 2 ** 32) | 0;
}
