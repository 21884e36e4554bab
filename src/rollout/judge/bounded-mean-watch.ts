import type { RolloutMetricPolicy } from '../../policy/rollout-metric-policy.ts';
import { type BoundedDifference, boundedDifference } from '../../statistics/anytime/bounded-difference.ts';
import type { Dispersion } from '../judgement.ts';
import { dispersionOf, type HistoryPoint } from './dispersion.ts';
import { valuesOf } from './mean-watch.ts';
import type { MetricWatch } from './metric-watch.ts';

/** Watches a value per request that cannot leave known bounds: exact at any number of values. */
export function boundedMeanWatch(policy: RolloutMetricPolicy, bounds: readonly [number, number]): MetricWatch {
  const [least, most] = bounds;
  const range = most - least;
  const sign = (policy.direction ?? 'lower-is-better') === 'lower-is-better' ? 1 : -1;
  const history: HistoryPoint[] = [];
  // Not before traffic moves: all of the history says where values lie.
  let begun: BoundedDifference | null = null;
  let known: Dispersion | null = null;
  const dispersion = (): Dispersion => {
    known ??= dispersionOf(history, policy.dispersion);
    return known;
  };
  return {
    addHistory(champion) {
      const values = valuesOf(champion);
      if (typeof values === 'string') return values;
      if (values.variance === null) return null;
      const [mean, variance] = [(values.mean - least) / range, values.variance / range ** 2];
      if (!(mean >= 0 && mean <= 1)) return outside(policy);
      history.push({ exposure: values.n, rate: mean, variance });
      known = null;
      return null;
    },
    add(pair) {
      const arms = [pair.candidate, pair.champion].map((counts) => {
        if (!('sumsq' in counts)) return null;
        const { n, sum, sumsq } = counts;
        // As sums of (value − least) / range.
        const first = (sum - n * least) / range;
        const second = (sumsq - 2 * least * sum + n * least * least) / range ** 2;
        return { n, sum: first, sumsq: second };
      });
      const [candidate, champion] = arms;
      if (!candidate || !champion) return 'expected values (`n`, `sum` and `sumsq`), found other counts';
      // A square of what lies between 0 and 1 is no more than itself.
      const isOutside = [candidate, champion].some(
        ({ n, sum, sumsq }) => sum < -1e-9 * n || sum > n * (1 + 1e-9) || sumsq > sum + 1e-6 * n,
      );
      if (isOutside) return outside(policy);
      begun ??= boundedDifference({ effect: policy.margin / range, before: guess(history) });
      begun.add({ candidate, champion, discount: dispersion().value });
      return null;
    },
    evidence() {
      if (begun === null) return { harm: 0, nonInferiority: 0, superiority: 0 };
      const { above, below } = begun;
      const margin = policy.margin / range;
      return sign > 0
        ? { harm: above(0), nonInferiority: below(margin), superiority: below(0) }
        : { harm: below(0), nonInferiority: above(-margin), superiority: above(0) };
    },
    dispersion,
    effect() {
      const found = begun?.bounds(policy['non-inferiority-alpha']) ?? null;
      if (found === null) return null;
      const { estimate, low, high } = found;
      return {
        scale: 'plus',
        estimate: estimate * range,
        low: low === null ? null : low * range,
        high: high === null ? null : high * range,
      };
    },
  };
}

/** Mean and variance of the champion's values; in the middle, and as wide as can be, when nothing is known. */
function guess(history: readonly HistoryPoint[]): { readonly mean: number; readonly variance: number } {
  let [n, sum, squares] = [0, 0, 0];
  for (const { exposure, rate, variance } of history) {
    n += exposure;
    sum += exposure * rate;
    squares += exposure * variance;
  }
  return n > 0 ? { mean: sum / n, variance: squares / n } : { mean: 0.5, variance: 0.25 };
}

function outside({ bounds }: RolloutMetricPolicy): string {
  return `expected values from ${bounds?.join(' to ')}, found sums of others`;
}
