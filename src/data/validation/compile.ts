import { AppError } from '../../error.ts';
import type { Check } from '../check.ts';
import { rowCheck } from '../check.ts';
import { type Column, quoted } from '../column.ts';
import type { Dataset } from '../dataset.ts';
import type { SchemaDocument } from '../schema.ts';
import { countChecks, valueChecks } from './column-checks.ts';
import { columnValue } from './column-value.ts';
import { parseExpression } from './expression.ts';
import { type ExpressionScope, expressionSql, patternsOf } from './expression-sql.ts';
import { ExpressionError } from './expression-tokens.ts';
import { comparable, relatedColumn, relatedTable } from './related-data.ts';
import { statisticChecks } from './statistic-checks.ts';
import { referenceCheck, uniqueTogetherChecks, wholeChecks } from './table-checks.ts';

/** The rules of a schema, ready to be asked of the rows together. */
export interface CompiledChecks {
  readonly checks: readonly Check[];
  /** Outer joins that the checks need beside `data`, as SQL; they keep the number of rows. */
  readonly joins: readonly string[];
  /** Regular expressions, and where each is written. */
  readonly patterns: readonly { readonly pattern: string; readonly line: number }[];
}

/** Compiles a schema for a dataset. Throws `bad-config` with every rule that does not fit the data, one per line. */
export function compileChecks(options: {
  readonly dataset: Dataset;
  readonly document: SchemaDocument;
  readonly now: number;
}): CompiledChecks {
  const { dataset, document, now } = options;
  const { schema } = document;
  const problems: string[] = [];
  const isTextFormat = dataset.files[0]?.format === 'csv';
  const columns = dataset.columns.flatMap((column) => {
    const rules = Object.hasOwn(schema.columns, column.name) ? schema.columns[column.name] : undefined;
    return rules === undefined ? [] : [{ column, schema: rules, isTextFormat, now }];
  });
  const references = referenceChecks({ dataset, document, problems });
  const expressions = expressionChecks({ ...options, problems });
  const known = new Set(dataset.columns.map(({ name }) => name));
  for (const [at, { columns: names }] of schema['unique-together'].entries()) {
    for (const name of names.filter((one) => !known.has(one))) {
      problems.push(
        `${document.file}:${document.lineOf(['unique-together', at])}: expected columns of the data, found ${JSON.stringify(name)}; correct the name`,
      );
    }
  }
  if (problems.length > 0) throw new AppError('bad-config', problems.slice(0, 50).join('\n'));
  return {
    checks: [
      ...wholeChecks(dataset, schema),
      ...columns.flatMap((checked) => [...valueChecks(checked), ...countChecks(checked), ...statisticChecks(checked)]),
      ...uniqueTogetherChecks(schema),
      ...references.checks,
      ...expressions.checks,
    ],
    joins: references.joins,
    patterns: [
      ...columns.flatMap(({ column, schema: { pattern } }) =>
        pattern === undefined ? [] : [{ pattern, line: document.lineOf(['columns', column.name, 'pattern']) }],
      ),
      ...expressions.patterns,
    ],
  };
}

/** A name that begins no column, for what queries need beside the data. */
export function freshPrefix(columns: readonly Column[]): string {
  let prefix = 'siskin_';
  while (columns.some(({ name }) => name.toLowerCase().startsWith(prefix))) prefix += '_';
  return prefix;
}

