import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backUp, listTables } from '../../src/store/backup.ts';
import type { Database } from '../../src/store/database.ts';
import { migrate, newestSchema } from '../../src/store/migrate.ts';
import { openPglite } from '../../src/store/pglite.ts';
import { openDatabase } from '../../src/store/place.ts';
import { restore } from '../../src/store/restore.ts';
import { emptyDatabase } from '../database.ts';
import { aRun } from '../run-builder.ts';
import { openTestStore, repository, type TestStore } from './test-store.ts';

const at = new Date('2026-03-01T12:00:00Z');
const folder = mkdtempSync(join(tmpdir(), 'backup-'));
let from: TestStore;
let empty: Database;
let file: string;

beforeAll(async () => {
  from = await openTestStore();
  empty = await openPglite(null);
  const { store, database } = from;
  await store.accept([
    { id: 'one', event: 'ping', payload: '{"zen":"quotes \\" and\\nlines \u2028"}', hint: none },
    { id: 'two', event: 'ping', payload: '{}', hint: none },
  ]);
  await store.record(repository, {
    changes: [{ kind: 'save-run', run: aRun({ claim: 'b0c7a1b2-0000-8000-8000-000000000001' }) }],
    effects: [{ kind: 'reply', number: 7, body: 'What was asked for.', key: 'reply-1' }],
  });
  // Beyond what a JavaScript number holds.
  await database.query(`update siskin.repositories set installation = 9007199254740993`, []);
  file = join(folder, 'whole');
  await backUp(database, { file, at });
});
afterAll(async () => {
  await from[Symbol.asyncDispose]();
  await empty[Symbol.asyncDispose]();
});

const none = { repositoryId: null, number: null, claim: null, head: null };

/** Every row of every table as text, without an order among them. */
async function contents(database: Database): Promise<Readonly<Record<string, readonly string[]>>> {
  const all: Record<string, readonly string[]> = {};
  for (const table of await listTables(database)) {
    const rows = await database.query(`select row_to_json(t)::text as json from siskin.${table} t`, []);
    all[table] = rows.map((row) => String(row['json'])).sort();
  }
  return all;
}

/** A file made from the lines of the whole one. */
function changed(name: string, change: (lines: string[]) => readonly string[]): string {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n');
  const path = join(folder, name);
  writeFileSync(path, gzipSync(`${change(lines).join('\n')}\n`));
  return path;
}

describe('a backup', () => {
  it.each([
    ['a database of the same kind', () => openDatabase(emptyDatabase())],
    ['PGlite', () => openPglite(null)],
  ])('restored into %s holds every row as it was', async (_name, open) => {
    await using to = await open();

    const { rows, head } = await restore(to, { file });

    const expected = await contents(from.database);
    expect(await contents(to)).toEqual(expected);
    expect(head).toEqual({ format: 'siskin.backup/v1', schema: newestSchema, at: at.toISOString() });
    expect(rows).toBe(Object.values(expected).flat().length);
    expect(expected['repositories']?.[0]).toContain('9007199254740993');
  });

  it('restored into tables that are there and empty counts on after what was there', async () => {
    await using to = await openPglite(null);
    await migrate(to);
    await restore(to, { file });

    const [row] = await to.query(
      `insert into siskin.deliveries (id, event, payload, lane, received_at, due_at)
       values ('three', 'ping', '{}', 'app', now(), now()) returning sequence`,
      [],
    );
    expect(Number(row?.['sequence'])).toBe(3);
  });

  it('does not overwrite a file', async () => {
    await expect(backUp(from.database, { file, at })).rejects.toThrow(/expected a file that is not there yet/);
  });

  it('of a database without Siskin says so', async () => {
    await expect(backUp(empty, { file: join(folder, 'nothing'), at })).rejects.toThrow(/expected a database of Siskin/);
  });
});

describe('a restore', () => {
  it('leaves a database alone that holds anything', async () => {
    const before = await contents(from.database);

    await expect(restore(from.database, { file })).rejects.toThrow(
      /expected an empty database, found rows in .*deliveries.*; restore into a new folder/,
    );
    expect(await contents(from.database)).toEqual(before);
  });

  const wrong: readonly (readonly [string, () => string, RegExp])[] = [
    ['a file that is not there', () => join(folder, 'absent'), /found ENOENT/],
    ['a file of something else', () => import.meta.filename, /found incorrect header check/],
    ['gzip of something else', () => changed('foreign', () => ['{"hello":1}']), /found something else/],
    ['a file that was cut', () => cut('cut'), /found unexpected end of file/],
    ['a backup without its end', () => changed('open', (lines) => lines.slice(0, -1)), /found that it has no end/],
    ['a row that was changed', () => changed('edited', (lines) => lines.map(louder)), /found other rows than it says/],
    ['a row that was taken out', () => changed('short', ([a, , ...rest]) => [a ?? '', ...rest]), /found other rows/],
    ['more after its end', () => changed('long', (lines) => [...lines, lines[1] ?? '']), /found more after its end/],
    ['a newer schema', () => changed('newer', newer), /expected a backup of schema \d+ at most, found schema 999/],
  ];
  it.each(wrong)('refuses %s and leaves nothing behind', async (_name, path, message) => {
    await expect(restore(empty, { file: path() })).rejects.toThrow(message);
    expect(await empty.query(`select nspname from pg_namespace where nspname = 'siskin'`, [])).toEqual([]);
  });
});

function cut(name: string): string {
  const path = join(folder, name);
  const bytes = readFileSync(file);
  writeFileSync(path, bytes.subarray(0, bytes.length - 40));
  return path;
}

function louder(line: string): string {
  return line.replace('What was asked for.', 'What was not asked for.');
}

function newer([head = '', ...rest]: readonly string[]): readonly string[] {
  return [head.replace(/"schema":\d+/, '"schema":999'), ...rest];
}
