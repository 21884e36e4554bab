import type { Interval } from '../src/rollout/evidence.ts';
import { normalTwoSided } from '../src/statistics/normal.ts';
import { minutesPerStep } from './judge-traffic.ts';

/** The minute, from 1, at which a rule rolls back; null when it never does. */
export type Rule = (evidence: readonly Interval[]) => number | null;

interface Arms {
  readonly n: number;
  readonly x: number;
  readonly championN: number;
  readonly championX: number;
}

/** The rules that others ship, as they are documented or as their sources say, on one error rate looked at once a minute. */
export const peers: Readonly<Record<string, Rule>> = {
  'Argo Rollouts style: candidate above 1.2 × champion once': thresholdRatio(1.2, 0),
  'the same, more than 3 times': thresholdRatio(1.2, 3),
  'Flagger style: above 1 % in 5 checks': thresholdRate(0.01, 5),
  'pooled z test, p < .05 at each look': pooledZ(0.05),
  'Kayenta style: Mann–Whitney after each step': mannWhitney,
};

/** An AnalysisTemplate with `failureCondition: result > 1.2`: fails when more measurements than the limit fail; NaN fails none. */
function thresholdRatio(factor: number, failureLimit: number): Rule {
  return (evidence) => {
    let failures = 0;
    return firstMinute(evidence, ({ n, x, championN, championX }) => {
      if (x / n / (championX / championN) > factor) failures += 1;
      return failures > failureLimit;
    });
  };
}

/** A canary with `thresholdRange.max` and `threshold`: failed checks add up, and are not forgotten. */
function thresholdRate(most: number, threshold: number): Rule {
  return (evidence) => {
    let failed = 0;
    return firstMinute(evidence, ({ n, x }) => {
      if (x / n > most) failed += 1;
      return failed >= threshold;
    });
  };
}

/** The test of two proportions on all counts so far, thrown together. */
function pooledZ(alpha: number): Rule {
  return (evidence) => {
    const sum = { n: 0, x: 0, championN: 0, championX: 0 };
    return firstMinute(evidence, ({ n, x, championN, championX }) => {
      sum.n += n;
      sum.x += x;
      sum.championN += championN;
      sum.championX += championX;
      const rate = (sum.x + sum.championX) / (sum.n + sum.championN);
      const difference = sum.x / sum.n - sum.championX / sum.championN;
      const error = Math.sqrt(rate * (1 - rate) * (1 / sum.n + 1 / sum.championN));
      return difference > 0 && normalTwoSided(difference / error) < alpha;
    });
  };
}

/**
 * NetflixACAJudge: the 98 % interval of Mann and Whitney of the minutes' error rates; High when its lower end is above a quarter
 * of the Hodges–Lehmann estimate and the ratio of the means is above 1. It is asked after each step, of all minutes so far.
 */
function mannWhitney(evidence: readonly Interval[]): number | null {
  const points: { readonly candidate: number; readonly champion: number }[] = [];
  return firstMinute(evidence, ({ n, x, championN, championX }, minute) => {
    points.push({ candidate: x / n, champion: championX / championN });
    if (minute % minutesPerStep !== 0) return false;
    const [candidate, champion] = [points.map((one) => one.candidate), points.map((one) => one.champion)].map((rates) =>
      rates.filter((rate) => !Number.isNaN(rate)),
    );
    return candidate !== undefined && champion !== undefined && isHigh(candidate, champion);
  });
}

function isHigh(candidate: readonly number[], champion: readonly number[]): boolean {
  const [m, n] = [candidate.length, champion.length];
  const differences = candidate.flatMap((one) => champion.map((other) => one - other)).sort((a, b) => a - b);
  const estimate = differences[Math.floor((m * n) / 2)] ?? 0;
  const z98 = 2.3263478740408408;
  const below = Math.floor((m * n) / 2 - z98 * Math.sqrt((m * n * (m + n + 1)) / 12));
  const lower = differences[Math.max(0, below)] ?? 0;
  return lower > 0.25 * Math.abs(estimate) && mean(candidate) / mean(champion) > 1;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Minutes are counted on also when nothing came; those before any traffic moved are not looked at. */
function firstMinute(evidence: readonly Interval[], fails: (arms: Arms, minute: number) => boolean): number | null {
  for (const { interval, weight, metrics } of evidence) {
    const [candidate, champion] = [metrics['errors']?.candidate, metrics['errors']?.champion];
    if (weight <= 0 || candidate === undefined || champion === undefined) continue;
    if (!('x' in candidate && 'x' in champion)) continue;
    const arms = { n: candidate.n, x: candidate.x, championN: champion.n, championX: champion.x };
    if (fails(arms, interval + 1)) return interval + 1;
  }
  return null;
}
