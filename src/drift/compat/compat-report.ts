import type { Column } from '../../data/column.ts';
import type { Dataset } from '../../data/dataset.ts';
import { readRawColumn } from '../../data/raw-columns.ts';
import { AppError } from '../../error.ts';
import { evidentlyColumn, evidentlyDataset } from './evidently.ts';
import { nannymlColumn } from './nannyml.ts';
import type { CompatColumn, RawColumn } from './raw-column.ts';
import { type TfdvThresholds, tfdvColumn } from './tfdv.ts';

/** The tools whose numbers and verdicts can be had, each with the version that was compared. */
export const compatTools = { evidently: '0.7', nannyml: '0.13', tfdv: '1.16' } as const;
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

/**
 * Compares two datasets as another tool does. Reads one column at a time, whole, since such tools work on raw values.
 * `thresholds` are those of tfdv, which has none of its own.
 */
export async function compareAs(
  tool: CompatTool,
  options: { readonly reference: Dataset; readonly current: Dataset; readonly thresholds?: TfdvThresholds },
): Promise<CompatReport> {
  const { reference, current, thresholds = {} } = options;
  const compared = new Map<string, CompatReport['columns'][string]>();
  for (const column of reference.columns) {
    const other = current.columns.find(({ name }) => name === column.name);
    if (other === undefined) continue;
    const [before, now] = [await rawColumn(reference, column, tool), await rawColumn(current, other, tool)];
    const found = tools[tool].column(before, now, thresholds);
    compared.set(
      column.name,
      found === null ? { verdict: 'not-assessed' } : { ...found, verdict: found.drifted ? 'moved' : 'steady' },
    );
  }
  const assessed = [...compared.values()].flatMap((column) => (column.verdict === 'not-assessed' ? [] : [column]));
  if (compared.size === 0) {
    throw new AppError('bad-input', 'expected columns that both sides have, found none; compare data of one kind');
  }
  return {
    compat: tool,
    reference: { rows: reference.rows, digest: reference.digest },
    current: { rows: current.rows, digest: current.digest },
    columns: Object.fromEntries(compared),
    verdict: assessed.length === 0 ? 'not-assessed' : tools[tool].isDrifted(assessed) ? 'moved' : 'steady',
  };
}

const isAnyDrifted = (columns: readonly CompatColumn[]) => columns.some(({ drifted }) => drifted);

const tools = {
  evidently: { column: evidentlyColumn, isDrifted: evidentlyDataset },
  // These two have no verdict on a dataset: an alert is an alert.
  nannyml: { column: nannymlColumn, isDrifted: isAnyDrifted },
  tfdv: { column: tfdvColumn, isDrifted: isAnyDrifted },
} as const satisfies Record<CompatTool, object>;

/** A column with empty cells is one of floating numbers to pandas, whatever it holds. To tfdv truth values are numbers. */
async function rawColumn(dataset: Dataset, column: Column, tool: CompatTool): Promise<RawColumn> {
  const raw = await readRawColumn(dataset, column);
  if (raw.kind === 'number') {
    const { values, nulls } = raw;
    return { kind: 'number', values, nulls, isWhole: /INT/.test(column.type) && nulls === 0 };
  }
  if (tool !== 'tfdv' || column.kind !== 'boolean') return { kind: 'category', values: raw.values };
  const nulls = raw.values.filter((value) => value === null).length;
  const values = Float64Array.from(raw.values, (value) => (value === null ? Number.NaN : Number(value === 'true')));
  return { kind: 'number', values, nulls, isWhole: nulls === 0 };
}
