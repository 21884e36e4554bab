import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { progress } from '../../cli/progress.ts';
import { shownText } from '../../cli/shown-text.ts';
import { Profile } from '../../src/data/profile-document.ts';
import { ValidationReport } from '../../src/data/validation-report.ts';
import { DriftReport, driftTests } from '../../src/drift/drift-report.ts';
import { temporaryFolder } from '../data/temporary-folder.ts';
import { siskin as ran } from './siskin.ts';

function siskin(folder: string, ...args: string[]) {
  return ran(folder, args);
}

function rows(count: number, row: (index: number) => string): string {
  return ['size,colour', ...Array.from({ length: count }, (_, index) => row(index)), ''].join('\n');
}

const before = rows(500, (i) => `${i % 40},${['red', 'green'][i % 2]}`);
const after = rows(400, (i) => `${(i % 40) + 15},${['red', 'green'][i % 2]}`);

describe('siskin drift', () => {
  test('shows each column with both shapes, why it moved, and one line of verdict', async () => {
    using folder = temporaryFolder({ 'before.csv': before, 'after.csv': after });

    const { exit, out, err } = await siskin(
      folder.path,
      'drift',
      '--reference',
      'before.csv',
      '--current',
      'after.csv',
    );

    expect(exit).toBe(0);
    expect(err).toBe('');
    expect(out).toMatch(/read {5}900 rows × 2 columns in \d/);
    expect(out).toMatch(
      /size .*[▁▂▃▄▅▆▇█]+.* {2}JS 0\.\d+ \(0\.\d+ … 0\.\d+\) {2}PSI .* q < 1e-12 +moved \(the distribution moved\)/,
    );
    expect(out).toMatch(/colour .*steady \(no difference beyond chance\)/);
    expect(out).toContain('1 of 2 columns moved · verdict: review (rule: drift is a warning)');
  });

  test('--compat shows what another tool says by its defaults, from the data themselves', async () => {
    using folder = temporaryFolder({ 'before.csv': before, 'after.csv': after });
    const asEvidently = (...more: string[]) =>
      siskin(folder.path, 'drift', '--reference', 'before.csv', '--current', 'after.csv', '--compat', ...more);

    const { exit, out } = await asEvidently('evidently');
    const failing = await asEvidently('evidently', '--rule', 'fail', '--json');
    const byChunks = await asEvidently('nannyml', '--json');
    const unknown = await asEvidently('excel');

    expect(exit).toBe(0);
    expect(out).toMatch(/size +ks 1\.84162e-31 \(threshold 0\.05\) +moved\n +colour +z 1\.00000 .*steady/);
    expect(out).toContain('as evidently 0.7 with its defaults: moved');
    expect(failing.exit).toBe(1);
    expect(JSON.parse(failing.out)).toMatchObject({ columns: { size: { chosen: 'ks', verdict: 'moved' } } });
    expect(JSON.parse(byChunks.out).columns.size).toMatchObject({ chosen: 'jensen_shannon', drifted: true });
    expect(unknown).toMatchObject({ exit: 2, err: expect.stringContaining('--compat to be evidently or nannyml') });
  });

  test('--stream watches a column of errors and says where it noticed a drift', async () => {
    const errors = Array.from({ length: 1200 }, (_, row) => (row % (row < 600 ? 10 : 2) === 0 ? 1 : 0));
    using folder = temporaryFolder({ 'errors.csv': ['wrong', ...errors, ''].join('\n'), 'odd.csv': 'wrong\n0\n3\n' });
    const watched = (...more: string[]) => siskin(folder.path, 'drift', '--stream', ...more);

    const { exit, out } = await watched('errors.csv', '--column', 'wrong', '--detector', 'ddm', '--rule', 'fail');
    const window = JSON.parse((await watched('errors.csv', '--column', 'wrong', '--json')).out);
    const odd = await watched('odd.csv', '--column', 'wrong', '--detector', 'ddm');
    const nameless = await watched('errors.csv');

    expect(exit).toBe(1);
    expect(out).toMatch(/drift {4}noticed at row 6\d\d \(first warning at row 6\d\d\)\n {2}ddm: moved/);
    expect(window).toMatchObject({ detector: 'adwin', rows: 1200, passedOver: 0, verdict: 'moved' });
    expect(odd).toMatchObject({ exit: 2, err: expect.stringContaining('found 3 in row 2') });
    expect(nameless).toMatchObject({ exit: 2, err: expect.stringContaining('--column NAME') });
  });

  test('--json prints one document of the published form, and --rule fail makes a moved column exit 1', async () => {
    using folder = temporaryFolder({ 'before.csv': before, 'after.csv': after });

    const { exit, out } = await siskin(
      folder.path,
      'drift',
      '--reference',
      'before.csv',
      '--current',
      'after.csv',
      '--rule',
      'fail',
      '--json',
    );

    const report = DriftReport.parse(JSON.parse(out));
    expect(exit).toBe(1);
    expect(report.verdict).toBe('moved');
    expect(Object.keys(report.columns['size']?.statistics ?? {}).sort()).toEqual([...driftTests].sort());
    expect(report.columns['colour']).toMatchObject({ kind: 'category', verdict: 'steady', unseen: { share: 0 } });
  });

  test('a stored profile stands in for its data', async () => {
    using folder = temporaryFolder({ 'before.csv': before, 'after.csv': after });
    const profile = await siskin(folder.path, 'profile', 'before.csv', '--json');
    using stored = temporaryFolder({ 'before.profile.json': profile.out, 'after.csv': after });

    const fromData = await siskin(
      folder.path,
      'drift',
      '--reference',
      'before.csv',
      '--current',
      'after.csv',
      '--json',
    );
    const fromProfile = await siskin(
      stored.path,
      'drift',
      '--reference',
      'before.profile.json',
      '--current',
      'after.csv',
      '--json',
    );

    expect(JSON.parse(fromProfile.out).columns).toEqual(JSON.parse(fromData.out).columns);
  });

  test('nothing to compare is inconclusive: exit 3', async () => {
    using folder = temporaryFolder({ 'a.csv': 'x\n1\n', 'b.csv': 'x\n2\n' });

    expect((await siskin(folder.path, 'drift', '--reference', 'a.csv', '--current', 'b.csv')).exit).toBe(3);
  });

  test.each([
    [['drift', '--reference', 'a.csv'], 'expected --current FILE'],
    [
      ['drift', '--reference', 'a.csv', '--current', 'a.csv', '--alpha', '7'],
      'expected --alpha to be as `siskin drift --help` says',
    ],
    [['drift', '--reference', 'none.csv', '--current', 'a.csv'], 'expected a file at none.csv'],
    [['drift', '--nonsense'], "Unknown option '--nonsense'"],
    [['drfit'], 'did you mean `siskin drift`?'],
    [['profile'], 'expected data files'],
  ])('%j exits 2 and says in three lines what to do', async (args, expected) => {
    using folder = temporaryFolder({ 'a.csv': 'x\n1\n' });

    const { exit, out, err } = await siskin(folder.path, ...args);

    expect(exit).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(expected);
    expect(err.trimEnd().split('\n').length).toBeLessThanOrEqual(3);
  });

  test('--verbose adds where an error came from', async () => {
    using folder = temporaryFolder();

    const { err } = await siskin(folder.path, 'profile', 'none.csv', '--verbose');

    expect(err).toMatch(/at .*source-file\.ts/);
  });
});

