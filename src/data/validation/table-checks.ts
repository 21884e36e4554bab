import { nearest } from '../../policy/nearest.ts';
import { type Check, rowCheck } from '../check.ts';
import { quoted } from '../column.ts';
import type { Dataset } from '../dataset.ts';
import type { DataSchema } from '../schema.ts';
import { surplus } from './column-checks.ts';

type Unlocated = Pick<Check, 'aggregates' | 'failing'>;
const withoutRows: Unlocated = { aggregates: [], failing: null };

/** Rules that need no look at the rows: their number, and columns that are missing or too many. */
export function wholeChecks({ columns }: Pick<Dataset, 'columns'>, schema: DataSchema): readonly Check[] {
  const names = columns.map(({ name }) => name);
  return [...rowCountChecks(schema), ...requiredChecks(names, schema), ...otherColumnChecks(names, schema)];
}

function rowCountChecks({ rows: bounds }: DataSchema): readonly Check[] {
  return (['min', 'max'] as const).flatMap((end): Check[] => {
    const bound = bounds?.[end];
    if (bound === undefined) return [];
    return [
      {
        ...withoutRows,
        column: '',
        rule: `rows.${end}`,
        path: ['rows', end],
        expected: `at ${end === 'min' ? 'least' : 'most'} ${bound} rows`,
        anomaly: 'row-count',
        isWarning: bounds?.warn ?? false,
        judge: (_, rows) => ((end === 'min' ? rows < bound : rows > bound) ? { found: `${rows}`, rows: null } : null),
      },
    ];
  });
}

function requiredChecks(names: readonly string[], schema: DataSchema): readonly Check[] {
  const known = new Set(names);
  return Object.entries(schema.columns)
    .filter(([, column]) => column.required)
    .map(([name, column]) => ({
      ...withoutRows,
      column: name,
      rule: 'required',
      path: ['columns', name],
      expected: 'the column',
      anomaly: 'missing-column' as const,
      isWarning: column.warn.includes('required'),
      judge() {
        if (known.has(name)) return null;
        const near = nearest(name, names);
        return { found: near === null ? 'no such column' : `no such column, but ${near}`, rows: null };
      },
    }));
}

function otherColumnChecks(names: readonly string[], schema: DataSchema): readonly Check[] {
  const rule = schema['other-columns'];
  if (rule === 'allow') return [];
  const unknown = names.filter((name) => !Object.hasOwn(schema.columns, name));
  // Without an unknown column it is still one check that holds.
  return (unknown.length === 0 ? [''] : unknown).map((name) => ({
    ...withoutRows,
    column: name,
    rule: 'other-columns',
    path: ['other-columns'],
    expected: 'only columns that the schema names',
    anomaly: 'new-column' as const,
    isWarning: rule === 'warn',
    judge: () => (unknown.length === 0 ? null : { found: 'another column', rows: null }),
  }));
}

/** No two rows may be equal in several columns; rows that miss one of the values are left out, as in SQL. */
export function uniqueTogetherChecks(schema: DataSchema, absent: ReadonlySet<string>): readonly Check[] {
  return schema['unique-together'].flatMap(({ columns, warn }, at): readonly Check[] => {
    if (columns.some((name) => absent.has(name))) return [];
    const names = columns.map(quoted);
    const isWhole = names.map((name) => `${name} IS NOT NULL`).join(' AND ');
    return [
      {
        column: columns.join(', ').slice(0, 200),
        rule: 'unique-together',
        path: ['unique-together', at],
        expected: 'every combination of values once',
        anomaly: 'duplicates',
        isWarning: warn,
        aggregates: [
          `count(CASE WHEN ${isWhole} THEN 1 END)`,
          `count(DISTINCT CASE WHEN ${isWhole} THEN (${names.join(', ')}) END)`,
        ],
        judge: ([all, distinct], rows) => surplus(Number(all ?? 0) - Number(distinct ?? 0), rows),
        failing: { kind: 'duplicates', columns },
      },
    ];
  });
}

/** A check that every row of an outer join found its partner. */
export function referenceCheck(options: {
  readonly columns: readonly string[];
  readonly path: Check['path'];
  readonly files: readonly string[];
  readonly isWarning: boolean;
  readonly toleratedShare: number;
  /** SQL that is null where nothing was found. */
  readonly partner: string;
}): Check {
  const { columns, path, files, isWarning, toleratedShare, partner } = options;
  const names = columns.map(quoted);
  return rowCheck({
    column: columns.join(', ').slice(0, 200),
    rule: 'references',
    path,
    expected: `values that occur in ${files.join(', ')}`.slice(0, 400),
    anomaly: 'unknown-key',
    isWarning,
    toleratedShare,
    // A key with a missing part refers to nothing, as in SQL.
    broken: `${names.map((name) => `${name} IS NOT NULL`).join(' AND ')} AND ${partner} IS NULL`,
    value: names.length === 1 ? `${names[0]}::VARCHAR` : `(${names.join(', ')})::VARCHAR`,
    columns,
  });
}
