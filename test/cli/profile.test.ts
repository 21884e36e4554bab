import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Profile } from '../../src/data/profile-document.ts';
import { integersOf } from '../data/integers.ts';
import { temporaryFolder } from '../data/temporary-folder.ts';
import { siskin as ran } from './siskin.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

function siskin(folder: string, ...args: string[]) {
  return ran(folder, args);
}

function rows(count: number, row: (index: number) => string): string {
  return ['size,colour', ...Array.from({ length: count }, (_, index) => row(index)), ''].join('\n');
}

const files = {
  'data/a.csv': rows(300, (i) => `${i % 40},${['red', 'green'][i % 2]}`),
  'data/b.csv': rows(200, (i) => `${i / 3},${i === 7 ? 'Ada Lovelace' : 'blue'}`),
  'data/c.csv': rows(50, (i) => `${-i},`),
};

async function profile(folder: string, ...args: string[]): Promise<Profile> {
  const { exit, out, err } = await siskin(folder, 'profile', ...args, '--json');
  expect({ exit, err }).toEqual({ exit: 0, err: '' });
  return Profile.parse(JSON.parse(out));
}

describe('siskin profile', () => {
  test('of shards merges to that of the whole, and stands for its data in siskin drift', async () => {
    using folder = temporaryFolder(files);
    const whole = await profile(folder.path, 'data');
    for (const shard of ['1/2', '2/2']) {
      const part = await profile(folder.path, 'data', '--shard', shard);
      writeFileSync(join(folder.path, `shard-${shard[0]}.profile.json`), JSON.stringify(part));
    }

    const merged = await profile(folder.path, 'merge', 'shard-2.profile.json', 'shard-1.profile.json');
    const byOption = await profile(folder.path, '--merge', 'shard-1.profile.json', 'shard-2.profile.json');
    writeFileSync(join(folder.path, 'all.profile.json'), JSON.stringify(merged));
    const drift = await siskin(folder.path, 'drift', '--reference', 'all.profile.json', '--current', 'data', '--json');

    expect(integersOf(merged)).toEqual(integersOf(whole));
    expect(integersOf(byOption)).toEqual(integersOf(whole));
    expect(JSON.parse(drift.out).verdict).toBe('steady');
  });

  test('is known by what stands in it where its name does not say so, never taken for one row of data', async () => {
    using folder = temporaryFolder(files);
    const whole = await profile(folder.path, 'data');
    writeFileSync(join(folder.path, 'then.json'), JSON.stringify(whole, null, 2));

    const again = await profile(folder.path, 'then.json');
    const drift = await siskin(folder.path, 'drift', '--reference', 'then.json', '--current', 'data', '--json');

    expect(again).toEqual(whole);
    expect(JSON.parse(drift.out)).toMatchObject({ verdict: 'steady', reference: { rows: whole.rows } });
  });

  test('says how pairs go together when asked, and a dialect when it is told one', async () => {
    using folder = temporaryFolder({ 'x.txt.csv': 'a;b;c;d\n1,5;2;p;q\n3,0;4;p;r\n4,5;7;s;q\n' });

    const { out } = await siskin(folder.path, 'profile', 'x.txt.csv', '--delimiter', ';', '--decimal', ',', '--pairs');
    const one = await profile(folder.path, 'x.txt.csv', '--delimiter', ';', '--decimal', ',', '--pair', 'd,c');

    // numpy.corrcoef([1.5, 3, 4.5], [2, 4, 7])
    expect(out).toMatch(/a × b: correlation 0\.993\n {2}c × d: 3 combinations\n/);
    expect(one.pairs).toEqual([
      {
        kind: 'categories',
        x: 'c',
        y: 'd',
        count: 3,
        table: {
          kind: 'listed',
          cells: [
            ['p', 'q', 1],
            ['p', 'r', 1],
            ['s', 'q', 1],
          ],
        },
      },
    ]);
  });

  test('names no rare category when told to fold, and no value of a redacted column', async () => {
    using folder = temporaryFolder(files);

    const { out } = await siskin(folder.path, 'profile', 'data', '--fold-below', '10');
    const json = await siskin(folder.path, 'profile', 'data', '--redact', 'colour', '--hash', 'colour', '--json');

    expect(out).toContain('blue 39.8 %, green 30 %, red 30 %, 1 rare ones 0.2 %');
    expect(json.out).not.toMatch(/Lovelace|blue/);
  });

  test('prints SQL whose result makes the same profile', async () => {
    using folder = temporaryFolder(files);
    const whole = await profile(folder.path, 'data/a.csv');
    const table = `'${join(folder.path, 'data/a.csv')}'`;
    const { out } = await siskin(folder.path, 'profile', 'data/a.csv', '--emit', 'sql', '--table', table);
    const document = await siskin(folder.path, 'profile', 'data/a.csv', '--emit', 'sql', '--table', table, '--json');
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(`COPY (${out.replace(/;\s*$/, '')}) TO '${folder.path}/result.csv' (HEADER)`);
    connection.closeSync();
    instance.closeSync();

    const fromResult = await profile(folder.path, 'data/a.csv', '--from-sql-result', 'result.csv');
    const named = await profile(
      folder.path,
      ...['--from-sql-result', 'result.csv', '--columns', 'size:number', '--columns', 'colour:string'],
    );

    expect(JSON.parse(document.out)).toEqual({ dialect: 'duckdb', query: out });
    expect(integersOf(fromResult)).toEqual(integersOf(whole));
    expect(named).toEqual(fromResult);
  });

  test('reads only what changed since it was here', async () => {
    using folder = temporaryFolder(files);
    vi.stubEnv('SISKIN_CACHE', 'cache');

    const first = await siskin(folder.path, 'profile', 'data');
    writeFileSync(
      join(folder.path, 'data/c.csv'),
      rows(9, (i) => `${i},red`),
    );
    const second = await siskin(folder.path, 'profile', 'data');
    const third = await siskin(folder.path, 'profile', 'data');
    const without = await siskin(folder.path, 'profile', 'data', '--no-cache');

    expect(first.out).toMatch(/550 rows × 2 columns in [\d.]+ s\n/);
    expect(second.out).toContain('509 rows × 2 columns');
    expect(second.out).toContain('(2 of 3 files are as they were)');
    expect(third.out).toContain('(all files are as they were)');
    expect(without.out).not.toContain('as they were');
  });

  test('takes partitions from the folders that were typed, also from inside of them', async () => {
    using folder = temporaryFolder({ 'd/year=2026/a.csv': 'x\n1\n', 'd/year=2025/a.csv': 'x\n2\n' });
    mkdirSync(join(folder.path, 'other'));

    const inside = await profile(join(folder.path, 'd/year=2026'), 'a.csv');
    const all = await profile(join(folder.path, 'other'), '../d');

    expect(inside.columns[1]).toMatchObject({ name: 'year', extremes: { min: 2026, max: 2026 } });
    expect(all.columns[1]).toMatchObject({ name: 'year', extremes: { min: 2025, max: 2026 } });
  });

  test.each([
    [['merge'], 'expected profiles to merge'],
    [['merge', 'data/a.csv'], 'text that is not JSON in data/a.csv'],
    [['old.profile.json'], 'siskin.profile/v1, which another version of Siskin wrote'],
    [['data', '--emit', 'xml'], 'expected --emit sql'],
    [['data', '--emit', 'sql', '--dialect', 'oracle'], 'expected --dialect duckdb, postgres, spark, trino'],
    [['--emit', 'sql'], 'expected the columns of the table'],
    [['--emit', 'sql', '--columns', 'a:money'], 'with a kind of number, boolean, timestamp, string'],
    [['data', '--from-sql-result', 'data/a.csv'], 'expected the columns col, part, item, value in data/a.csv'],
    [['data', '--shard', '3/2'], 'expected --shard K/N with K from 1 to N'],
    [['data', '--shard', '9/9'], 'use fewer shards'],
    [['data', '--pair', 'size'], 'expected --pair X,Y'],
    [['data', '--pair', 'size,colour'], 'two columns of numbers or two of texts'],
    [['data', '--pair', 'size,shape'], 'expected a column shape'],
    [['data', '--redact', 'color'], 'found color to redact or hash'],
    [['data', '--fold-below', 'few'], 'expected --fold-below to be as --help says'],
    [['data', '--delimiter', 'ab'], 'expected --delimiter to be as --help says'],
    [['data', '--text', 'zip'], 'expected a column zip to read as text'],
    [['data', '--embedding', 'v'], 'expected --embedding NAME=COLUMNS'],
  ])('%j says what is wrong, with exit status 2', async (args, expected) => {
    using folder = temporaryFolder({
      ...files,
      'old.profile.json': '{"schema":"siskin.profile/v1","rows":0,"columns":[]}',
    });

    const { exit, out, err } = await siskin(folder.path, 'profile', ...args);

    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err.replaceAll(/\n\s+/g, ', ')).toContain(expected);
  });

  test('is documented by its JSON Schema', async () => {
    using folder = temporaryFolder(files);
    const { Ajv2020 } = await import('ajv/dist/2020.js');
    const schema = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../docs/schemas/profile.schema.json'), 'utf8'),
    );

    expect(new Ajv2020({ strict: false }).validate(schema, await profile(folder.path, 'data', '--pairs'))).toBe(true);
  });
});
