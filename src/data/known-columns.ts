import { AppError } from '../error.ts';
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
  readonly embeddings: Readonly<Record<string, readonly string[]>>;
}): Promise<readonly Column[]> {
  const { described, table, query, embeddings } = options;
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
  const columns = described.map((column): Column => {
    const dimension = vectorType(column.type) === null ? null : dimensionOf(column);
    if (dimension === null || dimension < 2 || dimension > largestDimension)
      return { ...column, kind: columnKind(column.type) };
    return { ...column, kind: 'embedding', embedding: { dimension } };
  });
  return Object.entries(embeddings).reduce(grouped, columns);
}

/** The columns with some of them put together into one vector, which takes the place of the first. */
function grouped(
  columns: readonly Column[],
  [name, patterns]: readonly [string, readonly string[]],
): readonly Column[] {
  const parts = patterns.flatMap((pattern) => {
    const isMeant = wildcard(pattern);
    const found = columns.map((column) => column.name).filter((column) => isMeant.test(column));
    if (found.length > 0) return found.sort(byNumber);
    throw new AppError(
      'bad-input',
      `expected columns ${pattern} for the embedding ${name}, found none; correct the name or the data`,
    );
  });
  const odd = columns.find(
    (column) => parts.includes(column.name) && column.kind !== 'number' && column.kind !== 'boolean',
  );
  if (odd !== undefined) {
    throw new AppError(
      'bad-input',
      `expected numbers in every column of the embedding ${name}, found ${odd.name} (${odd.type}); leave it out`,
    );
  }
  if (parts.length > largestDimension || columns.some((column) => column.name === name && !parts.includes(name))) {
    throw new AppError(
      'bad-input',
      `expected a new name and at most ${largestDimension} columns for the embedding ${name}, found ${parts.length} columns or a column of that name; correct it`,
    );
  }
  const vector: Column = { name, type: 'DOUBLE[]', kind: 'embedding', embedding: { dimension: parts.length, parts } };
  const first = columns.findIndex((column) => parts.includes(column.name));
  const others = (some: readonly Column[]) => some.filter((column) => !parts.includes(column.name));
  return [...others(columns.slice(0, first)), vector, ...others(columns.slice(first))];
}

/** `*` stands for any text. */
function wildcard(pattern: string): RegExp {
  const literal = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`, 's');
}

/** `x_2` before `x_10`. */
function byNumber(a: string, b: string): number {
  const [x, y] = [/\d+$/.exec(a)?.[0], /\d+$/.exec(b)?.[0]];
  return x !== undefined && y !== undefined && x !== y ? Number(x) - Number(y) : a < b ? -1 : 1;
}
