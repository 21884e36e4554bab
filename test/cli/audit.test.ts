import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { auditPrinter } from '../../cli/audit-format.ts';
import type { AuditRow } from '../../src/store/audit.ts';
import type { AuditEntry } from '../../src/store/audit-record.ts';
import { openPglite } from '../../src/store/pglite.ts';
import { startQueue } from '../../src/store/queue.ts';
import { openStore } from '../../src/store/store.ts';
import { temporaryFolder } from '../data/temporary-folder.ts';
import { siskin } from './siskin.ts';

const repository = { installation: 5, id: 1, owner: 'acme', name: 'flights' };
const entry: AuditEntry = {
  who: { login: 'ada', id: 7, kind: 'person', association: 'MEMBER' },
  source: { kind: 'comment', commentId: 9 },
  pullRequest: 5,
  verb: 'train',
  line: '/train -m late',
  dryRun: false,
  head: 'abcdef0'.padEnd(40, '1'),
  permission: 'team ml',
  outcome: 'started',
  code: null,
  started: ['0f8fad5b-d9cb-469f-a165-70867728950e'],
  ended: [],
};

const folder = temporaryFolder({});
afterAll(() => folder[Symbol.dispose]());
beforeAll(async () => {
  await using app = await running();
  const refused = {
    verb: 'cancel',
    line: '/cancel',
    permission: null,
    outcome: 'refused',
    code: 'not-permitted',
  } as const;
  const who = { login: 'eve', kind: 'person' } as const;
  await app.record(
    { ...entry },
    { ...entry, ...refused, who, started: [] },
    { ...entry, line: '=cmd|"calc"!A1\n', dryRun: true },
  );
});

/** What the App is to its folder while it runs. */
async function running() {
  const database = await openPglite(join(folder.path, 'data-siskin'));
  const queue = await startQueue(database, (error) => {
    throw error;
  });
  const store = await openStore({ database, queue, clock: () => new Date('2026-03-01T12:00:00Z') });
  return {
    record: (...entries: readonly AuditEntry[]) =>
      store.record(repository, { changes: entries.map((one) => ({ kind: 'audit', entry: one })), effects: [] }),
    async [Symbol.asyncDispose]() {
      await queue[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

function audit(...args: readonly string[]) {
  return siskin(folder.path, ['audit', ...args]);
}

describe('siskin audit', () => {
  it('prints every entry as one line of JSON', async () => {
    const { exit, out } = await audit(
      '--format',
      'jsonl',
      '--since',
      '2026-03-01',
      '--repository',
      'acme/flights',
      '--who',
      '@ada',
    );

    const rows = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(exit).toBe(0);
    expect(rows.map(({ number }) => number)).toEqual([1, 3]);
    expect(rows[0]).toMatchObject({ ...entry, at: '2026-03-01T12:00:00.000Z' });
  });

  it('shows a table that nobody can forge', async () => {
    const { out } = await audit();

    expect(out).toBe(
      [
        '2026-03-01 12:00:00  ada                   acme/flights#5                    abcdef0  /train -m late                                started, by team ml',
        '2026-03-01 12:00:00  eve                   acme/flights#5                    abcdef0  /cancel                                       refused, not-permitted',
        '2026-03-01 12:00:00  ada                   acme/flights#5                    abcdef0  =cmd|"calc"!A1�                               started, by team ml, dry run',
        '',
      ].join('\n'),
    );
  });

  it('proves that it is whole, and says what to note', async () => {
    const { exit, out } = await audit('--verify');
    const noted = out.trimEnd().split('\n').at(-1) ?? '';

    expect(exit).toBe(0);
    expect(out).toContain('Intact: 3 entries, from 1 to 3.');
    expect(await audit('--verify', '--noted', noted)).toMatchObject({ exit: 0 });
    expect(
      await audit(
        '--verify',
        '--noted',
        noted.replace(/.$/, (hex) => (hex === '0' ? '1' : '0')),
      ),
    ).toMatchObject({
      exit: 1,
      out: 'Broken at entry 3: found another digest than was noted. Compare with a backup.\n',
    });
  });

  it('says what to do while the App runs on the folder', async () => {
    await using _ = await running();

    const { exit, err } = await audit();
    expect(exit).toBe(2);
    expect(err).toContain('found the running App in it');
    expect(err).toContain('do: stop the App first, or let it use PostgreSQL');
  });

  it('forgets what is old, and says so in the log', async () => {
    expect((await audit('--prune-before', '2026-04-01')).out).toBe(
      'Forgot 3 entries from before 2026-04-01T00:00:00.000Z, and wrote down that it was done.\n',
    );
    const [last] = JSON.parse((await audit('--json')).out);
    expect(last).toMatchObject({ number: 4, verb: 'prune', source: { kind: 'terminal' }, repository: null });
  });

  it.each([
    [['--since', 'yesterday'], /expected --since to be a day or an instant/],
    [['--until', '2026-02-31'], /expected --until to be a day or an instant/],
    [['--prune-before', '2026-02-31T25:00Z'], /expected --prune-before/],
    [['--repository', 'flights'], /expected --repository owner\/name/],
    [['--format', 'xml'], /expected --format to be one of table, jsonl, csv, json/],
    [['--database', 'mysql://x'], /expected --database postgres/],
    [['--database', 'postgres://x', '--data', 'y'], /found both/],
    [['--data', 'nowhere'], /expected a database in .*nowhere/],
    [['--verify', '--prune-before', '2026-01-01'], /found both/],
    [['--verify', '--who', 'ada'], /found a filter/],
    [['--noted', `3:sha256:${'0'.repeat(64)}`], /add --verify/],
    [['--verify', '--noted', '3'], /expected --noted as --verify shows it/],
  ])('%j is refused in words', async (args, message) => {
    const { exit, out, err } = await audit(...args);

    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err.replaceAll(/\n\s*/g, ' ')).toMatch(message);
  });
});

describe('a row of CSV', () => {
  const row: AuditRow = {
    ...entry,
    number: 1,
    at: '2026-03-01T12:00:00.000Z',
    repository: { id: 1, name: 'acme/flights' },
  };
  const lineOf = (line: string) => auditPrinter('csv').row({ ...row, line }, 'later');

  test.each([
    ['=1+1', `"'=1+1"`],
    ['+1', `"'+1"`],
    ['-1', `"'-1"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['\t=1', `"'\t=1"`],
    ['\r\n=1', `"'\r\n=1"`],
    ['\u200b=1', `"'\u200b=1"`],
    ['a "b", c', '"a ""b"", c"'],
    ['/train', '/train'],
  ])('with %j is no formula', (line, written) => {
    expect(lineOf(line)).toContain(`,${written},`);
  });

  test('has a column for everything, and ends as RFC 4180 wants it', () => {
    expect(auditPrinter('csv').head).toBe(
      'number,at,repository,repository_id,pull_request,who,who_id,kind,association,source,source_detail,verb,line,dry_run,head,permission,outcome,code,started,ended\r\n',
    );
    expect(auditPrinter('csv').row(row, 'first')).toBe(
      `1,2026-03-01T12:00:00.000Z,acme/flights,1,5,ada,7,person,MEMBER,comment,9,train,/train -m late,false,${entry.head},team ml,started,,${entry.started[0]},\r\n`,
    );
  });
});
