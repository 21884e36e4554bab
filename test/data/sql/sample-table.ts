import { DuckDBInstance } from '@duckdb/node-api';

/** A table with what is hard to count alike: signed zeros, NaN, infinities, subnormal and huge numbers, Unicode, quotes, long texts. */
export const sampleColumns = [
  { name: 'whole', kind: 'number' },
  { name: 'odd', kind: 'number' },
  { name: 'edge', kind: 'number' },
  { name: 'flag', kind: 'boolean' },
  { name: 'few', kind: 'string' },
  { name: `id '" x`, kind: 'string' },
  { name: 'long', kind: 'string' },
  { name: 'at', kind: 'timestamp' },
  { name: 'empty', kind: 'number' },
] as const;

const quotedId = `"id '"" x"`;

const select = `SELECT i::BIGINT AS whole,
  CASE WHEN i % 7 = 0 THEN NULL WHEN i % 11 = 0 THEN 'NaN'::DOUBLE WHEN i % 101 = 0 THEN 'inf'::DOUBLE
    WHEN i % 103 = 0 THEN '-inf'::DOUBLE WHEN i % 13 = 0 THEN '-0.0'::DOUBLE ELSE sin(i) * pow(10, i % 30 - 15) END AS odd,
  CASE WHEN i % 5 = 0 THEN 4.9e-324 * i WHEN i % 5 = 1 THEN pow(2.0, i % 900 - 400) ELSE 1.7e308 / (i + 1) END AS edge,
  i % 3 = 0 AS flag, 't' || (i % 5) AS few, CASE WHEN i % 9 = 0 THEN NULL WHEN i % 4 = 0 THEN 'often' ELSE 'user-' || i END AS ${quotedId},
  repeat('ä', (i % 90)::INT) AS long, TIMESTAMP '2026-01-01' + INTERVAL (i * 61) MILLISECOND AS "at", NULL::DOUBLE AS empty
FROM range(1600) r(i)`;

/** Writes the table as a Parquet file, and gives its rows as literals of PostgreSQL, 500 to an INSERT. */
export async function writeSampleTable(path: string): Promise<readonly string[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet)`);
  const reader = await connection.runAndReadAll(
    `SELECT whole::VARCHAR, printf('%.17g', odd), printf('%.17g', edge), flag::VARCHAR, few, ${quotedId}, long, "at"::VARCHAR, NULL FROM '${path}'`,
  );
  const rows = reader
    .getRows()
    .map((row) => `(${row.map((value) => (value === null ? 'NULL' : `'${value}'`)).join(', ')})`);
  connection.closeSync();
  instance.closeSync();
  const inserts = Array.from({ length: Math.ceil(rows.length / 500) }, (_, at) => rows.slice(at * 500, (at + 1) * 500));
  return [
    `CREATE TABLE sample (whole bigint, odd float8, edge float8, flag boolean, few text, ${quotedId} text, long text, at timestamp, empty float8)`,
    ...inserts.map((some) => `INSERT INTO sample VALUES ${some.join(', ')}`),
  ];
}
