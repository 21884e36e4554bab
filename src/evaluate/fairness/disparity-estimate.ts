import { bootstrapEstimate, quantile } from '../../statistics/poisson-bootstrap.ts';
import { replicateCount } from '../comparison/joint-cells.ts';
import type { Difference } from '../difference.ts';
import { bareReach } from './bare-rates.ts';
import { type FairnessMetric, fairnessDefinitions, type GroupRate } from './fairness-metric.ts';
import type { Disparity } from './fairness-report.ts';
import { disparity, type GroupCounts } from './group-counts.ts';
import { levelling, shrinkage } from './shrinkage.ts';

/** What one measure of one model is in each bootstrap replicate. */
export interface Replicates {
  /** As drawn. */
  readonly plain: Float64Array;
  /** Around rates that are shrunk to what chance does not explain. */
  readonly shrunk: Float64Array;
  /** Around one rate for all groups: what chance alone shows. */
  readonly level: Float64Array;
  /** The measure of the shrunk rates themselves. */
  readonly centre: number;
  /** The measure of groups that are all alike. */
  readonly equal: 0 | 1;
}

/** The replicates of both models, drawn with the same weights. */
export interface PairedReplicates {
  readonly candidate: Replicates;
  readonly champion: Replicates;
  /** How far the measure can have changed at most, as measured and by chance alone in each replicate. */
  readonly change: {
    readonly measured: number;
    readonly chance: Float64Array;
    /** The fewest cases of a rate in a group of which both models say the same; null when they differ in every group. */
    readonly fewestUnmoved: number | null;
  };
}

/** Takes the replicates of one measure of one model, one by one. */
export function replicateSheet(options: {
  readonly metric: FairnessMetric;
  readonly groups: readonly number[];
  /** Those of the model as measured. */
  readonly counts: GroupCounts;
  readonly assessed: Readonly<Record<GroupRate, readonly number[]>>;
}): { readonly replicates: Replicates; add(counts: GroupCounts, replicate: number): void } {
  const { metric, groups, assessed } = options;
  const shrunkShifts = shrinkage(options.counts, assessed);
  const levelShifts = levelling(options.counts, assessed);
  const replicates = {
    plain: new Float64Array(replicateCount),
    shrunk: new Float64Array(replicateCount),
    level: new Float64Array(replicateCount),
    centre: disparity(metric, { counts: options.counts, groups, shifts: shrunkShifts }),
    equal: fairnessDefinitions[metric].compares === 'ratio' ? 1 : 0,
  } as const;
  return {
    replicates,
    add(counts, replicate) {
      replicates.plain[replicate] = disparity(metric, { counts, groups, shifts: null });
      replicates.shrunk[replicate] = disparity(metric, { counts, groups, shifts: shrunkShifts });
      replicates.level[replicate] = disparity(metric, { counts, groups, shifts: levelShifts });
    },
  };
}

/**
 * A measure with its interval. Chance alone drives groups apart, so what is measured errs towards inequality: the value is
 * corrected by what the replicates around the shrunk rates show of that. As nobody knows how much of the spread is chance,
 * the interval takes the careful side at either end. Towards inequality it ends where the bootstrap of the measured rates
 * does; towards equality it reaches at least as far as groups that are all alike are driven apart, which holds for any
 * number of groups at once (Tukey’s range, by bootstrap).
 */
export function disparityEstimate(options: {
  readonly metric: FairnessMetric;
  readonly counts: GroupCounts;
  readonly groups: readonly number[];
  readonly replicates: Replicates;
  readonly confidence: number;
}): Disparity {
  const { metric, counts, groups, replicates, confidence } = options;
  const raw = disparity(metric, { counts, groups, shifts: null });
  if (!Number.isFinite(raw)) {
    return { kind: 'failed', reason: 'nobody is selected in any group, so the rates have no ratio' };
  }
  const plain = bootstrapEstimate(within(2 * raw - meanOf(replicates.plain)), replicates.plain, confidence);
  const level = known(replicates.level);
  if (plain === null || level.length < 2) return { kind: 'missing', reason: 'too few rows for an interval' };
  const value = within(raw - (meanOf(replicates.shrunk) - replicates.centre));
  const isRatio = fairnessDefinitions[metric].compares === 'ratio';
  const chance = isRatio
    ? { low: 0, high: 1 - quantile(level, (1 - confidence) / 2) }
    : { low: quantile(level, (1 + confidence) / 2), high: 0 };
  const bare = bareReach(metric, { counts, groups, confidence }) ?? { low: value, high: value };
  const low = Math.min(value, plain.low, raw - chance.low, bare.low);
  const high = Math.max(value, plain.high, raw + chance.high, bare.high);
  return { kind: 'value', value, raw, low: within(low), high: within(high) };
}

