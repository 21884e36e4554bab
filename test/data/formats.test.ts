import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DatasetOptions, openDataset } from '../../src/data/dataset.ts';
import { decodeLz4Frame } from '../../src/data/lz4-frame.ts';
import { profileDataset } from '../../src/data/profile.ts';
import { AppError } from '../../src/error.ts';
import { temporaryFolder } from './temporary-folder.ts';

const fixtures = join(import.meta.dirname, '../fixtures/arrow');
const arrowFiles = ['lz4.feather', 'zstd.feather', 'plain.arrow', 'stream.arrows'];

async function profiled(options: DatasetOptions) {
  await using dataset = await openDataset(options);
  return await profileDataset(dataset);
}

/** Rows of all columns as they print. */
async function cells(options: DatasetOptions): Promise<readonly string[]> {
  await using dataset = await openDataset(options);
  const rows = await dataset.query('SELECT * FROM data');
  return rows.map((row) =>
    Object.entries(row)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  );
}

async function complaint(options: DatasetOptions): Promise<string> {
  try {
    return `read ${(await cells(options)).length} rows`;
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

describe('Arrow files', () => {
  test.each(arrowFiles)('%s gives the profile that the same table as Parquet gives', async (name) => {
    const ours = await profiled({ root: fixtures, paths: [name] });
    const parquet = await profiled({ root: fixtures, paths: ['same.parquet'] });

    expect(ours).toEqual(parquet);
    expect(ours.columns.map(({ kind }) => kind)).toEqual([
      'number',
      'number',
      'number',
      'boolean',
      'string',
      'string',
      'timestamp',
      'timestamp',
      'number',
      'embedding',
      'embedding',
    ]);
  });

  test.each(arrowFiles)('%s cut off anywhere is one message that names it', async (name) => {
    const bytes = readFileSync(join(fixtures, name));
    for (const share of [0.1, 0.5, 0.9, 0.99]) {
      using folder = temporaryFolder({ [name]: bytes.subarray(0, Math.floor(bytes.length * share)) });

      const said = await complaint({ root: folder.path, paths: [name] });

      // A stream that ends between two messages is whole as far as anyone can tell.
      expect(said).toMatch(
        name.endsWith('.arrows')
          ? /^bad-input: .*stream|^read \d+ rows/
          : /^bad-input: expected a whole Arrow file, found that reading/,
      );
    }
  });

  test('with any byte changed they are read or refused, and nothing else happens', async () => {
    const bytes = readFileSync(join(fixtures, 'lz4.feather'));
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const broken = Buffer.from(bytes);
        broken[at] = (broken[at] ?? 0) ^ change;
        using folder = temporaryFolder({ 'x.feather': broken });

        expect(await complaint({ root: folder.path, paths: ['x.feather'] })).toMatch(
          /^(bad-input|unsupported): expected|^read/,
        );
      }),
      { numRuns: 15 },
    );
  });

  // Each of these bytes belongs to a count that would otherwise be believed, until the memory is gone.
  test.each([
    { at: 911, change: 64 },
    { at: 966, change: 128 },
    { at: 1056, change: 128 },
  ])('a count of its metadata that is damaged at byte $at takes neither memory nor time', async ({ at, change }) => {
    const broken = readFileSync(join(fixtures, 'lz4.feather'));
    broken[at] = (broken[at] ?? 0) ^ change;
    using folder = temporaryFolder({ 'x.feather': broken });
    const began = performance.now();

    expect(await complaint({ root: folder.path, paths: ['x.feather'] })).toMatch(
      /^bad-input: expected a whole Arrow file/,
    );
    expect(performance.now() - began).toBeLessThan(5000);
  });

  test('the first Feather format, and text that calls itself Arrow, say what to do', async () => {
    using folder = temporaryFolder({ 'x.arrow': 'a,b\n1,2\n' });

    expect(await complaint({ root: fixtures, paths: ['first.feather'] })).toContain('write it again with Feather 2');
    expect(await complaint({ root: folder.path, paths: ['x.arrow'] })).toContain(
      'expected an Arrow file (it begins with ARROW1)',
    );
  });

  test('an LZ4 frame that claims more than it holds is refused', () => {
    const claim = Uint8Array.from([4, 34, 77, 24, 0x68, 0x40, 255, 255, 255, 255, 255, 255, 255, 0x7f, 0, 0, 0, 0, 0]);

    expect(() => decodeLz4Frame(claim)).toThrow(/whole LZ4 frames/);
    expect(() => decodeLz4Frame(Uint8Array.from([4, 34, 77, 24, 0x40, 0x40, 0, 4, 0, 0, 0, 0x0f, 9, 0, 1]))).toThrow(
      /damaged/,
    );
  });
});

