import { type Column, columnKind, quoted, vectorType } from './column.ts';
import { largestDimension } from './embedding-profile.ts';

/** A column as DuckDB describes it. */
export interface DescribedColumn {
  readonly name: string;
  readonly type: string;
}

/** The columns of a table with what they mean. A list of numbers is an embedding when every row's is equally long, which is looked up. */
export async function knownColumns(options: {
  readonly described: readonly DescribedColumn[];
  readonly table: string;
  readonly query: (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;
}): Promise<readonly Column[]> {
  const { described, table, query } = options;
  const lists = described.filter(({ type }) => vectorType(type)?.dimension === null);
  const select = lists.flatMap(({ name }, index) => [
    `min(len(${quoted(name)})) AS least${index}`,
    `max(len(${quoted(name)})) AS most${index}`,
  ]);
  const [lengths] = select.length === 0 ? [] : await query(`SELECT ${select.join(', ')} FROM ${quoted(table)}`);
  const dimensionOf = (column: DescribedColumn): number | null => {
    const known = vectorType(column.type)?.dimension ?? null;
    if (known !== null) return known;
    const index = lists.indexOf(column);
    const [least, most] = [lengths?.[`least${index}`], lengths?.[`most${index}`]];
    return least === most && typeof most === 'number' ? most : null;
  };
  return described.map((column): Column => {
    const dimension = vectorType(column.type) === null ? null : dimensionOf(column);
    if (dimension === null || dimension < 2 || dimension > largestDimension)
      return { ...column, kind: columnKind(column.type) };
    return { ...column, kind: 'embedding', embedding: { dimension } };
  });
}
