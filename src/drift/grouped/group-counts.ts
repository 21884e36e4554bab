import { asNumber, type Column, literal, quoted } from '../../data/column.ts';
import type { Dataset } from '../../data/dataset.ts';
import { labelOf } from '../../data/label.ts';
import type { CellPlan } from './cell-plan.ts';

/** The cells of one column counted for each group of rows: group → counts by cell. */
export type GroupCounts = ReadonlyMap<string, Float64Array>;

/** So many columns are counted in one scan. */
const columnsAtOnce = 8;

/**
 * Counts the cells of columns for each group of rows, in one scan of the data for eight columns. `group` is an SQL
 * expression; rows for which it is null are left out. The counts of shards add up to those of the whole.
 */
export async function groupCounts(
  dataset: Dataset,
  options: { readonly group: string; readonly plans: readonly CellPlan[] },
): Promise<ReadonlyMap<string, GroupCounts>> {
  const columns = new Map(dataset.columns.map((column) => [column.name, column]));
  const known = options.plans.flatMap((plan) => {
    const column = columns.get(plan.name);
    return column === undefined ? [] : [{ plan, column }];
  });
  const counted = new Map<string, GroupCounts>();
  for (let from = 0; from < known.length; from += columnsAtOnce) {
    await countSome({ dataset, group: options.group, planned: known.slice(from, from + columnsAtOnce), counted });
  }
  return counted;
}

interface Planned {
  readonly plan: CellPlan;
  readonly column: Column;
}

async function countSome(options: {
  readonly dataset: Dataset;
  readonly group: string;
  readonly planned: readonly Planned[];
  readonly counted: Map<string, GroupCounts>;
}): Promise<void> {
  const { dataset, group, planned, counted } = options;
  const own = ownNames(dataset);
  const cells = planned.map(
    ({ plan, column }, at) => `${cellExpression(plan, column, own(`cell ${at}`))} AS ${own(`c${at}`)}`,
  );
  const names = planned.map((_, at) => own(`c${at}`));
  const of = own('group');
  // Groups are numbered before names are looked up, since a join may change the order of rows.
  const rows = await dataset.query(
    `SELECT ${names.map((name, at) => `${name} AS c${at}`).join(', ')}, ${of}::VARCHAR AS g, count(*)::DOUBLE AS n
       FROM (SELECT ${of}, ${cells.join(', ')} FROM (SELECT *, ${group} AS ${of} FROM data)
         ${planned.map(({ plan, column }, at) => cellJoin({ plan, column, own, at })).join(' ')})
       WHERE ${of} IS NOT NULL GROUP BY GROUPING SETS (${names.map((name) => `(${of}, ${name})`).join(', ')})`,
  );
  const found = planned.map(() => new Map<string, Float64Array>());
  for (const row of rows) {
    const at = planned.findIndex((_, column) => row[`c${column}`] !== null);
    const name = String(row['g']);
    const ofColumn = found[at];
    const counts = ofColumn?.get(name) ?? new Float64Array(planned[at]?.plan.cells ?? 0);
    counts[Number(row[`c${at}`])] = Number(row['n']);
    ofColumn?.set(name, counts);
  }
  for (const [at, { plan }] of planned.entries()) counted.set(plan.name, found[at] ?? new Map());
}

/** Names that no column of the data has, whatever they are called. */
function ownNames(dataset: Dataset): (name: string) => string {
  let prefix = '·';
  while (dataset.columns.some(({ name }) => name.startsWith(prefix))) prefix += '·';
  return (name) => quoted(`${prefix}${name}`);
}

/** The table in which the categories of a column are looked up. */
function cellJoin(options: {
  readonly plan: CellPlan;
  readonly column: Column;
  readonly own: (name: string) => string;
  readonly at: number;
}): string {
  const { plan, column, own, at } = options;
  if (plan.kind !== 'listed' || plan.cellOf.size === 0) return '';
  const entries = [...plan.cellOf].map(([name, cell]) => `(${literal(name)}, ${cell})`);
  const label = labelOf(`${quoted(column.name)}::VARCHAR`);
  const [name, cell] = [own(`label ${at}`), own(`cell ${at}`)];
  return `LEFT JOIN (VALUES ${entries.join(', ')}) AS ${own(`names ${at}`)}(${name}, ${cell}) ON ${name} = ${label}`;
}

/** The cell of a row's value as SQL; never null. `found` is the column of what cellJoin() looked up. */
function cellExpression(plan: CellPlan, column: Column, found: string): string {
  const none = plan.cells - 1;
  switch (plan.kind) {
    case 'number': {
      const value = asNumber(column);
      const special = plan.starts.length + 1;
      return `CASE WHEN (${value}) IS NULL THEN ${none} WHEN isnan(${value}) THEN ${special}
        WHEN ${value} = 'infinity'::DOUBLE THEN ${special + 1} WHEN ${value} = '-infinity'::DOUBLE THEN ${special + 2}
        ELSE ${searchTree(plan.starts, value)} END`;
    }
    case 'hashed': {
      const bucket = `(('0x' || md5(${labelOf(`${quoted(column.name)}::VARCHAR`)})[1:3])::INTEGER >> 2)`;
      const cell = `([${plan.cellOfBucket.join(', ')}])[${bucket} + 1]`;
      return `CASE WHEN ${quoted(column.name)} IS NULL THEN ${none} ELSE ${cell} END`;
    }
    case 'listed': {
      const cell = plan.cellOf.size === 0 ? String(plan.rest) : `coalesce(${found}, ${plan.rest})`;
      return `CASE WHEN ${quoted(column.name)} IS NULL THEN ${none} ELSE ${cell} END`;
    }
    default:
      return plan satisfies never;
  }
}

/** A binary search through rising starts of cells, as nested conditions. */
function searchTree(starts: readonly number[], value: string, from = 0): string {
  if (starts.length === 0) return String(from);
  const middle = starts.length >> 1;
  const start = starts[middle] ?? 0;
  // The bins of a profile hold their end nearer to zero: below zero the upper one.
  const condition = `(${value}) ${start < 0 ? '>' : '>='} (${start})::DOUBLE`;
  const above = searchTree(starts.slice(middle + 1), value, from + middle + 1);
  return `CASE WHEN ${condition} THEN ${above} ELSE ${searchTree(starts.slice(0, middle), value, from)} END`;
}
