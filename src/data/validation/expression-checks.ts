import { type Check, rowCheck } from '../check.ts';
import { quoted } from '../column.ts';
import type { Dataset } from '../dataset.ts';
import type { SchemaDocument } from '../schema.ts';
import { columnValue } from './column-value.ts';
import { parseExpression } from './expression.ts';
import { columnsOf, patternsOf } from './expression-parts.ts';
import { type ExpressionScope, expressionSql } from './expression-sql.ts';
import { ExpressionError } from './expression-tokens.ts';

/** Rules across columns, and the regular expressions in them. What cannot be compiled is added to `problems`. */
export function expressionChecks(options: {
  readonly dataset: Dataset;
  readonly document: SchemaDocument;
  readonly now: number;
  /** Columns that the schema names and the data lack: the matter of `required`. */
  readonly absent: ReadonlySet<string>;
  readonly problems: string[];
}): {
  readonly checks: readonly Check[];
  readonly patterns: readonly { readonly pattern: string; readonly line: number }[];
} {
  const { dataset, document, now, absent, problems } = options;
  const { schema, file, lineOf } = document;
  const columns = new Map(dataset.columns.map((column) => [column.name, column]));
  const scope: ExpressionScope = {
    columnNamed(name) {
      const column = columns.get(name);
      if (column === undefined) return null;
      return columnValue(column, Object.hasOwn(schema.columns, name) ? schema.columns[name]?.type : undefined);
    },
    columnNames: [...columns.keys()],
    now,
  };
  const patterns: { readonly pattern: string; readonly line: number }[] = [];
  const checks = schema.expressions.flatMap(
    ({ that, name, warn, 'tolerated-share': toleratedShare }, at): readonly Check[] => {
      const path = ['expressions', at];
      try {
        const expression = parseExpression(that);
        const names = [...new Set(columnsOf(expression))];
        if (names.some((one) => absent.has(one))) return [];
        const { type, sql } = expressionSql(expression, scope);
        if (type !== 'boolean') throw new ExpressionError(`something true or false, found a ${type}`, 0);
        const line = lineOf([...path, 'that']);
        patterns.push(...patternsOf(expression).map((pattern) => ({ pattern, line })));
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
