import { DuckDBInstance } from '@duckdb/node-api';

/** Twenty columns of the kinds that tables have, and their SQL; further ones repeat them. */
const kinds = [
  ...['number', 'ratio', 'amount', 'weight', 'depth', 'speed'].map((name) => [name, 'random() * random() * 1000']),
  ['rate', 'CASE WHEN random() < 0.95 THEN random() END'],
  ['score', 'CASE WHEN random() < 0.95 THEN random() * random() END'],
  ['price', 'round(random() * random() * 1000, 2)'],
  ['fee', 'round(random() * 100, 2)'],
  ['count', '(random() * 500)::INTEGER'],
  ['items', '(random() * random() * 50)::INTEGER'],
  ['hour', '(random() * 24)::INTEGER'],
  ['user', '(random() * random() * 1e9)::BIGINT'],
  ['flag', 'random() < 0.3'],
  ['at', "TIMESTAMP '2026-01-01' + INTERVAL 1 SECOND * (random() * 31e6)::BIGINT"],
  ['city', "'city-' || (random() * random() * 300)::INTEGER"],
  ['carrier', "'carrier-' || (random() * 12)::INTEGER"],
  ['code', "'code-' || (random() * random() * 5000)::INTEGER"],
  ['state', "'state-' || (random() * 50)::INTEGER"],
] as const;

/** Writes a Parquet file of random rows, the same for the same seed (between −1 and 1). */
export async function writeTable(options: {
  readonly path: string;
  readonly rows: number;
  readonly columns: number;
  readonly seed: number;
}): Promise<void> {
  const { path, rows, columns, seed } = options;
  const select = Array.from({ length: columns }, (_, place) => {
    const [name, sql] = kinds[place % kinds.length] ?? ['', ''];
    return `${sql} AS ${name}_${Math.floor(place / kinds.length)}`;
  });
  // One thread: with more of them random() would not be the same twice.
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run(`SELECT setseed(${seed})`);
  await connection.run(`COPY (SELECT ${select.join(', ')} FROM range(${rows})) TO '${path}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
}
