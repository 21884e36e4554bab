import { describe, expect, test } from 'vitest';
import { validatedCsv, validatedFiles } from './validated.ts';

const column = (name: string, rules: string) => `version: 1\ncolumns:\n  ${name}: { ${rules} }\n`;
const csv = (name: string, values: readonly (string | number)[]) =>
  [`${name},pad`, ...values.map((one) => `${one},`), ''].join('\n');

describe('each rule holds for what it allows and breaks for what it does not', () => {
  const hundred = Array.from({ length: 100 }, (_, at) => at + 1);
  test.each([
    ['max-null-share: 0.5', ['a', '', 'b'], null],
    ['max-null-share: 0.3', ['a', '', 'b'], '33.3 % missing, 1 of 3 rows'],
    ['above: 0', [1, 2], null],
    ['above: 0', [0, 2], '1 of 2 rows break it, e.g. "0"'],
    ['below: 2', [1, 2], '1 of 2 rows break it, e.g. "2"'],
    ['finite: true, type: number', [1, 'inf', 'nan'], '2 of 3 rows break it, e.g. "inf", "nan"'],
    ['min-length: 2', ['ab', 'c'], '1 of 2 rows break it, e.g. "c"'],
    ['max-length: 1', ['😀', 'cd'], '1 of 2 rows break it, e.g. "cd"'],
    ['none-of: [-999, unknown]', [-999.0, 'unknown', 3], '2 of 3 rows break it, e.g. "-999", "unknown"'],
    ['distinct: { min: 2, max: 3 }', [1, 1, 2], null],
    ['distinct: { min: 3 }', [1, 1, 2], '2'],
    ['mean: { min: 50, max: 51 }', '1 to 100', null],
    ['mean: { max: 50 }', '1 to 100', '50.5'],
    ['standard-deviation: { max: 28 }', '1 to 100', '28.8661'],
    ['standard-deviation: { max: 28 }', ['1e200', 1], '1 numbers beyond 1e150'],
    ['mean: { max: 50 }', ['x', 'y'], 'no value to measure'],
    ['quantiles: { "0.95": { min: 95, max: 95 } }', '1 to 100', null],
    ['quantiles: { "0.95": { max: 94.5 } }', '1 to 100', '94 % of the values at or below 94.5'],
    ['quantiles: { "0.95": { min: 96 } }', '1 to 100', '95 % of the values below 96'],
    ['quantiles: { "0": { min: 1, max: 1 }, "1": { min: 100, max: 100 } }', '1 to 100', null],
    ['quantiles: { "0": { min: 2 } }', '1 to 100', '1 % of the values below 2'],
    ['type: timestamp, max-age: 7d', ['2026-05-25T00:00:00Z', '2020-01-01'], null],
    ['type: timestamp, max-age: 7d', ['2026-05-20', ''], '2026-05-20T00:00:00Z, 12 d before it'],
    ['type: timestamp, max-age: 7d', ['', ''], 'no value to measure'],
    ['type: timestamp, max-ahead: 1h', ['2026-06-01T00:59:00Z'], null],
    ['type: timestamp, max-ahead: 1h', ['2026-06-01T01:01:00Z'], '1 of 1 rows break it, e.g. "2026-06-01T01:01:00Z"'],
    ['type: timestamp, min: 2026-01-01', ['2025-12-31', '2026-01-01'], '1 of 2 rows break it, e.g. "2025-12-31"'],
    ['type: number, min: 0, tolerated-share: 0.5', [-1, 1], null],
    ['type: number, min: 0', ['nan', 1], '1 of 2 rows break it, e.g. "nan"'],
    ['type: number, max: 2', ['nan', 1], '1 of 2 rows break it, e.g. "nan"'],
    ['type: number, above: 0', ['nan', ''], '1 of 2 rows break it, e.g. "nan"'],
    ['type: number, below: 2', ['nan', 1], '1 of 2 rows break it, e.g. "nan"'],
    ['type: number, min: 0', ['inf', ''], null],
    ['type: number, min: 0, tolerated-share: 0.4', [-1, 1], '1 of 2 rows break it, e.g. "-1"'],
    ['distribution: { shares: { a: 0.5, b: 0.5 }, max-l-infinity: 0.1 }', ['a', 'b', 'a', 'b', ''], null],
    [
      'distribution: { shares: { a: 0.5, b: 0.5 }, max-l-infinity: 0.1 }',
      ['a', 'a', 'a', 'c'],
      '0.5; most of it at "b", 50 % expected and 0 % found',
    ],
    ['distribution: { edges: [10, 20], bins: [0.1, 0.1, 0.8], max-jensen-shannon: 0.001 }', '1 to 100', null],
    [
      'distribution: { edges: [10, 20], bins: [0.25, 0.05, 0.7], max-l-infinity: 0.05 }',
      '1 to 100',
      '0.15; most of it at "up to 10", 25 % expected and 10 % found',
    ],
    ['distribution: { edges: [0], bins: [0.5, 0.5], max-l-infinity: 0 }', ['-inf', 'inf', 'nan'], null],
  ] as const)('%s of %j: %j', async (rules, values, found) => {
    const report = await validatedCsv(csv('x', values === '1 to 100' ? hundred : values), column('x', rules));

    expect(report.problems.map((problem) => problem.found)).toEqual(found === null ? [] : [found]);
    expect(report.verdict).toBe(found === null ? 'pass' : 'fail');
    for (const { fix, anomaly } of report.problems) expect([fix, anomaly]).not.toContain(undefined);
  });

  test('the Jensen–Shannon distance is that of scipy.spatial.distance.jensenshannon(base=2)', async () => {
    const report = await validatedCsv(
      csv('x', ['a', 'a', 'a', 'b']),
      column('x', 'distribution: { shares: { a: 0.5, b: 0.3, c: 0.2 }, max-jensen-shannon: 0.1 }'),
    );

    // jensenshannon([0.5, 0.3, 0.2], [0.75, 0.25, 0], 2) = 0.346117856…
    expect(report.problems[0]?.found).toMatch(/^0\.3461; /);
  });
});

