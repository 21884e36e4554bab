import { normalQuantile } from '../../statistics/normal.ts';
import { forEachReplicate } from '../../statistics/poisson-bootstrap.ts';
import { onGrid } from '../../statistics/reproducible-sum.ts';
import { studentQuantile } from '../../statistics/student-t.ts';
import type { AdditiveDifference } from './additive-difference.ts';
import { type LabelledCells, replicateCount } from './joint-cells.ts';
import type { RowGroups } from './row-groups.ts';

/** A difference on some rows, with the group of each. */
export interface Grouped {
  readonly difference: AdditiveDifference;
  readonly groupOf: Uint16Array;
  readonly rows: number;
}

/** Replicates of one difference by the cluster bootstrap. */
export function groupReplicates(difference: AdditiveDifference, groups: RowGroups): Float64Array {
  const { groupOf } = groups;
  const [own] = jointReplicates([{ difference, groupOf, rows: groupOf.length }], groups.keys);
  return own ?? new Float64Array();
}

/**
 * Replicates of several differences by one cluster bootstrap: all rows of a group weigh the same in all of them, Poisson(1)
 * by the group's key (Field and Welsh, "Bootstrapping Clustered Data", 2007).
 */
export function jointReplicates(parts: readonly Grouped[], keys: Uint32Array): readonly Float64Array[] {
  const drawn = parts.map((part) => ({
    table: sumsByGroup(part, keys.length),
    sums: new Float64Array(part.difference.width),
    replicates: new Float64Array(replicateCount),
    of: part.difference.of,
  }));
  const counts = new Float64Array(keys.length).fill(1);
  forEachReplicate({ keys, counts }, replicateCount, (weights, replicate) => {
    for (const { table, sums, replicates, of } of drawn) {
      weigh(table, { weights, sums });
      replicates[replicate] = of(sums);
    }
  });
  return drawn.map(({ replicates }) => replicates);
}

function weigh(
  { groups, places, amounts }: GroupSums,
  { weights, sums }: { readonly weights: Float64Array; readonly sums: Float64Array },
): void {
  sums.fill(0);
  for (let at = 0; at < groups.length; at++) {
    const place = places[at] ?? 0;
    sums[place] = (sums[place] ?? 0) + (weights[groups[at] ?? 0] ?? 0) * (amounts[at] ?? 0);
  }
}

/**
 * Calls `visit` with the weights of cells of like rows in each replicate, as forEachReplicate does, but of clustered rows:
 * a cell weighs what its rows' groups weigh.
 */
export function forEachClusterReplicate(
  { cellOfRow, counts }: Pick<LabelledCells, 'cellOfRow' | 'counts'>,
  groups: RowGroups,
  visit: (weights: Float64Array, replicate: number) => void,
): void {
  const difference = {
    width: counts.length,
    addRow: (row: number, add: (place: number, amount: number) => void) => add(cellOfRow[row] ?? 0, 1),
    of: () => 0,
  };
  const part = { difference, groupOf: groups.groupOf, rows: cellOfRow.length };
  const table = sumsByGroup(part, groups.keys.length);
  const sums = new Float64Array(counts.length);
  const ones = new Float64Array(groups.keys.length).fill(1);
  forEachReplicate({ keys: groups.keys, counts: ones }, replicateCount, (weights, replicate) => {
    weigh(table, { weights, sums });
    visit(sums, replicate);
  });
}

/**
 * By how much intervals from few groups must be wider than percentiles: the bootstrap takes the groups for all that there
 * are, and the normal for Student's t.
 */
export function widenedByGroups(groups: number): (confidence: number) => number {
  if (groups < 2) return () => Number.POSITIVE_INFINITY;
  const share = (confidence: number) => (1 + confidence) / 2;
  return (confidence) =>
    Math.sqrt(groups / (groups - 1)) *
    (studentQuantile(share(confidence), groups - 1) / normalQuantile(share(confidence)));
}

/** What each group adds to each sum; what is 0 is left out. */
interface GroupSums {
  readonly groups: Uint16Array;
  readonly places: Uint32Array;
  readonly amounts: Float64Array;
}

function sumsByGroup({ difference, groupOf, rows }: Grouped, groups: number): GroupSums {
  const { width, addRow } = difference;
  const largest = new Float64Array(width);
  const measure = (place: number, amount: number) => {
    largest[place] = Math.max(largest[place] ?? 0, Math.abs(amount));
  };
  for (let row = 0; row < rows; row++) addRow(row, measure);
  const rounded = Array.from(largest, (size) => onGrid(size, rows));
  const dense = new Float64Array(groups * width);
  let base = 0;
  const add = (place: number, amount: number) => {
    dense[base + place] = (dense[base + place] ?? 0) + (rounded[place]?.(amount) ?? amount);
  };
  for (let row = 0; row < rows; row++) {
    base = (groupOf[row] ?? 0) * width;
    addRow(row, add);
  }
  let filled = 0;
  for (const amount of dense) if (amount !== 0) filled++;
  const sums = { groups: new Uint16Array(filled), places: new Uint32Array(filled), amounts: new Float64Array(filled) };
  let at = 0;
  for (const [slot, amount] of dense.entries()) {
    if (amount === 0) continue;
    sums.groups[at] = Math.floor(slot / width);
    sums.places[at] = slot % width;
    sums.amounts[at++] = amount;
  }
  return sums;
}
