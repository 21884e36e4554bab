import type { RolloutMetricPolicy } from '../../policy/rollout-metric-policy.ts';
import { logOneSidedNormalMixture, normalMixtureBound } from '../../statistics/anytime/normal-mixture.ts';
import type { ArmCounts } from '../evidence.ts';
import type { Dispersion } from '../judgement.ts';
import { dispersionOf, type HistoryPoint } from './dispersion.ts';
import type { MetricWatch } from './metric-watch.ts';

/** Below so many values in an arm the central limit theorem is not relied upon. */
const leastValues = 100;

/** The values of one arm in one interval. */
export interface ValueSums {
  readonly n: number;
  readonly mean: number;
  /** The unbiased estimate; null of a single value. */
  readonly variance: number | null;
}

/**
 * Watches a value per request: the difference of the arms within each interval, summed, with an asymptotic confidence sequence
 * (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, Ann. Stat. 2024). Intervals are added, never pooled: neither drift nor a
 * changed weight looks like a difference.
 */
export function meanWatch(policy: RolloutMetricPolicy): MetricWatch {
  const sign = (policy.direction ?? 'lower-is-better') === 'lower-is-better' ? 1 : -1;
  const rho = 1 / policy.margin ** 2;
  const history: HistoryPoint[] = [];
  const arms = [newArm(), newArm()] as const;
  let [sum, weight, variance] = [0, 0, 0];
  let known: Dispersion | null = null;
  const dispersion = (): Dispersion => {
    known ??= dispersionOf(history, policy.dispersion);
    return known;
  };
  return {
    addHistory(champion) {
      const values = valuesOf(champion);
      if (typeof values === 'string') return values;
      if (values.variance !== null) {
        history.push({ exposure: values.n, rate: values.mean, variance: values.variance });
        known = null;
      }
      return null;
    },
    add(pair) {
      const [candidate, champion] = [valuesOf(pair.candidate), valuesOf(pair.champion)];
      if (typeof candidate === 'string') return candidate;
      if (typeof champion === 'string') return champion;
      const [mine, theirs] = [take(arms[0], candidate), take(arms[1], champion)];
      if (mine === null || theirs === null) return 'too few values to know how much they vary';
      const both = (candidate.n * champion.n) / (candidate.n + champion.n);
      sum += both * sign * (candidate.mean - champion.mean);
      weight += both;
      variance += both * both * (mine / candidate.n + theirs / champion.n);
      return null;
    },
    evidence() {
      const information = informationNow();
      if (information === null) return { harm: 0, nonInferiority: 0, superiority: 0 };
      const against = (distance: number) =>
        logOneSidedNormalMixture({ s: distance * information, v: information, rho });
      const difference = sum / weight;
      return {
        harm: against(difference),
        nonInferiority: against(policy.margin - difference),
        superiority: against(-difference),
      };
    },
    dispersion,
    effect() {
      const information = informationNow();
      if (information === null) return null;
      const alpha = policy['non-inferiority-alpha'];
      const estimate = (sign * sum) / weight;
      const half = normalMixtureBound({ v: information, rho, alpha }) / information;
      return { scale: 'plus', estimate, low: estimate - half, high: estimate + half };
    },
  };

  /** One over the variance of the difference; null while nothing may be concluded. */
  function informationNow(): number | null {
    if (arms[0].n < leastValues || arms[1].n < leastValues || !(variance > 0)) return null;
    return weight ** 2 / (variance * dispersion().value);
  }
}

interface Arm {
  n: number;
  squares: number;
  degrees: number;
}

function newArm(): Arm {
  return { n: 0, squares: 0, degrees: 0 };
}

/** The variance of one value: of this interval, else of all before; null while none is known. */
function take(arm: Arm, { n, variance }: ValueSums): number | null {
  const before = arm.degrees > 0 ? arm.squares / arm.degrees : null;
  if (variance !== null) {
    arm.squares += variance * (n - 1);
    arm.degrees += n - 1;
  }
  const used = variance ?? before;
  if (used !== null) arm.n += n;
  return used;
}

/** Sums as mean and variance; a sentence when they are none. */
export function valuesOf(counts: ArmCounts): ValueSums | string {
  if (!('sumsq' in counts)) return 'expected values (`n`, `sum` and `sumsq`), found other counts';
  const { n, sum, sumsq } = counts;
  const mean = sum / n;
  const spread = sumsq - mean * sum;
  // Rounding may leave a little less than nothing; much less is no sum of squares.
  if (spread < -1e-6 * Math.max(1, sumsq)) return `expected \`sumsq\` of at least ${mean * sum}, found ${sumsq}`;
  return { n, mean, variance: n > 1 ? Math.max(0, spread) / (n - 1) : null };
}