describe('rules about several columns and other data', () => {
  test('a key of several columns is unique together, missing parts left out', async () => {
    const report = await validatedCsv(
      'a,b\n1,x\n1,y\n1,x\n,x\n,x\n',
      'version: 1\nkey: [b]\ncolumns: {}\nunique-together: [{ columns: [a, b] }]\n',
    );

    expect(report.problems).toMatchObject([
      {
        column: 'a, b',
        rows: 1,
        line: 4,
        found: '1 of 5 rows repeat an earlier one, e.g. "1, x"',
        examples: [{ file: 'data.csv', row: 3, line: 4, value: '1, x', key: 'b=x' }],
      },
    ]);
  });

  test('keys are looked up in other files, of one column and of several, in the same scan', async () => {
    const files = {
      'data.csv': 'customer,shop,country,found\n1,s1,DE,\n01,s1,FR,\n7,s2,DE,\n,s9,DE,\n',
      'customers.jsonl': '{"id":1}\n{"id":2}\n',
      'shops/a.csv': 'code,land\ns1,DE\n',
      'shops/b.csv': 'code,land\ns2,DE\ns2,DE\n',
    };
    const schema = `version: 1
columns:
  customer: { references: { files: customers.jsonl, column: id } }
references:
  - { columns: [shop, country], files: shops/*.csv, their-columns: [code, land] }
`;

    const report = await validatedFiles({ files, schema });

    expect(report.problems.map(({ column: name, line, found }) => `${line} ${name}: ${found}`)).toEqual([
      '3 customer: 1 of 4 rows break it, e.g. "7"',
      '5 shop, country: 2 of 4 rows break it, e.g. "(s1, FR)", "(s9, DE)"',
    ]);
    expect(report.scans).toBe(2);
  });

  test('expressions hold over columns of the row; what is missing breaks none', async () => {
    const report = await validatedCsv(
      'start,end,paid,price\n2026-01-01,2026-01-03,true,5\n2026-01-02,2026-01-01,true,5\n2026-01-02,,false,-1\n',
      `version: 1
columns:
  start: { type: timestamp }
  end: { type: timestamp }
  paid: { type: boolean }
  price: { type: number }
expressions:
  - that: start <= end
    name: it ends after it starts
  - that: paid implies price > 0
  - that: days(start, end) < 1 or end is missing
    warn: true
`,
    );

    expect(report.problems).toMatchObject([
      { column: 'start, end', line: 8, expected: 'it ends after it starts', rows: 1, examples: [{ line: 3 }] },
    ]);
    expect(report.warnings).toMatchObject([{ check: 'expressions', line: 11, rows: 1 }]);
    expect(report.scans).toBe(2);
  });

  test('a rule that only warns leaves the verdict as it is; all others are told at once', async () => {
    const report = await validatedCsv(
      'a,b,c\nx,1,2\n',
      `version: 1
other-columns: warn
columns:
  a: { one-of: [y], min-length: 5, warn: [one-of, min-length] }
  b: { max: 0 }
`,
    );

    expect(report.problems.map(({ column: name, check }) => `${name}.${check}`)).toEqual(['b.max']);
    expect(report.warnings?.map(({ column: name, check, anomaly }) => `${name}.${check} ${anomaly}`)).toEqual([
      'c.other-columns new-column',
      'a.min-length wrong-form',
      'a.one-of new-category',
    ]);
  });

  test('every rule that does not fit the data is named, with its line', async () => {
    const schema = `version: 1
columns: { a: {} }
expressions:
  - that: a < 1
  - that: b = 'x'
  - that: a +
unique-together: [{ columns: [a, z] }]
`;

    await expect(validatedCsv('a,bb\n1,2\n', schema)).rejects.toThrow(
      [
        'schema.yml:4: `expressions.0.that`: expected two values of one type beside <, found text and number: give the columns a `type` in the schema (character 3 of "a < 1"); correct it',
        'schema.yml:5: `expressions.1.that`: expected a column of the data, found b (character 1 of "b = \'x\'"); correct it',
        'schema.yml:6: `expressions.2.that`: expected a column, a value or (, found the end (character 4 of "a +"); correct it',
        'schema.yml:7: expected columns of the data, found "z"; correct the name',
      ].join('\n'),
    );
  });
});

