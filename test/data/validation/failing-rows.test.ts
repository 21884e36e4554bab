import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openDataset } from '../../../src/data/dataset.ts';
import { parseSchema } from '../../../src/data/schema.ts';
import { validateDataset } from '../../../src/data/validate.ts';
import { shownValue } from '../../../src/data/validation/shown-value.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { validatedFiles } from './validated.ts';

const schema = 'version: 1\nkey: [id]\ncolumns:\n  x: { one-of: [a] }\n';
const places = (report: Awaited<ReturnType<typeof validatedFiles>>) =>
  report.problems.flatMap(({ examples = [] }) =>
    examples.map(({ file, row, line, key }) => `${file} ${row} ${line} ${key}`),
  );

describe('rows that break a rule are found where they stand', () => {
  test('over several files, line breaks inside quotes, empty lines and Windows line ends', async () => {
    const files = {
      'a.csv': 'id,x\r\n1,a\r\n\r\n2,"b\r\nb"\r\n3,"say ""c"""\r\n',
      'b.csv': 'id,x\n4,a\n5,d',
    };

    expect(places(await validatedFiles({ files, paths: ['*.csv'], schema }))).toEqual([
      'a.csv 2 4 id=2',
      'a.csv 3 6 id=3',
      'b.csv 2 3 id=5',
    ]);
  });

  test('in JSON lines, where a quote is no matter of lines', async () => {
    const files = { 'a.jsonl': '{"id":1,"x":"a"}\n\n{"id":2,"x":"it\\"s"}\n{"id":3,"x":"b"}\n' };

    expect(places(await validatedFiles({ files, paths: ['a.jsonl'], schema }))).toEqual([
      'a.jsonl 2 3 id=2',
      'a.jsonl 3 4 id=3',
    ]);
  });

  test('compressed text has rows and no lines to see', async () => {
    using folder = temporaryFolder({ 'a.csv.gz': gzipSync('id,x\n1,a\n2,b\n') });
    await using dataset = await openDataset({ root: folder.path, paths: ['a.csv.gz'], csvTypes: 'text' });

    const report = await validateDataset({
      dataset,
      schema: parseSchema({ text: schema, file: 's.yml' }),
      now: new Date(),
    });

    expect(places(report)).toEqual(['a.csv.gz 2 null id=2']);
  });

  test('text of another dialect has rows and no lines that could be wrong', async () => {
    using folder = temporaryFolder({ 'a.csv': '# made by hand\nid,x\n1,a\n2,b\n' });
    const csv = { 'skip-lines': 1 };
    await using dataset = await openDataset({ root: folder.path, paths: ['a.csv'], csvTypes: 'text', csv });

    const document = parseSchema({ text: schema, file: 's.yml' });
    const report = await validateDataset({ dataset, schema: document, now: new Date(), csv });

    expect(places(report)).toEqual(['a.csv 2 null id=2']);
  });

  test('the first three rows of each rule, with their rows counted exactly', async () => {
    const rows = Array.from({ length: 5000 }, (_, at) => `${at},${at % 2 ? 'b' : 'a'}`);
    const report = await validatedFiles({ files: { 'data.csv': ['id,x', ...rows, ''].join('\n') }, schema });

    expect(report.problems).toMatchObject([{ rows: 2500, examples: { length: 3 } }]);
    expect(places(report)).toEqual(['data.csv 2 3 id=1', 'data.csv 4 5 id=3', 'data.csv 6 7 id=5']);
  });

  test('values of columns to redact never leave', async () => {
    const report = await validatedFiles({
      files: { 'data.csv': 'id,x,y\n1,hush,secret\n1,hush,secret\n' },
      schema:
        'version: 1\nkey: [id]\nredact: [x, y, id]\ncolumns:\n  x: { one-of: [a], unique: true }\n  y: { max-length: 2 }\nexpressions: [{ that: x = y }]\nunique-together: [{ columns: [x, y] }]\n',
    });

    expect(report.problems).toHaveLength(5);
    expect(JSON.stringify(report)).not.toMatch(/hush|secret|id=1/);
    expect(report.problems[0]?.examples?.[0]).toMatchObject({ value: '[hidden]', key: '[hidden]' });
  });
});

test.each([
  ['ada.lovelace@example.com', 'a…@example.com'],
  ['call 4111 1111 1111 1111 now', 'call 41… now'],
  ['1234567890123', '1234567890123'],
  [`ghp_${'a1B2'.repeat(9)}`, 'ghp_…'],
  ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b', '9f86…'],
  ['Donaudampfschifffahrtsgesellschaft', 'Donaudampfschifffahrtsgesellschaft'],
  ['x'.repeat(100), `${'x'.repeat(39)}…`],
  ['a\u001b[31mb\u202e', 'a�[31mb�'],
  ['', ''],
])('%s is shown as %s', (value, shown) => {
  expect(shownValue(value)).toBe(shown);
});
