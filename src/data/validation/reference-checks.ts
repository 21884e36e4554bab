import type { Check } from '../check.ts';
import { quoted } from '../column.ts';
import type { Dataset } from '../dataset.ts';
import type { SchemaDocument } from '../schema.ts';
import { freshPrefix } from './fresh-prefix.ts';
import { comparable, relatedColumn, relatedTable } from './related-data.ts';
import { referenceCheck } from './table-checks.ts';

/** Keys that must occur in other data, as outer joins with their different values, and a check of each. */
export function referenceChecks(options: {
  readonly dataset: Dataset;
  readonly document: SchemaDocument;
  /** Columns that the schema names and the data lack: the matter of `required`. */
  readonly absent: ReadonlySet<string>;
  readonly problems: string[];
}): { readonly checks: readonly Check[]; readonly joins: readonly string[] } {
  const { dataset, document, absent, problems } = options;
  const { schema, file, lineOf } = document;
  const own = new Map(dataset.columns.map((column) => [column.name, column]));
  const prefix = freshPrefix(dataset.columns);
  const wanted = [
    ...Object.entries(schema.columns).flatMap(([name, column]) =>
      column.references === undefined
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
    if (columns.some((name) => absent.has(name))) continue;
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
