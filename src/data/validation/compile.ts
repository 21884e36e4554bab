import { AppError } from '../../error.ts';
import type { Check } from '../check.ts';
import type { Dataset } from '../dataset.ts';
import type { SchemaDocument } from '../schema.ts';
import { countChecks, valueChecks } from './column-checks.ts';
import { expressionChecks } from './expression-checks.ts';
import { referenceChecks } from './reference-checks.ts';
import { statisticChecks } from './statistic-checks.ts';
import { uniqueTogetherChecks, wholeChecks } from './table-checks.ts';

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
  const known = new Set(dataset.columns.map(({ name }) => name));
  const absent = new Set(Object.keys(schema.columns).filter((name) => !known.has(name)));
  const isTextFormat = dataset.files[0]?.format === 'csv';
  const columns = dataset.columns.flatMap((column) => {
    const rules = Object.hasOwn(schema.columns, column.name) ? schema.columns[column.name] : undefined;
    return rules === undefined ? [] : [{ column, schema: rules, isTextFormat, now }];
  });
  const references = referenceChecks({ dataset, document, absent, problems });
  const expressions = expressionChecks({ ...options, absent, problems });
  for (const [at, { columns: names }] of schema['unique-together'].entries()) {
    for (const name of names.filter((one) => !known.has(one) && !absent.has(one))) {
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
      ...uniqueTogetherChecks(schema, absent),
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
