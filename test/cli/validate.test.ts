import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ValidationReport } from '../../src/data/validation-report.ts';
import { temporaryFolder } from '../data/temporary-folder.ts';
import { siskin } from './siskin.ts';

function validate(folder: string, ...args: string[]) {
  return siskin(folder, ['validate', ...args]);
}

const data = [
  'id,colour,y',
  ...Array.from({ length: 60 }, (_, at) => `${at},${['red', 'green'][at % 2]},${at % 3}`),
  '',
].join('\n');
const schema = `version: 1
columns:
  # what we paint
  colour: { one-of: [red] }
  id: { type: integer, max: 10, warn: [max] }
  day: { required: false }
`;

describe('siskin validate', () => {
  test('says of each broken rule where, what, which rows and what to do', async () => {
    using folder = temporaryFolder({ 'data.csv': data, 's.yml': schema });

    const { exit, out } = await validate(folder.path, 'data.csv', '--schema', 's.yml');

    expect(exit).toBe(1);
    expect(out).toBe(
      [
        '  read     60 rows, 5 checks in 2 scans',
        '  ✗ colour: one-of: expected one of red; found 30 of 60 rows break it with 1 new value, e.g. "green"  (s.yml:4)',
        '      data.csv:3  "green"',
        '      data.csv:5  "green"',
        '      data.csv:7  "green"',
        '      → correct the spelling; if the values are new and right, `siskin validate … --accept colour.one-of` adds them',
        '  ! id: max: expected at most 10; found 49 of 60 rows break it, e.g. "11", "12", "13"  (s.yml:5)',
        '      data.csv:13  "11"',
        '      data.csv:14  "12"',
        '      data.csv:15  "13"',
        '      → correct the values; if they are right, `siskin validate … --accept id.max` widens the range',
        '  1 of 5 checks failed · 1 only warns · verdict: fail',
        '',
      ].join('\n'),
    );
  });

  test('--accept changes one rule, --update all and new columns, and each says what', async () => {
    using folder = temporaryFolder({ 'data.csv': data, 's.yml': schema });

    const unknown = await validate(folder.path, 'data.csv', '--schema', 's.yml', '--accept', 'color.one-of');
    const accepted = await validate(folder.path, 'data.csv', '--schema', 's.yml', '--accept', 'colour.one-of');
    const updated = await validate(folder.path, 'data.csv', '--schema', 's.yml', '--update');
    const again = await validate(folder.path, 'data.csv', '--schema', 's.yml', '--update', '--json');

    expect([unknown.exit, unknown.err.includes('did you mean `colour.one-of`?')]).toEqual([2, true]);
    expect(accepted).toMatchObject({
      exit: 0,
      out: '  s.yml: one change; review it\n  colour.one-of: ["red"] → ["red","green"]\n',
    });
    expect(updated.out).toBe(
      '  s.yml: 2 changes; review them\n  id.max: 10 → 59\n  y: not named → {"type":"integer","nullable":false,"min":0}\n',
    );
    expect(JSON.parse(again.out)).toEqual({ schema: 's.yml', changes: [], left: [] });
    expect(readFileSync(join(folder.path, 's.yml'), 'utf8')).toBe(`version: 1
columns:
  # what we paint
  colour: { one-of: [ red, green ] }
  id: { type: integer, max: 59, warn: [ max ] }
  day: { required: false }
  # none missing; 0 to 2; mean 1 ± 0.816497; about 3 different
  y:
    type: integer
    nullable: false
    min: 0
`);
    expect((await validate(folder.path, 'data.csv', '--schema', 's.yml')).exit).toBe(0);
  });

  test('finds other data beside the folder it is typed in, and takes the clock as an option', async () => {
    using folder = temporaryFolder({
      'data/a.csv': 'day,shop\n2026-05-01,s1\n',
      'shops.csv': 'code,town\ns2,x\n',
      's.yml':
        'version: 1\ncolumns:\n  day: { type: timestamp, max-age: 7d }\n  shop: { references: { files: shops.csv, column: code } }\n',
    });
    const at = async (time: string) => {
      const { out } = await validate(folder.path, 'data/a.csv', '--schema', 's.yml', '--now', time, '--json');
      return ValidationReport.parse(JSON.parse(out)).problems.map(({ check }) => check);
    };

    expect(await at('2026-05-05')).toEqual(['references']);
    expect(await at('2026-06-01')).toEqual(['max-age', 'references']);
  });

  test.each([
    [['data.csv'], 'expected --schema FILE or --init'],
    [['--schema', 's.yml'], 'expected data files'],
    [['data.csv', '--schema', 's.yml', '--init', '--update'], 'expected one of --init, --update and --accept'],
    [['data.csv', '--schema', 's.yml', '--now', 'soon'], 'expected a time such as'],
    [['data.csv', '--schema', 'none.yml'], 'expected a schema at none.yml'],
    [['data.csv', '--init', '--target', 'color'], 'did you mean `colour`?'],
    [['data.csv', '--schema', 's.yml', '--accept', 'id'], 'broken are colour.one-of, id.max'],
  ])('%j is refused in a sentence', async (args, message) => {
    using folder = temporaryFolder({ 'data.csv': data, 's.yml': schema });

    const { exit, err, out } = await validate(folder.path, ...args);

    expect([exit, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  test('a schema of a stranger is data: what stands in it never becomes SQL and never crashes', async () => {
    const hostile = [`'; DROP TABLE data; --`, '"', '\\u0000', '`', '\\u202e', '${x}', 'x'.repeat(150)];
    using folder = temporaryFolder({ 'data.csv': data });
    for (const text of hostile) {
      const name = JSON.stringify(text).replaceAll('\\\\u', '\\u');
      writeFileSync(
        join(folder.path, 's.yml'),
        `version: 1\nkey: [${name}]\nredact: [${name}]\ncolumns:\n  id: { one-of: [${name}], none-of: [${name}] }\n  colour: { distribution: { shares: { ${name}: 1 }, max-l-infinity: 1 } }\n  ${name}: { min: 1, required: false }\n`,
      );
      const { exit, err } = await validate(folder.path, 'data.csv', '--schema', 's.yml');

      expect([text, exit, err]).toEqual([
        text,
        text === '\\u0000' ? 2 : 1,
        text === '\\u0000' ? expect.stringContaining('text without NUL') : '',
      ]);
    }
  });

  test('--init leaves out the one name that a schema cannot hold, so that the data fit what it wrote', async () => {
    using folder = temporaryFolder({ 'data.csv': '__proto__,y\n1,3\n4,6\n' });

    await validate(folder.path, 'data.csv', '--init', '--schema', 's.yml');
    const checked = await validate(folder.path, 'data.csv', '--schema', 's.yml', '--json');
    const updated = await validate(folder.path, 'data.csv', '--schema', 's.yml', '--update');

    expect([checked.err, checked.exit, updated.err]).toEqual(['', 0, '']);
    expect(readFileSync(join(folder.path, 's.yml'), 'utf8')).toContain('__proto__ is left out');
  });

  test('--init --json prints one document, whether it writes a file or not', async () => {
    using folder = temporaryFolder({ 'data.csv': data });

    const shown = JSON.parse((await validate(folder.path, 'data.csv', '--init', '--json')).out);
    const wrote = JSON.parse((await validate(folder.path, 'data.csv', '--init', '--schema', 'n.yml', '--json')).out);

    expect(shown).toEqual({
      schema: null,
      rows: 60,
      columns: 3,
      text: readFileSync(join(folder.path, 'n.yml'), 'utf8'),
    });
    expect(wrote).toEqual({ ...shown, schema: 'n.yml' });
  });

  test('tells to type --accept only where it changes something, and as a shell takes it', async () => {
    using folder = temporaryFolder({
      'data.csv': 'a b,c\n1,1\n1,1\n',
      's.yml':
        'version: 1\nrows: { min: 9 }\ncolumns:\n  a b: { max: 0, above: 2 }\nunique-together: [{ columns: [a b, c] }]\n',
    });

    const { out } = await validate(folder.path, 'data.csv', '--schema', 's.yml', '--json');
    const fixes = ValidationReport.parse(JSON.parse(out)).problems.map(({ check, fix }) => [check, fix]);
    const accepted = await validate(folder.path, 'data.csv', '--schema', 's.yml', ...['--accept', 'rows.min']);

    expect(Object.fromEntries(fixes)).toMatchObject({
      'rows.min': expect.stringContaining('`siskin validate … --accept rows.min`'),
      max: expect.stringContaining("`siskin validate … --accept 'a b.max'`"),
      above: 'correct the values; if they are right, change the rule in the schema',
      'unique-together': 'take the repeated rows out; if they are right, change the rule in the schema',
    });
    expect(accepted.exit).toBe(0);
  });
});

test('a schema of data without rows holds for data without rows', async () => {
  using folder = temporaryFolder({ 'none.csv': 'id,late\n' });

  const init = await validate(folder.path, 'none.csv', '--init');
  writeFileSync(join(folder.path, 'schema.yml'), init.out);

  expect(await validate(folder.path, 'none.csv', '--schema', 'schema.yml')).toMatchObject({ exit: 0 });
});