test('a column that the data lack is told once, and hides no other broken rule', async () => {
  const report = await validatedFiles({
    files: { 'data.csv': 'a,b\n1,2\n' },
    schema: `version: 1
columns: { a: { max: 0 }, gone: { references: { files: data.csv, column: a } } }
expressions: [{ that: gone > a and gone matches '.*' }]
unique-together: [{ columns: [a, gone] }]
references: [{ columns: [gone], files: data.csv, their-columns: [b] }]
leakage: { target: gone }
overlap: [{ with: data.csv, by: [gone] }]
`,
  });

  expect(report.problems.map(({ column: name, check }) => `${name}.${check}`)).toEqual(['gone.required', 'a.max']);
});

test('of more broken rules than a report holds, it says how many', async () => {
  const columns = Array.from({ length: 1005 }, (_, at) => `  gone${at}: {}`);

  const report = await validatedCsv('a,b\n1,2\n', `version: 1\nother-columns: warn\ncolumns:\n${columns.join('\n')}\n`);

  expect([report.problems.length, report.warnings, report.cut, report.checks]).toEqual([1000, undefined, 7, 1007]);
});

test('every pattern that RE2 does not know is named, also in expressions', async () => {
  const schema = `version: 1\ncolumns:\n  a: { pattern: "(" }\nexpressions:\n  - that: "a matches '(?=x)'"\n`;

  await expect(validatedCsv('a,b\n1,2\n', schema)).rejects.toThrow(
    /found "\(" in schema.yml, line 3[\s\S]*found "\(\?=x\)" in schema.yml, line 5/,
  );
});

test('columns may be called as the queries call theirs, or have no name that SQL likes', async () => {
  const report = await validatedFiles({
    files: {
      'data.csv': 'siskin_row,siskin_ref0_found,data,a0,"q""x",h\n1,2,3,4,9,6\n1,2,3,4,5,6\n',
      'r.csv': 'siskin_ref0_0,a0\n7,1\n',
    },
    schema: `version: 1
key: [data]
columns:
  data: { unique: true, type: number, max: 1, references: { files: r.csv, column: a0 } }
  'q"x': { max: 8 }
  h: { unique: true }
expressions: [{ that: 'number(a0) > 3 implies number(\`q"x\`) < 6' }]
overlap: [{ with: data.csv }]
`,
  });

  expect(report.problems.map(({ column: name, check, rows }) => `${name} ${check} ${rows}`)).toEqual([
    'data max 2',
    'data unique 1',
    'q"x max 1',
    'h unique 1',
    'data references 2',
    'a0, q"x expressions 1',
    ' overlap null',
  ]);
});

describe('values of every kind under every declared type', () => {
  const rules =
    'nullable: false, min: 0, max: 5, above: -1, below: 99, finite: true, min-length: 1, max-length: 9, pattern: ".*", one-of: [1, a, true], none-of: [2], unique: true, distinct: { min: 1 }, max-age: 1d, max-ahead: 1d, mean: { min: 0 }, standard-deviation: { min: 0 }, quantiles: { "0.5": { min: 0, max: 9 } }, distribution: { edges: [1], bins: [0.5, 0.5], max-l-infinity: 0.5 }';
  test.each(['number', 'integer', 'boolean', 'text', 'timestamp'])(
    '%s: each gives a report, and only values of the type pass it',
    async (type) => {
      const values = {
        number: 0.5,
        integer: 3,
        boolean: true,
        text: '"word"',
        timestamp: '"2026-01-01T00:00:00"',
        list: '[1,2,3]',
        mapping: '{"a":1}',
      };
      const passing: string[] = [];
      for (const [kind, value] of Object.entries(values)) {
        const files = { 'data.jsonl': `{"x":${value},"y":null}\n{"x":null,"y":1}\n` };
        const schema = `version: 1\ncolumns:\n  x: { type: ${type}, ${rules} }\n`;
        const { problems } = await validatedFiles({ files, paths: ['data.jsonl'], schema });
        if (!problems.some(({ check }) => check === 'type')) passing.push(kind);
      }

      const also = { number: ['integer'], integer: [], boolean: [], text: ['mapping'], timestamp: [] }[type] ?? [];
      expect(passing.sort()).toEqual([type, ...also].sort());
    },
  );

  test('without any row nothing that must be measured passes', async () => {
    const report = await validatedCsv(
      'x,y\n',
      `version: 1\ncolumns:\n  x: { type: number, ${rules} }\nleakage: { target: y }\n`,
    );

    expect(report.problems.map(({ check }) => check)).toEqual([
      'distinct',
      'max-age',
      'mean',
      'standard-deviation',
      'quantiles',
      'quantiles',
      'distribution',
      'leakage',
    ]);
  });
});
