import { AppError } from '../error.ts';
import { nearest } from '../policy/nearest.ts';
import { type Check, columnChecks } from './check.ts';
import { literal, quoted } from './column.ts';
import type { Dataset } from './dataset.ts';
import type { SchemaDocument } from './schema.ts';
import type { ValidationReport } from './validation-report.ts';

type Problem = ValidationReport['problems'][number];

/**
 * Holds data against their schema, all checks in one scan. Each broken rule is one problem with the number of rows that
 * break it, one example, and the line of the schema that holds the rule. Without a schema only reading was checked.
 */
export async function validateDataset(options: {
  readonly dataset: Dataset;
  readonly schema: SchemaDocument | null;
}): Promise<ValidationReport> {
  const { dataset, schema: document } = options;
  if (document === null) return { schema: 'absent', rows: dataset.rows, checks: 0, problems: [], verdict: 'pass' };
  const wholes = wholeChecks(dataset, document);
  const checks = presentChecks(dataset, document);
  await checkPatterns(dataset, document);
  const problems = [...wholes.problems, ...(await brokenChecks({ dataset, document, checks }))];
  return {
    schema: 'present',
    rows: dataset.rows,
    checks: wholes.checks + checks.length,
    problems: problems.slice(0, 1000),
    verdict: problems.length === 0 ? 'pass' : 'fail',
  };
}

/** Rules that need no look at the rows: their number, columns that are missing or too many. */
function wholeChecks(
  dataset: Dataset,
  document: SchemaDocument,
): { readonly checks: number; readonly problems: readonly Problem[] } {
  const { schema, file, lineOf } = document;
  const names = dataset.columns.map(({ name }) => name);
  const problems: Problem[] = [];
  const add = (column: string, check: string, expected: string, found: string, path: readonly string[]) =>
    problems.push({ column, check, expected, found, rows: null, file, line: lineOf(path) });
  const { min, max } = schema.rows ?? {};
  if (min !== undefined && dataset.rows < min)
    add('', 'rows.min', `at least ${min} rows`, `${dataset.rows}`, ['rows', 'min']);
  if (max !== undefined && dataset.rows > max)
    add('', 'rows.max', `at most ${max} rows`, `${dataset.rows}`, ['rows', 'max']);
  const required = Object.entries(schema.columns).filter(([, column]) => column.required);
  for (const [name] of required) {
    if (names.includes(name)) continue;
    const near = nearest(name, names);
    add(name, 'required', 'the column', near === null ? 'no such column' : `no such column, but ${near}`, [
      'columns',
      name,
    ]);
  }
  if (schema['other-columns'] === 'refuse') {
    for (const name of names.filter((each) => !Object.hasOwn(schema.columns, each))) {
      add(name, 'other-columns', 'only columns that the schema names', 'another column', ['other-columns']);
    }
  }
  const counted = [min, max].filter((bound) => bound !== undefined).length;
  return { checks: counted + required.length + (schema['other-columns'] === 'refuse' ? 1 : 0), problems };
}

function presentChecks(dataset: Dataset, { schema }: SchemaDocument): readonly Check[] {
  const isTextFormat = dataset.files[0]?.format === 'csv';
  return dataset.columns.flatMap((column) => {
    const rules = Object.hasOwn(schema.columns, column.name) ? schema.columns[column.name] : undefined;
    return rules === undefined ? [] : columnChecks({ column, schema: rules, isTextFormat });
  });
}

async function brokenChecks(options: {
  readonly dataset: Dataset;
  readonly document: SchemaDocument;
  readonly checks: readonly Check[];
}): Promise<readonly Problem[]> {
  const { dataset, document, checks } = options;
  if (checks.length === 0) return [];
  const select = checks.flatMap(({ column, broken, surplus }, index) => [
    `(${surplus ?? `count(*) FILTER (WHERE ${broken})`})::DOUBLE AS rows${index}`,
    `left(any_value(${quoted(column)}::VARCHAR) FILTER (WHERE ${broken}), 40) AS example${index}`,
  ]);
  const [found] = await dataset.query(`SELECT ${select.join(', ')} FROM data`);
  return checks.flatMap(({ column, rule, expected }, index) => {
    const rows = Number(found?.[`rows${index}`] ?? 0);
    if (rows === 0) return [];
    const example = found?.[`example${index}`];
    const shown = typeof example === 'string' ? `, e.g. ${JSON.stringify(example)}` : '';
    return [
      {
        column,
        check: rule,
        expected: expected.slice(0, 500),
        found: `${rows} of ${dataset.rows} rows break it${shown}`,
        rows,
        file: document.file,
        line: document.lineOf(['columns', column, rule]),
      },
    ];
  });
}

/** Whether DuckDB understands each pattern is asked before the data are read: its syntax is RE2's. */
async function checkPatterns(dataset: Dataset, { schema, file, lineOf }: SchemaDocument): Promise<void> {
  for (const [name, { pattern }] of Object.entries(schema.columns)) {
    if (pattern === undefined) continue;
    try {
      await dataset.query(`SELECT regexp_full_match('', ${literal(pattern)})`);
    } catch (cause) {
      const line = lineOf(['columns', name, 'pattern']);
      throw new AppError(
        'bad-config',
        `expected a regular expression of RE2 (no look-around, no back-references), found ${JSON.stringify(pattern)} in ${file}, line ${line}; rewrite it`,
        { cause },
      );
    }
  }
}