/**
 * What changed between the models, on the same replicates. How much chance adds to either measure is known only to lie
 * between what the replicates around measured, shrunk and, where they may be, equal rates show, and so is how much the
 * measures vary; the interval allows for all. But it never reaches further than the rates of the groups themselves changed:
 * models that say nearly the same cannot differ much, however little is known of either.
 */
export function differenceEstimate(options: {
  readonly candidate: Disparity;
  readonly champion: Disparity;
  readonly replicates: PairedReplicates;
  readonly confidence: number;
  readonly isSame: boolean;
}): Difference | null {
  const { candidate, champion, replicates, confidence } = options;
  if (candidate.kind !== 'value' || champion.kind !== 'value') return null;
  const method = 'paired Poisson bootstrap, corrected for bias';
  const value = candidate.value - champion.value;
  if (options.isSame) return { value, low: 0, high: 0, confidence, pValue: null, method: 'the same model' };
  const ours = biases({ raw: candidate.raw, replicates: replicates.candidate }, confidence);
  const theirs = biases({ raw: champion.raw, replicates: replicates.champion }, confidence);
  const raw = candidate.raw - champion.raw;
  const centres = [raw - ours.high + theirs.low, raw - ours.low + theirs.high];
  const estimates = (['plain', 'shrunk', 'level'] as const).flatMap((kind) => {
    const rivals = replicates.champion[kind];
    const drawn = replicates.candidate[kind].map((first, at) => first - (rivals[at] ?? Number.NaN));
    return centres.map((centre) => bootstrapEstimate(centre, drawn, confidence));
  });
  const found = estimates.filter((estimate) => estimate !== null);
  if (found.length < estimates.length) return null;
  const { measured, chance, fewestUnmoved } = replicates.change;
  // Among n cases without an event, one of a share of −ln(α)/n may just not have been seen (the rule of three).
  const unseen = fewestUnmoved === null ? 0 : -Math.log((1 - confidence) / 2) / fewestUnmoved;
  const furthest = measured + quantile(known(chance), (1 + confidence) / 2) + unseen;
  const low = Math.min(...found.map((one) => one.low)) - unseen;
  const high = Math.max(...found.map((one) => one.high)) + unseen;
  return {
    value,
    low: Math.min(value, Math.max(0 - furthest, low)),
    high: Math.max(value, Math.min(furthest, high)),
    confidence,
    pValue: null,
    method,
  };
}

/** How much of a measure may be chance: at least and at most, with their signs. */
function biases(
  { raw, replicates }: { readonly raw: number; readonly replicates: Replicates },
  confidence: number,
): { readonly low: number; readonly high: number } {
  const { plain, shrunk, level, centre, equal } = replicates;
  const found = [meanOf(plain) - raw, meanOf(shrunk) - centre];
  const drawn = known(level);
  // Groups that may all be alike owe chance all that it shows of groups that are.
  const isWithin = raw >= quantile(drawn, (1 - confidence) / 2) && raw <= quantile(drawn, (1 + confidence) / 2);
  if (isWithin) found.push(meanOf(level) - equal);
  return { low: Math.min(...found), high: Math.max(...found) };
}

function known(replicates: Float64Array): Float64Array {
  return replicates.filter((replicate) => !Number.isNaN(replicate)).sort();
}

function meanOf(replicates: Float64Array): number {
  const values = known(replicates);
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function within(share: number): number {
  return Math.min(1, Math.max(0, share));
}