describe('folders', () => {
  test('a folder is all data files in it, with the folders named name=value as columns', async () => {
    using folder = temporaryFolder({
      'year=2025/city=Bad%20Urach/a.csv': 'x\n1\n2\n',
      'year=2026/city=__HIVE_DEFAULT_PARTITION__/b.csv': 'x\r\n3\r\n',
      'year=2026/_tmp/city=z/c.csv': 'x\n9\n',
      _SUCCESS: '',
    });

    const rows = await cells({ root: folder.path, paths: [''] });

    expect(rows.map((row) => row.split(' ').sort().join(' '))).toEqual([
      'Urach city=Bad x=1 year=2025',
      'Urach city=Bad x=2 year=2025',
      'city=null x=3 year=2026',
    ]);
  });

  test('partitions above the root are not columns, and codes with leading zeros stay texts', async () => {
    using outer = temporaryFolder({
      'run=7/data/zip=01234/a.jsonl': '{"x":1}\n',
      'run=7/data/zip=98765/b.jsonl': '{"x":2}\n',
    });

    expect(await cells({ root: join(outer.path, 'run=7'), paths: ['data'] })).toEqual([
      'x=1 zip=01234',
      'x=2 zip=98765',
    ]);
  });

  test('Arrow and Parquet files have partition columns alike', async () => {
    using folder = temporaryFolder();
    for (const name of ['p/year=2025/a.parquet', 'p/year=2026/b.parquet'])
      copied('same.parquet', join(folder.path, name));
    for (const name of ['f/year=2025/a.feather', 'f/year=2026/b.feather'])
      copied('lz4.feather', join(folder.path, name));

    const arrow = await cells({ root: folder.path, paths: ['f'] });
    const parquet = await cells({ root: folder.path, paths: ['p'] });
    expect(arrow.filter((row) => row.includes('year=2026'))).toHaveLength(60);
    expect(parquet.filter((row) => row.includes('year=2026'))).toHaveLength(60);
  });

  test.each([
    [
      'files of two layouts',
      { 'd/year=1/a.csv': 'x\n1\n', 'd/b.csv': 'x\n1\n' },
      'the same partitions, found none in d/b.csv and year in d/year=1/a.csv',
    ],
    [
      'a Delta table',
      { 'd/_delta_log/0.json': '{}', 'd/a.parquet': 'PAR1' },
      'unsupported: expected a folder of data files, found the Delta table d',
    ],
    ['two formats', { 'd/a.csv': 'x\n1\n', 'd/b.jsonl': '{"x":1}\n' }, 'expected files of one format'],
    ['nothing to read', { 'd/readme.md': 'x' }, 'not-found: expected data files in d, found none that end in'],
  ])('%s in a folder say what is wrong', async (_, files, expected) => {
    using folder = temporaryFolder(files as unknown as Record<string, string>);

    expect(await complaint({ root: folder.path, paths: ['d'] })).toContain(expected);
  });
});

