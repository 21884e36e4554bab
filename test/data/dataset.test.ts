import { readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { hasValue } from '../../src/data/column-stream.ts';
import { openDataset } from '../../src/data/dataset.ts';
import { AppError } from '../../src/error.ts';
import { temporaryFolder } from './temporary-folder.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const csv = 'city,temperature,at\nUlm,1.5,2026-01-01\nBonn,,2026-01-02\n';

async function writeParquet(path: string, select: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
}

/** What opening and reading every cell says; a broken line in the middle shows only then. */
async function complaint(
  files: Readonly<Record<string, string | Uint8Array>>,
  paths: readonly string[],
): Promise<string> {
  using folder = temporaryFolder(files);
  try {
    await using dataset = await openDataset({ root: folder.path, paths });
    await dataset.streamColumns({ columns: dataset.columns.map(({ name }) => ({ name, as: 'text' })), onChunk() {} });
    return 'no complaint';
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

describe('data open as one table', () => {
  test.each([
    ['data.csv', csv],
    ['data.tsv', csv.replaceAll(',', '\t')],
    ['data.csv.gz', gzipSync(csv)],
    ['data.csv.zst', zstdCompressSync(csv)],
    [
      'data.jsonl',
      '{"city":"Ulm","temperature":1.5,"at":"2026-01-01"}\n{"city":"Bonn","temperature":null,"at":"2026-01-02"}\n',
    ],
  ])('%s', async (name, content) => {
    using folder = temporaryFolder({ [name]: content });

    await using dataset = await openDataset({ root: folder.path, paths: [name] });

    expect(dataset.rows).toBe(2);
    expect(dataset.columns.map(({ name, kind }) => [name, kind])).toEqual([
      ['city', 'string'],
      ['temperature', 'number'],
      ['at', 'timestamp'],
    ]);
  });

  test('files of a glob are one table in the order of their names, known by the content alone', async () => {
    using folder = temporaryFolder({ 'a/2.csv': 'x\n3\n', 'a/1.csv': 'x\n1\n2\n' });
    using renamed = temporaryFolder({ 'b.csv': 'x\n3\n', 'c.csv': 'x\n1\n2\n' });

    await using dataset = await openDataset({ root: folder.path, paths: ['a/*.csv'] });
    await using other = await openDataset({ root: renamed.path, paths: ['b.csv', 'c.csv'] });

    expect((await dataset.query('SELECT x FROM data')).map(({ x }) => x)).toEqual([1, 2, 3]);
    expect(dataset.digest).toBe(other.digest);
  });

  test('columns stream in order as numbers and texts, with missing values told from NaN', async () => {
    using folder = temporaryFolder();
    await writeParquet(
      join(folder.path, 'p.parquet'),
      `SELECT i, CASE WHEN i % 7 = 0 THEN NULL WHEN i % 11 = 0 THEN 'NaN'::DOUBLE ELSE i / 2 END AS half, 't' || i AS t, i % 2 = 0 AS even,
       TIMESTAMP '2026-01-01' + INTERVAL (i) SECOND AS at FROM range(5000) r(i)`,
    );
    await using dataset = await openDataset({ root: folder.path, paths: ['p.parquet'] });
    const seen = { rows: 0, nulls: 0, nan: 0, wrong: 0 };

    await dataset.streamColumns({
      columns: [
        { name: 'half', as: 'number' },
        { name: 't', as: 'text' },
        { name: 'even', as: 'number' },
        { name: 'at', as: 'number' },
      ],
      onChunk({ rows, columns: [half, t, even, at] }) {
        if (half?.kind !== 'number' || t?.kind !== 'text' || even?.kind !== 'number' || at?.kind !== 'number')
          throw new Error('kind');
        for (let row = 0; row < rows; row++) {
          const i = seen.rows + row;
          if (!hasValue(half.valid, row)) seen.nulls++;
          else if (Number.isNaN(half.values[row])) seen.nan++;
          else if (half.values[row] !== i / 2) seen.wrong++;
          if (t.values[row] !== `t${i}` || even.values[row] !== (i + 1) % 2 || at.values[row] !== 1767225600 + i)
            seen.wrong++;
        }
        seen.rows += rows;
      },
    });

    const sevenths = Math.ceil(5000 / 7);
    expect(seen).toEqual({ rows: 5000, nulls: sevenths, nan: Math.ceil(5000 / 11) - Math.ceil(5000 / 77), wrong: 0 });
  });

  test('nothing but the files named can be read through it, and its temporary folder goes with it', async () => {
    using folder = temporaryFolder({ 'data.csv': csv, 'secret.csv': 'x\n1\n', 'tmp/x': '' });
    vi.stubEnv('TMPDIR', join(folder.path, 'tmp'));
    {
      await using dataset = await openDataset({ root: folder.path, paths: ['data.csv'] });
      expect(readdirSync(join(folder.path, 'tmp')).length).toBe(2);
      await expect(dataset.query(`SELECT * FROM read_csv('${folder.path}/secret.csv')`)).rejects.toThrow(/Permission/);
      await expect(dataset.query("SELECT * FROM read_text('/etc/passwd')")).rejects.toThrow(/Permission/);
      await expect(dataset.query('SET enable_external_access = true')).rejects.toThrow();
      await expect(dataset.query(`COPY data TO '${folder.path}/out.csv'`)).rejects.toThrow();
    }
    expect(readdirSync(join(folder.path, 'tmp'))).toEqual(['x']);
  });

  test('a column that is not there is named with those that are', async () => {
    using folder = temporaryFolder({ 'data.csv': csv });
    await using dataset = await openDataset({ root: folder.path, paths: ['data.csv'] });

    await expect(dataset.streamColumns({ columns: [{ name: 'town', as: 'text' }], onChunk() {} })).rejects.toThrow(
      'expected a column town, found city, temperature, at; correct the name or the data',
    );
  });
});

describe('paths stay inside their root', () => {
  test('absolute paths, .. and links are refused', async () => {
    using folder = temporaryFolder({ 'data.csv': csv });
    symlinkSync('/etc/passwd', join(folder.path, 'link.csv'));
    symlinkSync(folder.path, join(folder.path, 'inner'));

    for (const path of ['/etc/passwd', '../data.csv', 'x/../../data.csv', 'link.csv', 'inner/data.csv', 'link*.csv']) {
      await expect(openDataset({ root: folder.path, paths: [path] })).rejects.toMatchObject({ code: 'not-permitted' });
    }
  });
});

describe('bad input ends in one sentence that says what, where and what to do', () => {
  const line = `${'x,y\n'}${'1,2\n'.repeat(30_000)}`;
  test.each([
    [
      'a missing file',
      {},
      ['data.csv'],
      'not-found: expected a file at data.csv, found nothing; check the spelling and the folder it is relative to',
    ],
    ['a glob of nothing', {}, ['*.csv'], 'not-found: expected files that match *.csv, found nothing'],
    ['a DVC pointer', { 'data.csv.dvc': 'outs:\n- md5: abc\n' }, ['data.csv'], 'run `dvc pull data.csv`'],
    [
      'a DVC pointer by name',
      { 'data.csv.dvc': 'outs:\n- md5: abc\n' },
      ['data.csv.dvc'],
      'run `dvc pull` and name data.csv',
    ],
    [
      'an LFS pointer',
      { 'data.csv': 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n' },
      ['data.csv'],
      'run `git lfs pull --include data.csv`',
    ],
    ['an empty file', { 'data.csv': '' }, ['data.csv'], 'found that data.csv is empty'],
    [
      'a folder without data',
      { 'data/x': '', 'data/_tmp/x.csv': 'a\n1\n' },
      ['data'],
      'not-found: expected data files in data, found none that end in .csv',
    ],
    ['an unknown ending', { 'data.xlsx': 'PK' }, ['data.xlsx'], 'unsupported: expected a file ending in .csv'],
    ['two formats', { 'a.csv': csv, 'b.jsonl': '{}' }, ['a.csv', 'b.jsonl'], 'found a.csv (csv) and b.jsonl (json)'],
    [
      'binary garbage as CSV',
      { 'data.csv': Uint8Array.from({ length: 4000 }, (_, i) => (i * 7919) % 256) },
      ['data.csv'],
      'expected text in UTF-8 (CSV) without NUL bytes, found other content in data.csv',
    ],
    [
      'binary garbage as Parquet',
      { 'data.parquet': 'no parquet' },
      ['data.parquet'],
      'expected a Parquet file (it begins with PAR1)',
    ],
    [
      'a truncated Parquet file',
      { 'data.parquet': `PAR1${'x'.repeat(500)}` },
      ['data.parquet'],
      'expected a whole, uncorrupted Parquet file, found a damaged one in data.parquet',
    ],
    [
      'a damaged gzip file',
      { 'data.csv.gz': gzipSync(csv.repeat(500)).subarray(0, 60) },
      ['data.csv.gz'],
      'data.csv.gz',
    ],
    ['no gzip file', { 'data.csv.gz': csv }, ['data.csv.gz'], 'expected a gzip file'],
    [
      'bytes that are no UTF-8',
      { 'data.csv': Buffer.concat([Buffer.from(csv), Buffer.from([0x41, 0xff, 0xfe, 0x2c, 0x31, 0x2c, 0x0a])]) },
      ['data.csv'],
      'expected text in UTF-8, found bytes of another encoding in data.csv, line',
    ],
    [
      'a column name twice',
      { 'data.csv': 'a,b,a\n1,2,3\n' },
      ['data.csv'],
      'expected every column name once, found "a" twice in data.csv, line 1; rename one',
    ],
    [
      'other columns in the second file',
      { 'a.csv': 'x,y\n1,2\n', 'b.csv': 'x,z\n1,2\n' },
      ['*.csv'],
      'expected the columns of a.csv in every file, found no y, also z in b.csv',
    ],
    [
      'a line with too many cells, far down',
      { 'data.csv': `${line}1,2,3\n${'1,2\n'.repeat(50)}` },
      ['data.csv'],
      'expected 2 columns, found 3 in data.csv, line 30002',
    ],
    ['a quote that never closes', { 'data.csv': `x,y\n1,"2\n${'1,2\n'.repeat(100)}` }, ['data.csv'], 'data.csv'],
    [
      'a broken JSON line',
      { 'data.jsonl': '{"a":1}\n{"a":\n' },
      ['data.jsonl'],
      'expected one JSON object with columns per line, found',
    ],
    [
      'a cell of 40 million characters',
      { 'data.csv': `x,y\n1,${'z'.repeat(40_000_000)}\n` },
      ['data.csv'],
      'expected lines of at most',
    ],
    [
      'a column name of 300 characters',
      { 'data.csv': `${'n'.repeat(300)},y\n1,2\n` },
      ['data.csv'],
      'expected column names of at most 200 characters',
    ],
  ] as const)('%s', async (_, files, paths, expected) => {
    expect(await complaint(files, paths)).toContain(expected);
  });
});
