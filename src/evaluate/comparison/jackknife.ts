import { type PairedInference, waldInference } from '../../statistics/paired-estimate.ts';
import { reproducibleSum } from '../../statistics/reproducible-sum.ts';
import { metricValue, type ScoreMetric } from '../metrics/metric-value.ts';
import { rowsOf, scoresOf } from '../metrics/scores.ts';
import type { Pair } from './pair.ts';
import type { RowGroups } from './row-groups.ts';

/** Into how many groups rows fall that stand on their own. */
export const jackknifeGroups = 64;

/**
 * The delete-a-group jackknife (Shao and Wu 1989; Kott 2001): the metric is measured anew without each group of rows, which
 * works for any metric, also those that follow from no sums. Null below two groups, or where the metric does not exist
 * without one of them.
 */
export function jackknifeInference(
  metric: ScoreMetric,
  options: { readonly pair: Pair; readonly value: number; readonly groups: RowGroups },
): PairedInference | null {
  const { pair, value, groups } = options;
  const count = groups.keys.length;
  if (count < 2) return null;
  const left = new Float64Array(count);
  for (let group = 0; group < count; group++) {
    const kept = rowsOutside(groups, { group, rows: rowsOf(pair.candidate) });
    const ours = metricValue(metric, scoresOf(pair.candidate, kept));
    const theirs = metricValue(metric, scoresOf(pair.champion, kept));
    if (ours.kind !== 'value' || theirs.kind !== 'value') return null;
    left[group] = ours.value - theirs.value;
  }
  const mean = reproducibleSum(left) / count;
  const squares = reproducibleSum(left.map((one) => (one - mean) ** 2));
  return waldInference({ value, error: Math.sqrt((squares * (count - 1)) / count), degrees: count - 1 });
}

function rowsOutside(
  { groupOf }: RowGroups,
  { group, rows }: { readonly group: number; readonly rows: number },
): Uint32Array {
  let count = 0;
  for (let row = 0; row < rows; row++) if (groupOf[row] !== group) count++;
  const kept = new Uint32Array(count);
  let at = 0;
  for (let row = 0; row < rows; row++) if (groupOf[row] !== group) kept[at++] = row;
  return kept;
}
