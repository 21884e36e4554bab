import { type RocAuc, rocAuc } from '../../statistics/delong.ts';
import { momentsOf, sampleVariance } from '../../statistics/moments.ts';
import { normalQuantile, normalSurvival } from '../../statistics/normal.ts';
import { mixed } from '../../statistics/poisson-bootstrap.ts';
import type { Separation } from './multivariate-report.ts';

/** Below so many rows on one side a classifier has nothing to learn from. */
export const leastSideRows = 100;

const folds = 5;

/** The rows of both sides, the reference's first. */
export interface Sides {
  /** Of each row's content. */
  readonly keys: Uint32Array;
  /** 1 for rows of the current side. */
  readonly isCurrent: Uint8Array;
}

/** One of several parts of the rows, with the scores of a classifier that was trained on the others. */
export interface HeldOut<Score extends (row: number) => number = (row: number) => number> {
  readonly rows: Uint32Array;
  readonly isCurrent: Uint8Array;
  readonly score: Score;
  readonly auc: RocAuc;
}

/**
 * Trains on four fifths of the rows and scores the last fifth, five times. Which fifth a row belongs to is said by its
 * content, so that a row that both sides have is never trained on and asked about.
 */
export function crossFit<Score extends (row: number) => number>(
  sides: Sides,
  train: (rows: Uint32Array) => Score,
): readonly HeldOut<Score>[] {
  const parts = Array.from({ length: folds }, () => [] as number[]);
  for (const [row, key] of sides.keys.entries()) parts[mixed(key ^ 0x5bd1e995) % folds]?.push(row);
  return parts.flatMap((part) => {
    const held = new Set(part);
    const rows = Uint32Array.from(part);
    const isCurrent = Uint8Array.from(part, (row) => sides.isCurrent[row] ?? 0);
    const rest = Uint32Array.from(sides.keys.keys()).filter((row) => !held.has(row));
    const score = train(rest);
    const auc = rocAuc(
      isCurrent,
      Float64Array.from(part, (row) => score(row)),
    );
    return auc === null ? [] : [{ rows, isCurrent, score, auc }];
  });
}

/**
 * By how much the parts vary together beyond what each does alone, because classifiers that share most of their training
 * rows err alike: the factor of the standard error by Nadeau and Bengio ("Inference for the Generalization Error", 2003).
 */
export const sharedTraining = Math.sqrt(1 + folds / (folds - 1));

/**
 * The mean AUC of the parts. Its interval has DeLong's variance; its p-value is one-sided with the variance that ranks
 * have when nothing can be told (Mann and Whitney, 1947, corrected for ties); both errors are widened by sharedTraining.
 */
export function separationOf(parts: readonly HeldOut[], alpha: number): Separation | null {
  if (parts.length === 0) return null;
  const count = parts.length;
  const auc = parts.reduce((sum, part) => sum + part.auc.value, 0) / count;
  const errorOf = (variances: readonly number[]) =>
    (sharedTraining * Math.sqrt(variances.reduce((sum, one) => sum + one, 0))) / count;
  const error = errorOf(parts.map(({ auc: one }) => variance(one)));
  const nullError = errorOf(parts.map(nullVariance));
  const reach = normalQuantile(1 - alpha / 2) * error;
  return {
    auc,
    low: Math.max(0, auc - reach),
    high: Math.min(1, auc + reach),
    pValue: nullError === 0 ? 1 : normalSurvival((auc - 0.5) / nullError),
  };
}

/** DeLong's variance of one AUC. */
function variance({ positives, negatives }: RocAuc): number {
  const part = (values: Float64Array) =>
    values.length < 2 ? 0.25 : sampleVariance(momentsOf(values.length, (at) => values[at] ?? 0)) / values.length;
  return part(positives) + part(negatives);
}

function nullVariance({ rows, isCurrent, score }: HeldOut): number {
  const current = isCurrent.reduce((sum, flag) => sum + flag, 0);
  const reference = rows.length - current;
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(score(row), (counts.get(score(row)) ?? 0) + 1);
  const all = rows.length;
  const ties = [...counts.values()].reduce((sum, count) => sum + (count ** 3 - count), 0) / (all * (all - 1));
  return (all + 1 - ties) / (12 * current * reference);
}
