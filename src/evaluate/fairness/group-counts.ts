import { type FairnessMetric, fairnessDefinitions, type GroupRate } from './fairness-metric.ts';

/** Weighted counts of one model by group: rows, rows that are positive, rows that are selected, and both. */
export interface GroupCounts {
  readonly rows: Float64Array;
  readonly positive: Float64Array;
  readonly selected: Float64Array;
  readonly both: Float64Array;
}

/** Counts of nothing yet, for so many groups. */
export function emptyGroupCounts(groups: number): GroupCounts {
  return {
    rows: new Float64Array(groups),
    positive: new Float64Array(groups),
    selected: new Float64Array(groups),
    both: new Float64Array(groups),
  };
}

/** Sets all counts back to nothing. */
export function clearGroupCounts(counts: GroupCounts): void {
  counts.rows.fill(0);
  counts.positive.fill(0);
  counts.selected.fill(0);
  counts.both.fill(0);
}

/** Adds one row, or a cell of like rows, by its weight. A row of no group is left out. */
export function addToGroup(
  counts: GroupCounts,
  row: {
    readonly group: number;
    readonly isPositive: boolean;
    readonly isSelected: boolean;
    readonly weight: number;
  },
): void {
  const { group, isPositive, isSelected, weight } = row;
  if (group >= counts.rows.length) return;
  counts.rows[group] = (counts.rows[group] ?? 0) + weight;
  if (isPositive) counts.positive[group] = (counts.positive[group] ?? 0) + weight;
  if (isSelected) counts.selected[group] = (counts.selected[group] ?? 0) + weight;
  if (isPositive && isSelected) counts.both[group] = (counts.both[group] ?? 0) + weight;
}

/** The rows that have part in a rate of a group, and how many of them count. */
export function rateParts(
  rate: GroupRate,
  counts: GroupCounts,
  group: number,
): { readonly hits: number; readonly of: number } {
  const rows = counts.rows[group] ?? 0;
  const positive = counts.positive[group] ?? 0;
  const selected = counts.selected[group] ?? 0;
  const both = counts.both[group] ?? 0;
  switch (rate) {
    case 'selection-rate':
      return { hits: selected, of: rows };
    case 'true-positive-rate':
      return { hits: both, of: positive };
    case 'false-positive-rate':
      return { hits: selected - both, of: rows - positive };
    case 'positive-predictive-value':
      return { hits: both, of: selected };
    default:
      return rate satisfies never;
  }
}

/**
 * A measure over some groups, whose rates are shifted first where shifts are given. NaN where a rate, or the ratio of rates
 * that are all 0, does not exist.
 */
export function disparity(
  metric: FairnessMetric,
  options: {
    readonly counts: GroupCounts;
    readonly groups: readonly number[];
    readonly shifts: Readonly<Record<GroupRate, Float64Array>> | null;
  },
): number {
  const { counts, groups, shifts } = options;
  const { rates, compares } = fairnessDefinitions[metric];
  let widest = Number.NEGATIVE_INFINITY;
  for (const rate of rates) {
    let smallest = Number.POSITIVE_INFINITY;
    let largest = Number.NEGATIVE_INFINITY;
    for (const group of groups) {
      const { hits, of } = rateParts(rate, counts, group);
      if (of <= 0) return Number.NaN;
      const value = hits / of + (shifts?.[rate][group] ?? 0);
      smallest = Math.min(smallest, value);
      largest = Math.max(largest, value);
    }
    if (compares === 'ratio') return largest > 0 ? Math.max(0, smallest) / largest : Number.NaN;
    widest = Math.max(widest, largest - smallest);
  }
  return widest;
}
