import { holm } from '../../statistics/holm.ts';
import { stepDownMinimum } from '../../statistics/max-t.ts';
import { momentsOf, sampleVariance } from '../../statistics/moments.ts';
import type { ScoreMetric } from '../metrics/metric-value.ts';
import { additiveForm } from './additive-form.ts';
import { type Grouped, jointReplicates, widenedByGroups } from './group-replicates.ts';
import type { Pair } from './pair.ts';
import type { RowGroups } from './row-groups.ts';

/** One metric of one slice, to be told from its margin. */
export interface JointTest {
  readonly metric: ScoreMetric;
  /** The slice alone, and where its rows stand among all. */
  readonly pair: Pair;
  readonly rows: Uint32Array;
  /** −1 where lower is better. */
  readonly turn: 1 | -1;
  /** How far the gain lies above the margin: negative where the slice is worse by more. */
  readonly distance: number;
  readonly pWorse: number;
}

/**
 * One-sided p-values of all tests adjusted for their number, by redrawing all slices and metrics with the same weights, so
 * that what they share counts once. Tests that cannot be redrawn, or have no spread, are adjusted by Holm's rule, and all
 * are doubled when there are both kinds.
 */
export function jointPValues(
  tests: readonly JointTest[],
  { groups, isClustered }: { readonly groups: RowGroups; readonly isClustered: boolean },
): readonly number[] {
  const factor = isClustered ? widenedByGroups(groups.keys.length)(0.95) : 1;
  const forms = tests.map((test) => groupedTest(test, groups));
  const redrawn = [
    ...jointReplicates(
      forms.filter((form) => form !== null),
      groups.keys,
    ),
  ];
  const drawn = tests.map((test, place) => {
    const replicates = forms[place] === null ? undefined : redrawn.shift();
    return replicates === undefined ? null : drawnTest(test, { replicates, factor });
  });
  const joint = drawn.filter((one) => one !== null);
  const shared = stepDownMinimum(
    joint.map(({ statistic }) => statistic),
    joint.map(({ replicates }) => replicates),
  );
  const alone = holm(tests.filter((_, place) => drawn[place] === null).map(({ pWorse }) => pWorse));
  const times = shared.length > 0 && alone.length > 0 ? 2 : 1;
  const queues = { shared: [...shared], alone: [...alone] };
  return drawn.map((one) => {
    const next = one === null ? queues.alone.shift() : queues.shared.shift();
    return Math.min(1, times * (next ?? 1));
  });
}

function groupedTest({ metric, pair, rows }: JointTest, groups: RowGroups): Grouped | null {
  const difference = additiveForm(metric, pair);
  const groupOf = Uint16Array.from(rows, (row) => groups.groupOf[row] ?? 0);
  return difference && { difference, groupOf, rows: rows.length };
}

function drawnTest(
  { turn, distance }: JointTest,
  { replicates, factor }: { readonly replicates: Float64Array; readonly factor: number },
): { readonly statistic: number; readonly replicates: Float64Array } | null {
  if (!Number.isFinite(factor)) return null;
  const known = replicates.filter((value) => !Number.isNaN(value)).sort();
  if (known.length < 0.95 * replicates.length) return null;
  const moments = momentsOf(known.length, (at) => known[at] ?? 0);
  const error = Math.sqrt(sampleVariance(moments));
  if (!(error > 0)) return null;
  return {
    statistic: distance / (error * factor),
    replicates: replicates.map((value) => (turn * (value - moments.mean)) / error),
  };
}
