import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDataset } from '../../src/data/dataset.ts';
import { fileStamp } from '../../src/data/file-stamp.ts';
import { profileDataset } from '../../src/data/profile.ts';
import { folderCache, memoryCache } from '../../src/data/profile-cache.ts';
import { profileFiles } from '../../src/data/profile-files.ts';
import { integersOf } from './integers.ts';
import { temporaryFolder } from './temporary-folder.ts';

function lines(count: number, line: (index: number) => string): string {
  return ['x,name', ...Array.from({ length: count }, (_, index) => line(index)), ''].join('\n');
}

const files = {
  'data/a.csv': lines(40, (i) => `${i},n${i % 3}`),
  'data/b.csv': lines(30, (i) => `${i / 4},n${i % 5}`),
  'data/c.csv': lines(20, (i) => `${-i},`),
};

/** Every file of a folder and those inside it. */
function entries(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('files profiled one by one', () => {
  test('give the profile of all of them as one table', async () => {
    using folder = temporaryFolder(files);
    await using dataset = await openDataset({ root: folder.path, paths: ['data'] });

    const found = await profileFiles({ root: folder.path, paths: ['data'], cache: memoryCache() });

    expect(integersOf(found.profile)).toEqual(integersOf(await profileDataset(dataset)));
    expect(found).toMatchObject({ digest: dataset.digest, files: 3, unread: 0 });
  });

  test('a column of numbers in one file and of texts in another is one of texts, as they are written', async () => {
    using folder = temporaryFolder({ 'a.csv': 'id,n\n007,1\n008,2\n', 'b.csv': 'id,n\nx9,3\n', 'c.csv': 'id,n\n,4\n' });

    const { profile } = await profileFiles({ root: folder.path, paths: ['*.csv'], cache: memoryCache() });

    expect(profile.columns.map(({ name, kind }) => `${name}: ${kind}`)).toEqual(['id: string', 'n: number']);
    expect(profile.columns[0]).toMatchObject({
      nulls: 1,
      categories: {
        values: [
          ['007', 1],
          ['008', 1],
          ['x9', 1],
        ],
      },
    });
  });

  test('a key that only some JSON files have is null in the others', async () => {
    using folder = temporaryFolder({ 'a.jsonl': '{"x":1}\n{"x":2}\n', 'b.jsonl': '{"x":3,"y":"z"}\n' });

    const { profile } = await profileFiles({ root: folder.path, paths: ['*.jsonl'], cache: memoryCache() });

    expect(profile.columns.find(({ name }) => name === 'y')).toMatchObject({ nulls: 2, count: 1 });
  });

  test('JSON files that do not agree on a kind are read as one table', async () => {
    using folder = temporaryFolder({ 'a.jsonl': '{"x":1}\n', 'b.jsonl': '{"x":"z"}\n' });

    const { profile } = await profileFiles({ root: folder.path, paths: ['*.jsonl'], cache: memoryCache() });

    expect(profile.columns[0]).toMatchObject({ kind: 'string', count: 2 });
  });

  test('pairs of a column that is empty in some files are those of the others', async () => {
    using folder = temporaryFolder({ 'a.csv': 'x,y,c\n,2,p\n', 'b.csv': 'x,y,c\n1,2,p\n2,3,q\n4,5,p\n' });
    const options = { root: folder.path, paths: ['*.csv'], cache: memoryCache() };

    const named = await profileFiles({ ...options, pairs: [['x', 'y']] });
    const all = await profileFiles({ ...options, pairs: 'all' });

    expect(named.profile.pairs).toMatchObject([
      { kind: 'numbers', x: 'x', y: 'y', count: 3, moments: { meanY: 10 / 3 } },
    ]);
    expect(all.profile.pairs?.map(({ x, y }) => `${x} ${y}`)).toEqual(['x y']);
  });

  test('files of other columns say which', async () => {
    using folder = temporaryFolder({ 'a.csv': 'x,y\n1,2\n', 'b.csv': 'x,z\n1,2\n' });
    const profiled = profileFiles({ root: folder.path, paths: ['*.csv'], cache: memoryCache() });

    await expect(profiled).rejects.toThrow('expected the columns of a.csv in every file, found no y, also z in b.csv');
  });

  test('shards of files merge to all of them, and types of partitions are those of all files', async () => {
    using folder = temporaryFolder({ 'd/k=1/a.csv': 'x\n1\n', 'd/k=z/b.csv': 'x\n2\n' });
    const options = { root: folder.path, paths: ['d'], cache: memoryCache() };

    const first = await profileFiles({ ...options, shard: { index: 1, count: 2 } });

    expect(first.profile).toMatchObject({ rows: 1, columns: [{ name: 'x' }, { name: 'k', kind: 'string' }] });
    await expect(profileFiles({ ...options, shard: { index: 3, count: 3 } })).rejects.toThrow('use fewer shards');
  });
});

describe('profiles of unchanged files', () => {
  test('are not made again, whatever the files are called; a changed file is', async () => {
    using folder = temporaryFolder({ ...files, 'cache/x': '' });
    const options = { root: folder.path, paths: ['data'], cache: folderCache(join(folder.path, 'cache')) };

    const first = await profileFiles(options);
    const again = await profileFiles(options);
    writeFileSync(join(folder.path, 'data/b.csv'), files['data/a.csv']);
    writeFileSync(
      join(folder.path, 'data/c.csv'),
      lines(7, (i) => `${i},q`),
    );
    const changed = await profileFiles(options);

    expect([first.unread, again.unread, changed.unread]).toEqual([0, 3, 2]);
    expect(again.profile).toEqual(first.profile);
    expect(changed.profile.rows).toBe(87);
  });

  test('of many small files are made in batches: the whole is the same, and a changed file has only its batch read again', async () => {
    const small = Object.fromEntries(
      Array.from({ length: 40 }, (_, k) => [`data/k=${k}/a.csv`, `x\n${k}\n${k / 3}\n`]),
    );
    using folder = temporaryFolder({ ...small, 'cache/x': '' });
    const options = { root: folder.path, paths: ['data'], cache: folderCache(join(folder.path, 'cache')) };
    await using dataset = await openDataset({ root: folder.path, paths: ['data'] });

    const first = await profileFiles(options);
    writeFileSync(join(folder.path, 'data/k=7/a.csv'), 'x\n-1\n');
    const changed = await profileFiles(options);

    expect(integersOf(first.profile)).toEqual(integersOf(await profileDataset(dataset)));
    expect(changed.profile.columns[0]).toMatchObject({ count: 79, extremes: { min: -1 } });
    expect(changed.unread).toBeGreaterThan(30);
  });

  test('of other reading options are others', async () => {
    using folder = temporaryFolder({ 'x.csv': 'a;b\n1,5;2\n', 'cache/x': '' });
    const options = { root: folder.path, paths: ['x.csv'], cache: folderCache(join(folder.path, 'cache')) };
    await profileFiles(options);

    const decimal = await profileFiles({ ...options, csv: { delimiter: ';', decimal: ',' } });

    expect(decimal.unread).toBe(0);
    expect(decimal.profile.columns[0]).toMatchObject({ kind: 'number', extremes: { min: 1.5, max: 1.5 } });
  });

  test.each([
    ['cut off', (text: string) => text.slice(0, text.length / 2)],
    ['empty', () => ''],
    ['of another profile', (text: string) => text.replace('"rows":40', '"rows":41')],
    ['of another shape', () => '{"digest":"sha256:0","profile":{"schema":"siskin.profile/v1"}}'],
  ])('an entry that is %s is ignored and written again', async (_, broken) => {
    using folder = temporaryFolder({ 'data/a.csv': files['data/a.csv'], 'cache/profiles/x': '' });
    rmSync(join(folder.path, 'cache/profiles/x'));
    const options = { root: folder.path, paths: ['data'], cache: folderCache(join(folder.path, 'cache')) };
    const { profile } = await profileFiles(options);
    const [entry = ''] = entries(join(folder.path, 'cache/profiles'));
    const whole = readFileSync(entry, 'utf8');
    writeFileSync(entry, broken(whole));

    const again = await profileFiles(options);

    expect(again).toMatchObject({ unread: 0, profile });
    expect(readFileSync(entry, 'utf8')).toBe(whole);
  });

  test('a folder that cannot be written is no error', async () => {
    using folder = temporaryFolder({ 'a.csv': files['data/a.csv'], cache: 'a file' });

    const found = await profileFiles({
      root: folder.path,
      paths: ['a.csv'],
      cache: folderCache(join(folder.path, 'cache')),
    });

    expect(found.profile.rows).toBe(40);
  });

  test('of a folder are at most so many: the oldest go', () => {
    using folder = temporaryFolder();
    const cache = folderCache(folder.path);
    for (let index = 0; index < 256 * 80; index += 16) cache.writeDigest(`file ${index}`, `sha256:${'0'.repeat(64)}`);
    for (const name of readdirSync(join(folder.path, 'digests'))) {
      expect(readdirSync(join(folder.path, 'digests', name)).length).toBeLessThanOrEqual(64);
    }
  });
});

describe('the stamp of a file', () => {
  test('is none while a write could still hide in it, and changes with every write, also one that sets the time back', () => {
    using folder = temporaryFolder({ x: 'one' });
    const path = join(folder.path, 'x');
    const old = new Date(Date.now() - 60_000);

    const fresh = fileStamp(path);
    utimesSync(path, old, old);
    // The time of the last change of metadata is now, whatever the time of the content says.
    const setBack = fileStamp(path);

    expect([fresh, setBack]).toEqual([null, null]);
    expect(fileStamp(join(import.meta.dirname, 'profile-of.ts'))).toMatch(/^\d+:\d+:\d+:\d+:\d+$/);
  });
});
