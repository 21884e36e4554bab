import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { openDataset } from '../../src/data/dataset.ts';
import { inferSchema } from '../../src/data/infer-schema.ts';
import { profileDataset } from '../../src/data/profile.ts';
import { parseSchema } from '../../src/data/schema.ts';
import { validateDataset } from '../../src/data/validate.ts';
import { ValidationReport } from '../../src/data/validation-report.ts';
import { temporaryFolder } from './temporary-folder.ts';

const flights = [
  'id,delay,carrier,late,at',
  '1,5,AA,true,2026-01-01',
  '2,-3.5,UA,false,2026-01-02',
  '3,,AA,true,2026-01-03',
  '',
].join('\n');

async function validated(data: string, schema: string): Promise<ValidationReport> {
  using folder = temporaryFolder({ 'data.csv': data });
  await using dataset = await openDataset({ root: folder.path, paths: ['data.csv'], csvTypes: 'text' });
  return ValidationReport.parse(
    await validateDataset({
      now: new Date('2026-06-01'),
      dataset,
      schema: parseSchema({ text: schema, file: 'schema.yml' }),
    }),
  );
}

describe('data are held against their schema', () => {
  test('data that are as they should be pass, and every rule counts as a check', async () => {
    const schema = `
version: 1
rows: { min: 2, max: 10 }
other-columns: refuse
columns:
  id: { type: integer, nullable: false, min: 1, unique: true }
  delay: { type: number, min: -60, max: 1000 }
  carrier: { type: text, one-of: [AA, UA], pattern: "[A-Z]{2}" }
  late: { type: boolean }
  at: { type: timestamp, min: 2026-01-01, max: "2026-12-31" }
`;

    expect(await validated(flights, schema)).toEqual({
      schema: 'present',
      rows: 3,
      checks: 22,
      scans: 1,
      problems: [],
      verdict: 'pass',
    });
  });

  test('every broken rule is named with its rows, an example and the line that holds it', async () => {
    const schema = `version: 1
rows:
  min: 100
columns:
  id:
    unique: true
    max: 2
  delay:
    type: integer
    nullable: false
  carrier:
    one-of: [UA]
  gate:
    type: text
  late:
    pattern: "t.*"
  at:
    type: timestamp
    min: "2026-01-02"
`;

    const report = await validated(flights, schema);

    expect(report.verdict).toBe('fail');
    expect(
      report.problems.map(({ column, check, rows, line, found }) => `${line} ${column}.${check} ${rows} ${found}`),
    ).toEqual([
      '3 .rows.min null 3',
      '13 gate.required null no such column, but late',
      '7 id.max 1 1 of 3 rows break it, e.g. "3"',
      '10 delay.nullable 1 1 of 3 rows break it',
      '9 delay.type 1 1 of 3 rows break it, e.g. "-3.5"',
      '12 carrier.one-of 2 2 of 3 rows break it with 1 new value, e.g. "AA"',
      '16 late.pattern 1 1 of 3 rows break it, e.g. "false"',
      '19 at.min 1 1 of 3 rows break it, e.g. "2026-01-01"',
    ]);
  });

  test('values twice, and text where numbers belong, are counted', async () => {
    const report = await validated(
      'id,x\n7,1\n7,one\n8,\n',
      'version: 1\ncolumns: { id: { unique: true }, x: { type: number } }\n',
    );

    expect(report.problems.map(({ check, rows }) => [check, rows])).toEqual([
      ['unique', 1],
      ['type', 1],
    ]);
  });

  test('a number in an allowed set matches however it is written, a leading zero is kept in text', async () => {
    const report = await validated(
      'n,zip\n1.0,01234\n2,01235\n',
      'version: 1\ncolumns: { n: { one-of: [1, 2] }, zip: { pattern: "0[0-9]{4}" } }\n',
    );

    expect(report.verdict).toBe('pass');
  });

  test('names, texts and patterns with quotes are data, not SQL', async () => {
    const report = await validated(
      `"a""b';--",n\n'; DROP TABLE data;--,1\n`,
      `version: 1\ncolumns:\n  "a\\"b';--":\n    one-of: ["'; DROP TABLE data;--"]\n    pattern: "'.*"\n`,
    );

    expect(report.verdict).toBe('pass');
  });

  test('without a schema nothing is checked and the report says so', async () => {
    using folder = temporaryFolder({ 'data.csv': flights });
    await using dataset = await openDataset({ root: folder.path, paths: ['data.csv'] });

    expect(await validateDataset({ now: new Date(), dataset, schema: null })).toMatchObject({
      schema: 'absent',
      checks: 0,
      rows: 3,
    });
  });
});

describe('a schema that cannot be used says everything that is wrong', () => {
  test('unknown keys, wrong values and wrong bounds, each with its place and what to do', () => {
    const text =
      'version: 2\ncolumns:\n  a:\n    typ: number\n    nullable: maybe\n  b:\n    type: timestamp\n    min: "2026-01-01"\n    max: never\n  c:\n    max: "2026-01-01"\n';

    expect(() => parseSchema({ text, file: 's.yml' })).toThrowError(
      [
        's.yml:1:10: `version`: expected one of 1, found 2; correct it',
        's.yml:5:15: `columns.a.nullable`: expected a value of type boolean, found "maybe"; correct it',
        's.yml:4:5: `columns.a.typ`: expected a known key, found `typ`; did you mean `type`?',
        's.yml:9:10: `columns.b.max`: expected a number or a time such as 2026-01-31, found "never"; correct it',
        's.yml:11:10: `columns.c.max`: expected a number, or text beside `type: timestamp`, found "2026-01-01"; correct it',
      ].join('\n'),
    );
  });

  test('a pattern that RE2 does not know names its line', async () => {
    await expect(validated(flights, 'version: 1\ncolumns:\n  id:\n    pattern: "(?=x)y"\n')).rejects.toThrow(
      /regular expression of RE2.*line 4/,
    );
  });

  test('an empty file and one that is no mapping', () => {
    expect(() => parseSchema({ text: '', file: 's.yml' })).toThrow(/s.yml/);
    expect(() => parseSchema({ text: '- 1', file: 's.yml' })).toThrow(/expected a value of type object/);
  });
});

test('the schema inferred from data accepts them', async () => {
  const rows = Array.from(
    { length: 60 },
    (_, i) => `${i},${i % 7 === 0 ? '' : i / 3},${i % 2 ? 'yes' : 'no'},c${i % 50}`,
  );
  using folder = temporaryFolder({ 'data.csv': ['id,x,answer,code', ...rows, ''].join('\n') });
  await using dataset = await openDataset({ root: folder.path, paths: ['data.csv'] });

  const text = inferSchema({ profile: await profileDataset(dataset), columns: dataset.columns });

  expect(parse(text)).toEqual({
    version: 1,
    rows: { min: 30 },
    'other-columns': 'warn',
    columns: {
      id: { type: 'integer', nullable: false, min: 0 },
      x: { type: 'number', min: 0 },
      answer: { type: 'boolean', nullable: false },
      code: { type: 'text', nullable: false },
    },
  });
  expect(
    (await validateDataset({ now: new Date('2026-06-01'), dataset, schema: parseSchema({ text, file: 's.yml' }) }))
      .verdict,
  ).toBe('pass');
});
