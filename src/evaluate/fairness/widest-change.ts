import { type FairnessMetric, fairnessDefinitions } from './fairness-metric.ts';
import { type GroupCounts, rateParts } from './group-counts.ts';

/** How much each assessed group's rate differs between the models, candidate − champion: one list for each rate of a measure. */
export type RateChanges = readonly Float64Array[];

/** Counts of both models over the same rows. */
export interface PairedCounts {
  readonly candidate: GroupCounts;
  readonly champion: GroupCounts;
}

/** The changes of the rates that a measure compares. */
export function rateChanges(
  metric: FairnessMetric,
  { counts, groups }: { readonly counts: PairedCounts; readonly groups: readonly number[] },
): RateChanges {
  return fairnessDefinitions[metric].rates.map((rate) =>
    Float64Array.from(groups, (group) => {
      const [ours, theirs] = [rateParts(rate, counts.candidate, group), rateParts(rate, counts.champion, group)];
      return ours.hits / ours.of - theirs.hits / theirs.of;
    }),
  );
}

/**
 * The furthest that a measure can have changed when its rates changed by this much in each group. A distance between rates
 * changes by at most the distance between their changes; a ratio by at most twice the largest change, over the largest rate.
 */
export function widestChange(
  metric: FairnessMetric,
  options: { readonly changes: RateChanges; readonly less: RateChanges | null; readonly largest: number },
): number {
  const { changes, less, largest } = options;
  const isRatio = fairnessDefinitions[metric].compares === 'ratio';
  let widest = 0;
  for (const [rate, list] of changes.entries()) {
    let lowest = Number.POSITIVE_INFINITY;
    let highest = Number.NEGATIVE_INFINITY;
    for (const [place, change] of list.entries()) {
      const value = change - (less?.[rate]?.[place] ?? 0);
      lowest = Math.min(lowest, value);
      highest = Math.max(highest, value);
    }
    const reach = isRatio ? (2 * Math.max(Math.abs(lowest), Math.abs(highest))) / largest : highest - lowest;
    widest = Math.max(widest, reach);
  }
  return widest;
}

/** The largest rate of either model: what a ratio is taken of. */
export function largestRate(
  metric: FairnessMetric,
  { counts, groups }: { readonly counts: PairedCounts; readonly groups: readonly number[] },
): number {
  const [rate] = fairnessDefinitions[metric].rates;
  const rates = [counts.candidate, counts.champion].flatMap((model) =>
    groups.map((group) => {
      const { hits, of } = rateParts(rate, model, group);
      return hits / of;
    }),
  );
  return Math.max(...rates);
}
