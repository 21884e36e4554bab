import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { migrate, newestSchema } from '../../src/store/migrate.ts';
import { openDatabase } from '../../src/store/place.ts';
import { appOptions, secret } from './app-options.ts';
import { startAppProcess } from './app-process.ts';

// A process starts in two seconds, and in many more on a machine that has much else to do.
vi.setConfig({ testTimeout: 120_000 });

const { privateKey } = appOptions('http://127.0.0.1:1');
const folder = mkdtempSync(join(tmpdir(), 'start-'));
const data = join(folder, 'data');

async function wordsOf(
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly errors: string }> {
  const all = {
    APP_ID: '7',
    PRIVATE_KEY: privateKey,
    WEBHOOK_SECRET: secret,
    GITHUB_API_URL: 'http://127.0.0.1:1',
    ...env,
  };
  await using app = await startAppProcess(folder, all);
  expect(app.url).toBeNull();
  return { code: (await app.ended).code, errors: app.errors() };
}

it('does not start on a database of a newer version, and says so in one line', async () => {
  {
    await using database = await openDatabase({ kind: 'folder', path: data });
    await migrate(database);
    await database.query(`insert into siskin.migrations (number) values (${newestSchema + 1})`);
  }

  expect(await wordsOf({ SISKIN_DATA: data })).toEqual({
    code: 1,
    errors: expect.stringMatching(
      /^expected a database with schema \d+ at most, found schema \d+, which a newer .*\n$/,
    ),
  });
});

it('does not start without a server behind DATABASE_URL, and says so in one line', async () => {
  expect(await wordsOf({ DATABASE_URL: 'postgres://siskin@127.0.0.1:1/siskin' })).toEqual({
    code: 1,
    errors: expect.stringMatching(/^expected a PostgreSQL server behind DATABASE_URL, found .*; check address.*\n$/),
  });
});

it('does not start with a short secret and no key, and says both, each in a line', async () => {
  expect(await wordsOf({ WEBHOOK_SECRET: 'short', PRIVATE_KEY: 'no key' })).toEqual({
    code: 2,
    errors: expect.stringMatching(
      /^PRIVATE_KEY: expected .*\nWEBHOOK_SECRET: expected at least 32 bytes, found 5; .*\n$/,
    ),
  });
});
