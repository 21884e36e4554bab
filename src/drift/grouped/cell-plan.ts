import type { ColumnProfile, NumberProfile, StringProfile } from '../../data/profile-document.ts';
import { isNumberProfile } from '../../data/profile-document.ts';
import { categoryGroups, fineCells, joinedGroups, mostCells } from '../cells.ts';
import { total } from '../sample.ts';

/**
 * Into which cells the values of one column fall, on both sides alike: fine enough that the cells of every statistic are
 * sums of them, and so few that they can be counted for a thousand groups of rows. After the cells of values come one each
 * for NaN, infinity and minus infinity (numbers only), and the last one is for rows without a value.
 */
export type CellPlan = {
  readonly name: string;
  /** All cells, with the special one and that of empty values. */
  readonly cells: number;
  /** For the test, for distances, and for the stability index: to which of their cells each cell of values belongs. */
  readonly tested: readonly number[];
  readonly distances: readonly number[];
  readonly stability: readonly number[];
} & (
  | {
      readonly kind: 'number';
      /** The lowest value of each cell but the first: below zero the cell begins just above it. */
      readonly starts: readonly number[];
    }
  | { readonly kind: 'listed'; readonly cellOf: ReadonlyMap<string, number>; readonly rest: number }
  | { readonly kind: 'hashed'; readonly cellOfBucket: readonly number[] }
);

/** The cells of a column; null where its two sides cannot be compared by cells. */
export function cellPlan(reference: ColumnProfile, current: ColumnProfile): CellPlan | null {
  if (isNumberProfile(reference) && isNumberProfile(current) && reference.kind === current.kind) {
    return reference.kind === 'timestamp' ? null : numberPlan(reference, current);
  }
  if (reference.kind === 'string' && current.kind === 'string') return textPlan(reference, current);
  return null;
}

function numberPlan(reference: NumberProfile, current: NumberProfile): CellPlan | null {
  const fine = fineCells(reference, current);
  const hasBoth = total(fine.reference) > 0 && total(fine.current) > 0;
  const most = hasBoth ? mostCells(fine) : 0;
  const groups = (count: number, by: 'pooled' | 'mixture') =>
    hasBoth ? joinedGroups({ cells: fine, most: count, by }) : fine.reference.map((_, cell) => cell);
  const kept = overlaid([groups(most, 'pooled'), groups(most, 'mixture'), groups(10, 'mixture')]);
  const starts = kept.first.slice(1).map((cell) => fine.low[cell] ?? 0);
  const [tested = [], distances = [], stability = []] = kept.groups.map((each) => {
    const next = each.reduce((most, group) => Math.max(most, group + 1), 0);
    return [...each, next, next + 1, next + 2];
  });
  const cells = kept.first.length + 4;
  return { kind: 'number', name: reference.name, cells, tested, distances, stability, starts };
}

function textPlan(reference: StringProfile, current: StringProfile): CellPlan | null {
  if (reference.count === 0 || current.count === 0) return null;
  const both = { reference: reference.categories, current: current.categories };
  const pooled = categoryGroups({ ...both, by: 'pooled' });
  const mixture = categoryGroups({ ...both, by: 'mixture' });
  const kept = overlaid([pooled.groups, mixture.groups]);
  const [tested = [], distances = []] = kept.groups;
  const shared = { name: reference.name, cells: kept.first.length + 1, tested, distances, stability: distances };
  if (pooled.labels === null) return { ...shared, kind: 'hashed', cellOfBucket: kept.cellOf };
  const cellOf = new Map(pooled.labels.map((label, at) => [label, kept.cellOf[at] ?? 0]));
  return { ...shared, kind: 'listed', cellOf, rest: kept.first.length - 1 };
}

/** The coarsest cells that all of some groupings are sums of, numbered by first appearance. */
function overlaid(groupings: readonly (readonly number[])[]): {
  readonly cellOf: readonly number[];
  /** The first of the original cells in each. */
  readonly first: readonly number[];
  readonly groups: readonly (readonly number[])[];
} {
  const known = new Map<string, number>();
  const first: number[] = [];
  const cellOf = (groupings[0] ?? []).map((_, at) => {
    const key = groupings.map((groups) => groups[at]).join(' ');
    const cell = known.get(key) ?? known.size;
    if (!known.has(key)) first.push(at);
    known.set(key, cell);
    return cell;
  });
  return { cellOf, first, groups: groupings.map((groups) => first.map((at) => groups[at] ?? 0)) };
}
