import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { expect, test } from 'vitest';
import { openDataset } from '../../../src/data/dataset.ts';
import { profileDataset } from '../../../src/data/profile.ts';
import type { Profile } from '../../../src/data/profile-document.ts';
import { profileOfRows, type SqlRow } from '../../../src/data/sql/profile-of-rows.ts';
import { profileQuery } from '../../../src/data/sql/profile-query.ts';
import { emptyDatabase } from '../../database.ts';
import { integersOf } from '../integers.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { sampleColumns, writeSampleTable } from './sample-table.ts';

async function filesProfile(folder: string) {
  await using dataset = await openDataset({ root: folder, paths: ['sample.parquet'] });
  return await profileDataset(dataset);
}

/** PostgreSQL in the process, or the server that the tests were given. */
async function openPostgres(): Promise<Engine> {
  const place = emptyDatabase();
  if (place.kind === 'postgres') {
    const client = new pg.Client({ connectionString: place.url });
    await client.connect();
    return {
      isServer: true,
      rows: async (sql) => (await client.query<object>(sql)).rows,
      [Symbol.asyncDispose]: () => client.end(),
    };
  }
  const database = new PGlite();
  return {
    isServer: false,
    rows: async (sql) => (await database.query<object>(sql)).rows,
    [Symbol.asyncDispose]: () => database.close(),
  };
}

function rowsOf(rows: readonly object[]): readonly SqlRow[] {
  // The columns of the query, whatever the engine's types for them.
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([key, value]) => [key, String(value)])),
  ) as unknown as SqlRow[];
}

test('DuckDB and PostgreSQL give every integer of the profile that the same rows give as a file', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'sample.parquet');
  const inserts = await writeSampleTable(path);
  const expected = await filesProfile(folder.path);
  await using duckdb = await openDuckdb();
  await using postgres = await openPostgres();
  for (const insert of inserts) await postgres.rows(insert);

  const profiles = [
    await queried(duckdb, { dialect: 'duckdb', table: `'${path}'`, columns: sampleColumns }),
    ...(postgres.isServer
      ? [await queried(postgres, { dialect: 'postgres', table: 'sample', columns: sampleColumns })]
      : []),
  ];
  // PostgreSQL in the process takes long for the whole query, not for its parts.
  const parts: Profile[] = [];
  for (const column of sampleColumns) {
    parts.push(await queried(postgres, { dialect: 'postgres', table: 'sample', columns: [column] }));
  }

  for (const profile of profiles) {
    expect(integersOf(profile)).toEqual(integersOf(expected));
    const [whole, ours] = [profile.columns[0], expected.columns[0]];
    if (whole?.kind !== 'number' || ours?.kind !== 'number') throw new Error('kind');
    expect(whole.moments?.mean).toBeCloseTo(ours.moments?.mean ?? 0, 9);
    expect(whole.moments?.squares).toBeCloseTo(ours.moments?.squares ?? 0, 3);
  }
  expect(integersOf({ ...expected, columns: parts.flatMap(({ columns }) => columns) })).toEqual(integersOf(expected));
});

interface Engine extends AsyncDisposable {
  readonly isServer: boolean;
  rows(sql: string): Promise<readonly object[]>;
}

async function queried(engine: Engine, options: Parameters<typeof profileQuery>[0]): Promise<Profile> {
  return profileOfRows(rowsOf(await engine.rows(profileQuery(options))), options.columns);
}

async function openDuckdb(): Promise<Engine> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  return {
    isServer: false,
    rows: async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJS(),
    async [Symbol.asyncDispose]() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

test.each(['duckdb', 'postgres', 'spark', 'trino'] as const)('hostile names stay names in %s', (dialect) => {
  const name = `a"b\`c'd\\e --\n; DROP TABLE x`;

  const query = profileQuery({ dialect, table: 't', columns: [{ name, kind: 'string' }] });

  const quoted = dialect === 'spark' ? `\`${name.replaceAll('`', '``')}\`` : `"${name.replaceAll('"', '""')}"`;
  expect(query).toContain(quoted);
  expect(
    query
      .split('\n')
      .slice(0, 3)
      .every((line) => line.startsWith('--')),
  ).toBe(true);
  expect(query.replaceAll(quoted, '').split('\n').slice(3).join('\n')).not.toContain('DROP');
});

test.each([
  [[], 'no number of rows'],
  [[{ col: '-1', part: 'rows', item: '', value: 'many' }], '"many" for a whole number'],
  [[{ col: '7', part: 'text', item: 'x', value: '1' }], 'a column number 7 of 1'],
  [[{ col: '-1', part: 'rows', item: '', value: '3' }], 'no numbers of column n'],
])('a result that is not one of the query says so: %j', (rows, expected) => {
  expect(() => profileOfRows(rows, [{ name: 'n', kind: 'number' }])).toThrow(expected);
});
