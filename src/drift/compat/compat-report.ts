import type { Column } from '../../data/column.ts';
import type { Dataset } from '../../data/dataset.ts';
import { readRawColumn } from '../../data/raw-columns.ts';
import { AppError } from '../../error.ts';
import { evidentlyColumn, evidentlyDataset } from './evidently.ts';
import { nannymlColumn } from './nannyml.ts';
import type { CompatColumn, RawColumn } from './raw-column.ts';

/** The tools whose numbers and verdicts can be had, each with the version that was compared. */
export const compatTools = { evidently: '0.7', nannyml: '0.13' } as const;
/** The name of one of them. */
export type CompatTool = keyof typeof compatTools;

/** What another tool says of two datasets. */
export interface CompatReport {
  readonly compat: CompatTool;
  readonly reference: { readonly rows: number; readonly digest: string };
  readonly current: { readonly rows: number; readonly digest: string };
  /** Columns of both sides; `not-assessed` where the tool raises an error: no values on one side, or another type. */
  readonly columns: Readonly<
    Record<string, (CompatColumn & { readonly verdict: 'moved' | 'steady' }) | { readonly verdict: 'not-assessed' }>
  >;
  readonly verdict: 'moved' | 'steady' | 'not-assessed';
}

/** Compares two datasets as another tool does. Reads one column at a time, whole, since such tools work on raw values. */
export async function compareAs(
  tool: CompatTool,
  { reference, current }: { readonly reference: Dataset; readonly current: Dataset },
): Promise<CompatReport> {
  const columns: Record<string, CompatReport['columns'][string]> = {};
  for (const column of reference.columns) {
    const other = current.columns.find(({ name }) => name === column.name);
    if (other === undefined) continue;
    const found = tools[tool].column(await rawColumn(reference, column), await rawColumn(current, other));
    columns[column.name] =
      found === null ? { verdict: 'not-assessed' } : { ...found, verdict: found.drifted ? 'moved' : 'steady' };
  }
  const assessed = Object.values(columns).flatMap((column) => (column.verdict === 'not-assessed' ? [] : [column]));
  if (Object.keys(columns).length === 0) {
    throw new AppError('bad-input', 'expected columns that both sides have, found none; compare data of one kind');
  }
  return {
    compat: tool,
    reference: { rows: reference.rows, digest: reference.digest },
    current: { rows: current.rows, digest: current.digest },
    columns,
    verdict: assessed.length === 0 ? 'not-assessed' : tools[tool].isDrifted(assessed) ? 'moved' : 'steady',
  };
}

const tools = {
  evidently: { column: evidentlyColumn, isDrifted: evidentlyDataset },
  // It has no verdict on a dataset: an alert is an alert.
  nannyml: {
    column: nannymlColumn,
    isDrifted: (columns: readonly CompatColumn[]) => columns.some(({ drifted }) => drifted),
  },
} as const satisfies Record<CompatTool, object>;

/** A column with empty cells is one of floating numbers to pandas, whatever it holds. */
async function rawColumn(dataset: Dataset, column: Column): Promise<RawColumn> {
  const raw = await readRawColumn(dataset, column);
  if (raw.kind === 'text') return { kind: 'category', values: raw.values };
  return { kind: 'number', values: raw.values, isWhole: /INT/.test(column.type) && !raw.hasNulls };
}
