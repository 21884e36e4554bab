import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';

/** Three million flights within the United States, January to June 2001, as the npm package vega-datasets ships them. */
const source = join(fileURLToPath(import.meta.resolve('vega-datasets')), '../../data/flights-3m.parquet');

export const months = ['2001-01', '2001-02', '2001-03', '2001-04', '2001-05', '2001-06'] as const;
export type Month = (typeof months)[number];

/**
 * A number for every flight that depends on nothing but its place in the source: samples ordered by it are the same on
 * every machine and with every version of DuckDB.
 */
const flights = `
  SELECT
    date::DATE AS date,
    hour(date)::INTEGER AS hour,
    isodow(date)::INTEGER AS weekday,
    distance::INTEGER AS distance,
    origin,
    destination,
    delay::INTEGER AS delay,
    delay > 15 AS late,
    strftime(date, '%Y-%m') AS month,
    md5(file_row_number::VARCHAR) AS lot
  FROM read_parquet('${source.replaceAll("'", "''")}', file_row_number = true)`;

/** One flight in 128 is never trained on. */
const isHoldout = `lot < '02'`;

const columns = 'date, hour, weekday, distance, origin, destination, delay, late';

/** Writes a fixed random sample of one month's flights, in the order of their dates, as a Parquet file. */
export async function writeMonth(options: {
  readonly month: Month;
  readonly rows: number;
  readonly file: string;
}): Promise<void> {
  const { month, rows, file } = options;
  await write(
    file,
    `SELECT * FROM (${flights}) WHERE month = '${month}' AND NOT ${isHoldout} ORDER BY lot LIMIT ${rows}`,
  );
}

/** Writes a fixed random sample of the flights of January to May that no month's sample holds. */
export async function writeHoldout(options: { readonly rows: number; readonly file: string }): Promise<void> {
  const { rows, file } = options;
  await write(file, `SELECT * FROM (${flights}) WHERE month <= '2001-05' AND ${isHoldout} ORDER BY lot LIMIT ${rows}`);
}

/**
 * Writes flights of June that neither a month's sample nor the holdout holds, in a random order, as lines of JSON: what an
 * application asks a model about once it is served, with the delays that it learns later.
 */
export async function writeLive(options: { readonly rows: number; readonly file: string }): Promise<void> {
  const { rows, file } = options;
  const sample = `SELECT * FROM (${flights}) WHERE month = '2001-06' AND NOT ${isHoldout} ORDER BY lot DESC LIMIT ${rows}`;
  await copy(file, `SELECT hour, weekday, distance, origin, destination, delay FROM (${sample})`, 'json');
}

async function write(file: string, sample: string): Promise<void> {
  await copy(file, `SELECT ${columns} FROM (${sample}) ORDER BY date, lot`, 'parquet');
}

async function copy(file: string, query: string, format: 'parquet' | 'json'): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    // One thread writes the same bytes each time.
    await connection.run('SET threads = 1');
    await connection.run(`COPY (${query}) TO '${file.replaceAll("'", "''")}' (FORMAT ${format})`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
