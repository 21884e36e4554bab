import { createReadStream } from 'node:fs';
import { literal } from '../column.ts';
import type { Dataset } from '../dataset.ts';

/** Where a row of a dataset stands. */
export interface RowPlace {
  readonly file: string;
  /** From 1 in its file. */
  readonly row: number;
  /** From 1; null where there is no line to see. */
  readonly line: number | null;
}

/** Files are read for line numbers up to so many bytes altogether; beyond them rows have none. */
const mostBytes = 2_000_000_000;

/**
 * Finds the files and lines of rows, which are counted from 1 over all files in order. Text is read again up to the last
 * of them, as CSV and JSON lines define records: a line break inside quotes ends none, and empty lines hold none.
 */
export async function rowPlaces(options: {
  readonly dataset: Dataset;
  readonly rows: readonly number[];
  /** Whether text is written as RFC 4180 has it, so that its lines can be told. */
  readonly hasLines: boolean;
}): Promise<ReadonlyMap<number, RowPlace>> {
  const { dataset, rows, hasLines } = options;
  const wanted = [...new Set(rows)].sort((a, b) => a - b);
  const first = dataset.files[0];
  if (first === undefined || wanted.length === 0) return new Map();
  if (hasLines && (first.format === 'csv' || (first.format === 'json' && !/\.json$/i.test(first.path)))) {
    if (dataset.files.every(({ path }) => /\.(csv|tsv|jsonl|ndjson)$/i.test(path))) return textPlaces(dataset, wanted);
  }
  if (dataset.files.length === 1) return new Map(wanted.map((row) => [row, { file: first.path, row, line: null }]));
  return first.format === 'parquet' ? parquetPlaces(dataset, wanted) : new Map();
}

async function parquetPlaces(dataset: Dataset, wanted: readonly number[]): Promise<ReadonlyMap<number, RowPlace>> {
  const places = new Map<number, RowPlace>();
  let before = 0;
  for (const file of dataset.files) {
    const [counted] = await dataset.query(
      `SELECT num_rows::DOUBLE AS rows FROM parquet_file_metadata(${literal(file.absolutePath)})`,
    );
    const here = before + Number(counted?.['rows'] ?? 0);
    for (const row of wanted) {
      if (row > before && row <= here) places.set(row, { file: file.path, row: row - before, line: null });
    }
    before = here;
  }
  return places;
}

async function textPlaces(dataset: Dataset, wanted: readonly number[]): Promise<ReadonlyMap<number, RowPlace>> {
  const places = new Map<number, RowPlace>();
  let [before, budget, next] = [0, mostBytes, 0];
  for (const file of dataset.files) {
    if (next >= wanted.length || file.bytes > budget) return places;
    budget -= file.bytes;
    // In a file of one column an empty line is a row without a value.
    const records = recordLines({
      hasHeader: file.format === 'csv',
      keepsEmpty: dataset.columns.length === 1 && file.format === 'csv',
    });
    const stream = createReadStream(file.absolutePath, { highWaterMark: 1 << 20 });
    for await (const bytes of stream) {
      records.take(bytes as Uint8Array, (row, line) => {
        if (wanted[next] !== before + row) return;
        places.set(before + row, { file: file.path, row, line });
        next += 1;
      });
      if (next >= wanted.length) break;
    }
    before += records.count();
  }
  return places;
}

const [newline, carriage, quote] = [0x0a, 0x0d, 0x22];

/** Counts records and the lines that they begin at, piece by piece of a text. */
function recordLines(options: { readonly hasHeader: boolean; readonly keepsEmpty: boolean }) {
  let [line, row, isQuoted, isInRecord] = [1, options.hasHeader ? -1 : 0, false, false];
  const usesQuotes = options.hasHeader;
  const begin = (onRecord: (row: number, line: number) => void) => {
    isInRecord = true;
    row += 1;
    if (row > 0) onRecord(row, line);
  };
  return {
    take(bytes: Uint8Array, onRecord: (row: number, line: number) => void): void {
      for (let at = 0; at < bytes.length; at += 1) {
        const byte = bytes[at];
        if (byte === newline) {
          if (!isInRecord && options.keepsEmpty) begin(onRecord);
          line += 1;
          if (!isQuoted) isInRecord = false;
        } else if (byte !== carriage) {
          if (!isInRecord) begin(onRecord);
          // A doubled quote closes and opens again, which changes nothing.
          if (usesQuotes && byte === quote) isQuoted = !isQuoted;
        }
      }
    },
    /** The rows begun so far, the header not counted. */
    count: () => Math.max(0, row),
  };
}
