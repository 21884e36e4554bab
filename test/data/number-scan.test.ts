import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { openDataset } from '../../src/data/dataset.ts';
import { profileDataset } from '../../src/data/profile.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Writes what a query gives as Parquet, in small row groups so that several threads have work. */
async function writeParquet(folder: string, name: string, select: string): Promise<void> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  await connection.run(`COPY (${select}) TO '${join(folder, name)}' (FORMAT parquet, ROW_GROUP_SIZE 10000)`);
  connection.closeSync();
  instance.closeSync();
}

const columns = 'i AS x, CASE WHEN i % 7 <> 0 THEN sin(i) * i END AS y, i % 3 = 0 AS flag, i::VARCHAR AS t';

test('a profile is the same to the bit with one thread and with several, over several files', async () => {
  await using folder = temporaryFolder();
  await writeParquet(folder.path, 'a.parquet', `SELECT ${columns} FROM range(0, 70001) r(i)`);
  await writeParquet(folder.path, 'b.parquet', `SELECT ${columns} FROM range(70001, 150000) r(i)`);
  const profileWith = async (threads: number) => {
    await using dataset = await openDataset({ root: folder.path, paths: ['*.parquet'], threads });
    return await profileDataset(dataset);
  };

  const alone = await profileWith(1);

  expect(await profileWith(2)).toEqual(alone);
  expect(await profileWith(8)).toEqual(alone);
  const [x] = alone.columns;
  expect(x).toMatchObject({ count: 150_000, extremes: { min: 0, max: 149_999 }, nulls: 0 });
  expect(x?.kind === 'number' && x.moments?.mean).toBeCloseTo(74_999.5, 8);
});

test('every row is seen once, under its own number, whatever the columns are called', async () => {
  await using folder = temporaryFolder();
  const named = 'i AS x, i * 2 AS file_row_number, i * 3 AS "FILE_INDEX"';
  await writeParquet(folder.path, 'taken.parquet', `SELECT ${named} FROM range(25000) r(i)`);
  await writeParquet(folder.path, 'a.parquet', 'SELECT i AS x FROM range(0, 15000) r(i)');
  await writeParquet(folder.path, 'b.parquet', 'SELECT i AS x FROM range(15000, 25000) r(i)');

  for (const paths of [['taken.parquet'], ['a.parquet', 'b.parquet']]) {
    await using dataset = await openDataset({ root: folder.path, paths });
    const seen = new Uint8Array(25_000);
    await dataset.scanNumbers({
      columns: ['x'],
      onChunk({ firstRow, rows, columns: [column] }) {
        for (let row = 0; row < rows; row++) {
          const value = column?.kind === 'number' ? (column.values[row] ?? -1) : -1;
          if (value === firstRow + row) seen[value] = (seen[value] ?? 0) + 1;
        }
      },
    });
    expect(seen.every((times) => times === 1)).toBe(true);
  }
});

test('what the callback throws ends the scan and arrives as it was thrown; the next scan works', async () => {
  await using folder = temporaryFolder();
  await writeParquet(folder.path, 'a.parquet', 'SELECT i AS x FROM range(50000) r(i)');
  await using dataset = await openDataset({ root: folder.path, paths: ['a.parquet'] });
  const thrown = new TypeError('mine');

  const failing = dataset.scanNumbers({
    columns: ['x'],
    onChunk() {
      throw thrown;
    },
  });

  await expect(failing).rejects.toBe(thrown);
  let rows = 0;
  await dataset.scanNumbers({
    columns: ['x'],
    onChunk(chunk) {
      rows += chunk.rows;
    },
  });
  expect(rows).toBe(50_000);
});
