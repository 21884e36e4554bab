import { z } from 'zod';
import { AppError } from '../error.ts';
import { hashOf } from './category-counts.ts';
import { registers } from './distinct.ts';

const Count = z.number().int().nonnegative();
const Name = z.string().max(200);
const Label = z.string().max(100);

/** Up to so many cells of a contingency table are counted one by one. */
export const cellLimit = 2000;

/** Each side of a hashed table has so many classes. */
const side = 32;

const NumberPair = z.strictObject({
  kind: z.literal('numbers'),
  x: Name,
  y: Name,
  /** Rows in which both are finite numbers. */
  count: Count,
  /** Means, sums of squared deviations and of their products; null without rows and where sums overflow. */
  moments: z
    .strictObject({
      meanX: z.number(),
      meanY: z.number(),
      squaresX: z.number().nonnegative(),
      squaresY: z.number().nonnegative(),
      products: z.number(),
    })
    .nullable(),
});

const CategoryPair = z.strictObject({
  kind: z.literal('categories'),
  x: Name,
  y: Name,
  /** Rows in which both have a value. */
  count: Count,
  table: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('listed'),
      /** By label of x, then of y, in the order of code units. */
      cells: z.array(z.tuple([Label, Label, z.number().int().positive()])).max(cellLimit),
    }),
    /** 32 × 32 classes: the first five bits of each label's MD5, that of x first. */
    z.strictObject({ kind: z.literal('hashed'), cells: z.array(Count).length(registers) }),
  ]),
});

/** How two columns go together: made on request only. */
export const PairProfile = z.discriminatedUnion('kind', [NumberPair, CategoryPair]);
export type PairProfile = z.infer<typeof PairProfile>;
/** Two columns of numbers, booleans or points in time. */
export type NumberPair = z.infer<typeof NumberPair>;
/** Two columns of texts. */
export type CategoryPair = z.infer<typeof CategoryPair>;
type Table = CategoryPair['table'];
type Cell = readonly [string, string, number];

/** Pearson's correlation of two number columns; null when one of them does not vary. */
export function correlation({ moments }: NumberPair): number | null {
  if (moments === null || moments.squaresX === 0 || moments.squaresY === 0) return null;
  // Each root on its own: the product of two large sums of squares overflows.
  const value = moments.products / Math.sqrt(moments.squaresX) / Math.sqrt(moments.squaresY);
  return Math.max(-1, Math.min(1, value));
}

/** The pair over the rows of both. Throws `bad-input` when they are not of the same columns and kind. */
export function mergePairs(a: PairProfile, b: PairProfile): PairProfile {
  // A pair without rows has no kind of its own.
  if (a.kind !== b.kind && (a.count === 0 || b.count === 0)) return a.count === 0 ? b : a;
  if (a.kind === 'numbers' && b.kind === 'numbers') return mergeNumbers(a, b);
  if (a.kind === 'categories' && b.kind === 'categories') {
    return { ...a, count: a.count + b.count, table: mergeTables(a.table, b.table) };
  }
  throw new AppError(
    'bad-input',
    `expected the pair ${a.x} and ${a.y} to be of one kind, found ${a.kind} and ${b.kind}; profile files of one schema`,
  );
}

/** A table in its one form: listed while it is small enough. */
export function tableOf(cells: readonly Cell[]): Table {
  const sums = new Map<string, [string, string, number]>();
  for (const [x, y, count] of cells) {
    const key = JSON.stringify([x, y]);
    sums.set(key, [x, y, (sums.get(key)?.[2] ?? 0) + count]);
  }
  const listed = [...sums.values()].sort((a, b) => order(a[0], b[0]) || order(a[1], b[1]));
  return listed.length <= cellLimit
    ? { kind: 'listed', cells: listed }
    : hashedTable({ kind: 'listed', cells: listed });
}

/** The same table by hash, whatever its form. */
export function hashedTable(table: Table): Table & { readonly kind: 'hashed' } {
  if (table.kind === 'hashed') return table;
  const cells = new Array<number>(registers).fill(0);
  for (const [x, y, count] of table.cells) {
    const at = hashedCell(x, y);
    cells[at] = (cells[at] ?? 0) + count;
  }
  return { kind: 'hashed', cells };
}

/** Where two labels fall in a hashed table. */
function hashedCell(x: string, y: string): number {
  return (hashOf(x).bucket >> 5) * side + (hashOf(y).bucket >> 5);
}

function mergeTables(a: Table, b: Table): Table {
  if (a.kind === 'listed' && b.kind === 'listed') return tableOf([...a.cells, ...b.cells]);
  const other = hashedTable(b).cells;
  return { kind: 'hashed', cells: hashedTable(a).cells.map((count, at) => count + (other[at] ?? 0)) };
}

function mergeNumbers(a: NumberPair, b: NumberPair): NumberPair {
  const count = a.count + b.count;
  if (a.count === 0 || b.count === 0) return { ...a, count, moments: a.count === 0 ? b.moments : a.moments };
  if (a.moments === null || b.moments === null) return { ...a, count, moments: null };
  const [p, q] = [a.moments, b.moments];
  const share = (a.count * b.count) / count;
  const [byX, byY] = [q.meanX - p.meanX, q.meanY - p.meanY];
  const moments = {
    meanX: p.meanX * (a.count / count) + q.meanX * (b.count / count),
    meanY: p.meanY * (a.count / count) + q.meanY * (b.count / count),
    squaresX: p.squaresX + q.squaresX + byX * byX * share,
    squaresY: p.squaresY + q.squaresY + byY * byY * share,
    products: p.products + q.products + byX * byY * share,
  };
  return { ...a, count, moments: Object.values(moments).every(Number.isFinite) ? moments : null };
}

function order(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