function referenceChecks(options: {
  readonly dataset: Dataset;
  readonly document: SchemaDocument;
  readonly problems: string[];
}): { readonly checks: readonly Check[]; readonly joins: readonly string[] } {
  const { dataset, document, problems } = options;
  const { schema, file, lineOf } = document;
  const own = new Map(dataset.columns.map((column) => [column.name, column]));
  const prefix = freshPrefix(dataset.columns);
  const wanted = [
    ...Object.entries(schema.columns).flatMap(([name, column]) =>
      // A column that is not there is the matter of `required`.
      column.references === undefined || !own.has(name)
        ? []
        : [
            {
              columns: [name],
              theirs: [column.references.column],
              files: column.references.files,
              path: ['columns', name, 'references'],
              isWarning: column.warn.includes('references'),
              toleratedShare: column['tolerated-share'],
            },
          ],
    ),
    ...schema.references.map((one, at) => ({
      columns: one.columns,
      theirs: one['their-columns'] ?? one.columns,
      files: one.files,
      path: ['references', at],
      isWarning: one.warn,
      toleratedShare: 0,
    })),
  ];
  const checks: Check[] = [];
  const joins: string[] = [];
  for (const [index, { columns, theirs, files, path, ...rest }] of wanted.entries()) {
    const place = `${file}:${lineOf(path)}`;
    const table = relatedTable({ paths: files, use: 'references' });
    const pairs = columns.flatMap((name, at) => {
      const column = own.get(name);
      if (column === undefined)
        problems.push(`${place}: expected a column of the data, found ${JSON.stringify(name)}; correct the name`);
      const other = relatedColumn({ columns: dataset.related.get(table) ?? [], name: theirs[at] ?? name, place });
      return column === undefined ? [] : [comparable(column, other)];
    });
    if (columns.length !== theirs.length)
      problems.push(
        `${place}: expected as many \`their-columns\` as \`columns\`, found ${theirs.length} and ${columns.length}; name a pair for each`,
      );
    if (pairs.length === 0) continue;
    const alias = `${prefix}ref${index}`;
    const keys = pairs.map(([, text], at) => `${text} AS ${alias}_${at}`);
    const match = pairs.map(([text], at) => `${text} = ${alias}_${at}`);
    joins.push(
      `LEFT JOIN (SELECT DISTINCT ${keys.join(', ')}, true AS ${alias}_found FROM ${quoted(table)}) AS ${alias} ON ${match.join(' AND ')}`,
    );
    checks.push(referenceCheck({ columns, files, path, ...rest, partner: `${alias}_found` }));
  }
  return { checks, joins };
}

function expressionChecks(options: {
  readonly dataset: Dataset;
  readonly document: SchemaDocument;
  readonly now: number;
  readonly problems: string[];
}): Pick<CompiledChecks, 'checks' | 'patterns'> {
  const { dataset, document, now, problems } = options;
  const { schema, file, lineOf } = document;
  const columns = new Map(dataset.columns.map((column) => [column.name, column]));
  const used: string[] = [];
  const scope: ExpressionScope = {
    columnNamed(name) {
      const column = columns.get(name);
      if (column === undefined) return null;
      used.push(name);
      return columnValue(column, Object.hasOwn(schema.columns, name) ? schema.columns[name]?.type : undefined);
    },
    columnNames: [...columns.keys()],
    now,
  };
  const patterns: CompiledChecks['patterns'][number][] = [];
  const checks = schema.expressions.flatMap(
    ({ that, name, warn, 'tolerated-share': toleratedShare }, at): readonly Check[] => {
      used.length = 0;
      const path = ['expressions', at];
      try {
        const expression = parseExpression(that);
        const { type, sql } = expressionSql(expression, scope);
        if (type !== 'boolean') throw new ExpressionError(`something true or false, found a ${type}`, 0);
        const line = lineOf([...path, 'that']);
        patterns.push(...patternsOf(expression).map((pattern) => ({ pattern, line })));
        const names = [...new Set(used)];
        const shown = names.slice(0, 5).map((one) => `${quoted(one)}::VARCHAR`);
        return [
          rowCheck({
            column: names.slice(0, 5).join(', ').slice(0, 200),
            rule: 'expressions',
            path: [...path, 'that'],
            expected: (name ?? that).slice(0, 400),
            anomaly: 'expression',
            isWarning: warn,
            toleratedShare,
            // What is missing cannot break a rule; `is not missing` says that it must be there.
            broken: `coalesce(NOT ${sql}, false)`,
            value:
              shown.length === 1
                ? (shown[0] ?? 'NULL')
                : shown.length === 0
                  ? 'NULL'
                  : `concat_ws(', ', ${shown.map((text) => `coalesce(${text}, '–')`).join(', ')})`,
            columns: names,
          }),
        ];
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        problems.push(
          `${file}:${lineOf([...path, 'that'])}: \`expressions.${at}.that\`: expected ${error.message} (character ${error.at} of ${JSON.stringify(that.slice(0, 80))}); correct it`,
        );
        return [];
      }
    },
  );
  return { checks, patterns };
}