describe('siskin profile', () => {
  test('shows every column, and --json prints a profile without any row', async () => {
    using folder = temporaryFolder({ 'a.csv': before });

    const shown = await siskin(folder.path, 'profile', 'a.csv');
    const json = await siskin(folder.path, 'profile', 'a.csv', '--json');

    expect(shown.out).toMatch(/size +number +0 % +40 +0 … 39, median 19, mean 19\.1 ± 11\.5/);
    expect(shown.out).toMatch(/colour +string +0 % +2 +green 50 %, red 50 %/);
    expect(Profile.parse(JSON.parse(json.out)).rows).toBe(500);
  });

  test('a path of a person may be absolute, go up and pass through links', async () => {
    using folder = temporaryFolder({ 'data/a.csv': before, 'work/x': '' });
    symlinkSync(join(folder.path, 'data'), join(folder.path, 'work/link'));

    for (const path of [
      join(folder.path, 'data/a.csv'),
      '../data/a.csv',
      'link/a.csv',
      '../data/*.csv',
      'link/*.csv',
    ]) {
      expect((await siskin(join(folder.path, 'work'), 'profile', path)).exit).toBe(0);
    }
  });
});

describe('siskin validate', () => {
  test('--init writes a schema that the data pass and that other data fail, by exit status and line', async () => {
    using folder = temporaryFolder({ 'before.csv': before, 'wrong.csv': before.replaceAll('red', 'blue') });

    const init = await siskin(folder.path, 'validate', 'before.csv', '--init', '--schema', 's.yml');
    const pass = await siskin(folder.path, 'validate', 'before.csv', '--schema', 's.yml');
    const fail = await siskin(folder.path, 'validate', 'wrong.csv', '--schema', 's.yml', '--json');
    const again = await siskin(folder.path, 'validate', 'before.csv', '--init', '--schema', 's.yml');

    expect(init).toMatchObject({ exit: 0, err: '' });
    expect(readFileSync(join(folder.path, 's.yml'), 'utf8')).toContain('one-of');
    expect(pass).toMatchObject({ exit: 0 });
    expect(pass.out).toContain('checks in one scan');
    expect(fail.exit).toBe(1);
    expect(ValidationReport.parse(JSON.parse(fail.out)).problems[0]).toMatchObject({
      column: 'colour',
      check: 'one-of',
      rows: 250,
    });
    expect(again).toMatchObject({ exit: 2 });
    expect(again.err).toContain('expected no file at s.yml');
  });
});

test('the version is that of package.json, and help names every command', async () => {
  expect((await siskin('.', '--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  const help = await siskin('.', '--help');
  for (const name of ['validate', 'profile', 'drift']) expect(help.out).toContain(`  ${name} `);
  expect((await siskin('.')).exit).toBe(2);
  expect((await siskin('.', 'drift', '--help')).out).toContain('--reference FILE');
});

test('progress is silent for two seconds, then one line that says what, how far, how fast and how long', () => {
  let time = 0;
  const lines: string[] = [];
  const line = progress({
    stderr: { write: (text) => lines.push(text), isTTY: true },
    what: 'profile',
    unit: 'cells',
    now: () => time,
  });

  time = 1900;
  line.update(100, 1000);
  expect(lines).toEqual([]);
  time = 2500;
  line.update(250, 1000);
  time = 2550;
  line.update(260, 1000);
  line.end();

  expect(lines).toEqual(['\r\x1b[2K  profile  250/1 000 cells  100/s  8 s left', '\r\x1b[2K']);
});

test('bars are as high as their share, and text cannot move the cursor', () => {
  expect(shownText('a\x1b[31mb\u202ec', 20)).toBe('a�[31mb�c');
  expect(shownText('abcdef', 4)).toBe('abc…');
});
