import type { RolloutMetricPolicy } from '../../policy/rollout-metric-policy.ts';
import {
  logOneSidedNormalMixture,
  logTwoSidedNormalMixture,
  mixturePrecision,
} from '../../statistics/anytime/normal-mixture.ts';
import type { ArmCounts } from '../evidence.ts';
import type { MetricWatch } from './metric-watch.ts';

/** The mixture is tightest after so many intervals. */
const tightest = 20;

/** Two sums of an interval: what is above and below the line. */
interface Sums {
  readonly above: number;
  readonly below: number;
}

/**
 * Watches one sum over another (revenue over sessions). Of each interval only the two sums are known, so the interval is the unit: the
 * contrast of the arms, scaled by those before it, with its own square as its variance. That is an exact e-process for
 * increments that are symmetric given the past (de la Peña, Ann. Prob. 1999), however heavy their tails or uneven their spread.
 */
export function ratioWatch(policy: RolloutMetricPolicy): MetricWatch {
  const lowerIsBetter = (policy.direction ?? 'lower-is-better') === 'lower-is-better';
  const sign = lowerIsBetter ? 1 : -1;
  const factor = lowerIsBetter ? policy.margin : 1 / policy.margin;
  const rho = mixturePrecision(tightest, 2 * policy['harm-alpha']);
  // Of the scaled ratios a (candidate) and b (champion): all that any hypothesis a = factor × b needs.
  const sums = { a: 0, b: 0, aa: 0, ab: 0, bb: 0 };
  let [squares, before] = [0, 0];
  const contrast = (by: number) => ({
    s: sums.a - by * sums.b,
    v: Math.max(0, sums.aa - 2 * by * sums.ab + by * by * sums.bb),
    rho,
  });
  const against = (direction: number, by: number): number => {
    const { s, v } = contrast(by);
    return v === 0 ? 0 : logOneSidedNormalMixture({ s: direction * s, v, rho });
  };
  return {
    addHistory: () => null,
    add(pair) {
      const [candidate, champion] = [sumsOf(pair.candidate), sumsOf(pair.champion)];
      if (candidate === null || champion === null)
        return 'expected two sums (`n` and `x`, or `n` and `sum`), found other counts';
      const weight = (candidate.below * champion.below) / (candidate.below + champion.below);
      const [a, b] = [(weight * candidate.above) / candidate.below, (weight * champion.above) / champion.below];
      const scale = Math.sqrt(squares / before);
      squares += (a - b) ** 2;
      before += 1;
      if (before === 1) return 'the first interval only shows how much the arms differ by chance';
      // Arms that never differed are measured, and say nothing yet.
      if (!(scale > 0)) return null;
      sums.a += a / scale;
      sums.b += b / scale;
      sums.aa += (a / scale) ** 2;
      sums.ab += ((a / scale) * b) / scale;
      sums.bb += (b / scale) ** 2;
      return null;
    },
    evidence: () => ({
      harm: against(sign, 1),
      nonInferiority: against(-sign, factor),
      superiority: against(-sign, 1),
    }),
    dispersion: () => ({ value: 1, source: 'none' }),
    effect() {
      if (!(sums.b > 0) || !(sums.a > 0)) return null;
      const estimate = sums.a / sums.b;
      const bar = -Math.log(policy['non-inferiority-alpha']);
      const isRefuted = (by: number): boolean => logTwoSidedNormalMixture(contrast(by)) >= bar;
      const bound = (end: number): number | null => {
        if (!isRefuted(estimate * end)) return null;
        let [inside, outside] = [Math.log(estimate), Math.log(estimate * end)];
        for (let step = 0; step < 60; step += 1) {
          const middle = (inside + outside) / 2;
          if (isRefuted(Math.exp(middle))) outside = middle;
          else inside = middle;
        }
        return Math.exp(outside);
      };
      return { scale: 'times', estimate, low: bound(1e-6), high: bound(1e6) };
    },
  };
}

function sumsOf(counts: ArmCounts): Sums | null {
  if ('x' in counts) return { above: counts.x, below: counts.n };
  return 'sum' in counts ? { above: counts.sum, below: counts.n } : null;
}
