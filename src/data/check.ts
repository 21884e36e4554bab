import type { DocumentPath } from '../policy/yaml-document.ts';
import type { SchemaProblem } from './validation-report.ts';

/** What is broken: a phrase after "found", and the rows to blame. */
export interface Broken {
  readonly found: string;
  /** Null where no single row can be blamed. */
  readonly rows: number | null;
}

/** How rows that break a rule are found again, to show the first of them. */
export type FailingRows =
  /** `broken` is SQL that is true for a row that breaks the rule, `value` the SQL of what to show of it. */
  | { readonly kind: 'rows'; readonly broken: string; readonly value: string; readonly columns: readonly string[] }
  /** Rows that are equal in these columns to an earlier one. */
  | { readonly kind: 'duplicates'; readonly columns: readonly string[] };

/** One rule of a schema, compiled: what to ask of the rows in one scan together with all others, and how to judge it. */
export interface Check {
  /** Empty when it is about the data as a whole. */
  readonly column: string;
  /** The key of the schema that holds the rule. */
  readonly rule: string;
  readonly path: DocumentPath;
  readonly expected: string;
  readonly anomaly: NonNullable<SchemaProblem['anomaly']>;
  readonly isWarning: boolean;
  /**
   * SQL over the table `data`, one value each; none where the rows need not be looked at. Conditions are written as CASE:
   * for each FILTER DuckDB copies the inputs of all other aggregates, which makes a thousand columns cost a million.
   */
  readonly aggregates: readonly string[];
  /** Null: the rule holds. */
  readonly judge: (values: readonly unknown[], rows: number) => Broken | null;
  readonly failing: FailingRows | null;
}

/** A rule about single rows. `toleratedShare` of them may break it. */
export function rowCheck(
  options: Omit<Check, 'aggregates' | 'judge' | 'failing'> & {
    readonly broken: string;
    readonly value: string;
    readonly columns: readonly string[];
    readonly toleratedShare: number;
  },
): Check {
  const { broken, value, columns, toleratedShare, ...check } = options;
  const tolerated = toleratedShare === 0 ? '' : ` (in all but ${percentText(toleratedShare)} of the rows)`;
  return {
    ...check,
    expected: `${check.expected}${tolerated}`,
    // A rule that the type of the column decides alone needs no look at the rows.
    aggregates: broken === 'false' ? [] : [`count(CASE WHEN ${broken} THEN 1 END)`],
    judge([count], rows) {
      const failing = Number(count ?? 0);
      if (failing === 0 || failing <= toleratedShare * rows) return null;
      return { found: `${failing} of ${rows} rows break it`, rows: failing };
    },
    failing: { kind: 'rows', broken, value, columns },
  };
}

/** A share as percent, to three digits. */
export function percentText(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