describe('CSV of other dialects', () => {
  test.each([
    ['a byte order mark and CRLF', '\ufeffa,b\r\n1,x\r\n', {}, ['a=1 b=x']],
    [
      'semicolons and decimal commas',
      'a;b\n1,5;x\n2,5;y\n',
      { delimiter: ';', decimal: ',' as const },
      ['a=1.5 b=x', 'a=2.5 b=y'],
    ],
    ['single quotes', "a,b\n1,'x,y'\n2,'it''s'\n", { quote: "'" }, ['a=1 b=x,y', "a=2 b=it's"]],
    ['backslashes before quotes', 'a,b\n1,"x\\"y"\n', { escape: '\\' }, ['a=1 b=x"y']],
    [
      'lines before the header and comments',
      'made by x\na,b\n# c\n1,x\n',
      { 'skip-lines': 1, comment: '#' },
      ['a=1 b=x'],
    ],
    ['words for missing values', 'a,b\nNA,x\n2,\n', { nulls: ['NA'] }, ['a=null b=x', 'a=2 b=null']],
    ['one column whose cells hold commas', 'a\nx,y\nz\n', { delimiter: ';' }, ['a=x,y', 'a=z']],
    ['codes with leading zeros as texts', 'a,b\n007,x\n', { text: ['a'] }, ['a=007 b=x']],
    ['times of day, as they are written', 'a,b\n1,9:05\n', {}, ['a=1 b=9:05']],
  ])('%s', async (_, text, csv, expected) => {
    using folder = temporaryFolder({ 'x.csv': text, 'x.csv.gz': gzipSync(text) });

    expect(await cells({ root: folder.path, paths: ['x.csv'], csv })).toEqual(expected);
    expect(await cells({ root: folder.path, paths: ['x.csv.gz'], csv })).toEqual(expected);
  });

  test('UTF-16 and Latin-1 when they are named', async () => {
    using folder = temporaryFolder({
      'wide.csv': Buffer.from('\ufeffa,b\n1,ü\n', 'utf16le'),
      'latin.csv': Buffer.from('a,b\n1,ü\n', 'latin1'),
    });

    expect(await cells({ root: folder.path, paths: ['wide.csv'], csv: { encoding: 'utf-16' } })).toEqual(['a=1 b=ü']);
    expect(await cells({ root: folder.path, paths: ['latin.csv'], csv: { encoding: 'latin-1' } })).toEqual(['a=1 b=ü']);
    expect(await complaint({ root: folder.path, paths: ['latin.csv'] })).toContain('expected text in UTF-8');
  });

  test('files with their columns in another order are one table by name', async () => {
    using folder = temporaryFolder({ 'a.csv': 'x,y\n1,p\n', 'b.csv': 'y,x\nq,2\n' });

    expect(await cells({ root: folder.path, paths: ['*.csv'] })).toEqual(['x=1 y=p', 'x=2 y=q']);
  });
});

describe('embeddings', () => {
  test('lists of one length and columns that are named together are vectors; lists of several lengths are texts', async () => {
    const lines = [0, 1, 2].map((i) =>
      JSON.stringify({ v: [i, 2, i === 1 ? null : 4], w: Array.from({ length: i }, () => 1), e_2: i, e_10: 3, e_1: 1 }),
    );
    using folder = temporaryFolder({ 'x.jsonl': `${lines.join('\n')}\n` });

    const profile = await profiled({ root: folder.path, paths: ['x.jsonl'], embeddings: { e: ['e_*'] } });

    expect(profile.columns.map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
      'v: embedding',
      'w: string',
      'e: embedding',
    ]);
    expect(profile.columns[0]).toMatchObject({
      dimension: 3,
      count: 2,
      nonFinite: 1,
      nulls: 0,
      moments: { means: [1, 2, 4] },
    });
    expect(profile.columns[2]).toMatchObject({ dimension: 3, count: 3, moments: { means: [1, 1, 3] } });
  });

  test.each([
    [{ e: ['none_*'] }, 'expected columns none_* for the embedding e, found none'],
    [{ e: ['a', 'b'] }, 'expected numbers in every column of the embedding e, found b (VARCHAR)'],
    [{ b: ['a'] }, 'expected a new name'],
  ])('%j says what is wrong', async (embeddings, expected) => {
    using folder = temporaryFolder({ 'x.csv': 'a,b\n1,x\n' });

    expect(await complaint({ root: folder.path, paths: ['x.csv'], embeddings })).toContain(expected);
  });
});

function copied(name: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  cpSync(join(fixtures, name), path);
}
