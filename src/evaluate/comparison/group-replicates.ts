import { normalQuantile } from '../../statistics/normal.ts';
import { forEachReplicate } from '../../statistics/poisson-bootstrap.ts';
import { onGrid } from '../../statistics/reproducible-sum.ts';
import { studentQuantile } from '../../statistics/student-t.ts';
import type { AdditiveDifference } from './additive-difference.ts';
import { replicateCount } from './joint-cells.ts';
import type { RowGroups } from './row-groups.ts';

/**
 * Replicates of the cluster bootstrap: all rows of a group weigh the same, Poisson(1) by the group's key (Field and Welsh,
 * "Bootstrapping Clustered Data", 2007). Only `rows` have part, where they are given.
 */
export function groupReplicates(
  difference: AdditiveDifference,
  options: { readonly groups: RowGroups; readonly rows: number | Uint32Array },
): Float64Array {
  const { groups } = options;
  const table = sumsByGroup(difference, options);
  const sums = new Float64Array(difference.width);
  const replicates = new Float64Array(replicateCount);
  const counts = new Float64Array(groups.keys.length).fill(1);
  forEachReplicate({ keys: groups.keys, counts }, replicateCount, (weights, replicate) => {
    sums.fill(0);
    for (let group = 0; group < weights.length; group++) {
      const weight = weights[group] ?? 0;
      if (weight === 0) continue;
      const end = table.starts[group + 1] ?? 0;
      for (let at = table.starts[group] ?? 0; at < end; at++) {
        const place = table.places[at] ?? 0;
        sums[place] = (sums[place] ?? 0) + weight * (table.amounts[at] ?? 0);
      }
    }
    replicates[replicate] = difference.of(sums);
  });
  return replicates;
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

/** The sums of each group, those that are 0 left out. */
function sumsByGroup(
  difference: AdditiveDifference,
  { groups, rows }: { readonly groups: RowGroups; readonly rows: number | Uint32Array },
): { readonly starts: Uint32Array; readonly places: Uint32Array; readonly amounts: Float64Array } {
  const { width, addRow } = difference;
  const dense = new Float64Array(groups.keys.length * width);
  const count = typeof rows === 'number' ? rows : rows.length;
  const rowAt = (at: number) => (typeof rows === 'number' ? at : (rows[at] ?? 0));
  const largest = new Float64Array(width);
  const measure = (place: number, amount: number) => {
    largest[place] = Math.max(largest[place] ?? 0, Math.abs(amount));
  };
  for (let at = 0; at < count; at++) addRow(rowAt(at), measure);
  const rounded = Array.from(largest, (size) => onGrid(size, count));
  let base = 0;
  const add = (place: number, amount: number) => {
    dense[base + place] = (dense[base + place] ?? 0) + (rounded[place]?.(amount) ?? amount);
  };
  for (let at = 0; at < count; at++) {
    base = (groups.groupOf[rowAt(at)] ?? 0) * width;
    addRow(rowAt(at), add);
  }
  let filled = 0;
  for (const amount of dense) if (amount !== 0) filled++;
  const starts = new Uint32Array(groups.keys.length + 1);
  const places = new Uint32Array(filled);
  const amounts = new Float64Array(filled);
  let at = 0;
  for (let group = 0; group < groups.keys.length; group++) {
    for (let place = 0; place < width; place++) {
      const amount = dense[group * width + place] ?? 0;
      if (amount === 0) continue;
      places[at] = place;
      amounts[at++] = amount;
    }
    starts[group + 1] = at;
  }
  return { starts, places, amounts };
}
