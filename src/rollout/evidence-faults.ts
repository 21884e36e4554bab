import type { RolloutMetricPolicy } from '../policy/rollout-metric-policy.ts';
import type { ArmCounts } from './evidence.ts';

/** What counts cannot be, by themselves and for the kind of their metric; null when they can. */
export function countsFault(
  counts: ArmCounts,
  kind: RolloutMetricPolicy['kind'] | null,
): { readonly expected: string; readonly found: string; readonly fix: string } | null {
  const fix = 'evidence is sealed, and read only as it was written';
  const has = 'x' in counts ? 'n and x' : 'sum' in counts ? 'n, sum and sumsq' : 'n and buckets';
  if (kind !== null && !fits(counts, kind)) {
    const expected = { 'latency-quantile': 'n and buckets', mean: 'n, sum and sumsq', ratio: 'two sums' };
    const words = kind === 'error-rate' || kind === 'conversion' ? 'n and x' : expected[kind];
    return { expected: `${words} for ${kind}`, found: has, fix: 'correct `kind` in the policy' };
  }
  if ('x' in counts) {
    // A ratio of sums may be above one; events among requests not.
    if (kind === 'ratio' || counts.x <= counts.n) return null;
    return { expected: `x of at most n (${counts.n})`, found: `${counts.x}`, fix };
  }
  if ('sumsq' in counts) {
    const least = counts.n > 0 ? counts.sum ** 2 / counts.n : 0;
    if (counts.sumsq >= least * (1 - 1e-9) - 1e-9) return null;
    return { expected: `sumsq of at least sum²/n (${least})`, found: `${counts.sumsq}`, fix };
  }
  return bucketsFault(counts);
}

function fits(counts: ArmCounts, kind: RolloutMetricPolicy['kind']): boolean {
  switch (kind) {
    case 'error-rate':
    case 'conversion':
      return 'x' in counts;
    case 'latency-quantile':
      return 'buckets' in counts;
    case 'mean':
      return 'sumsq' in counts;
    case 'ratio':
      return !('buckets' in counts);
    default:
      return kind satisfies never;
  }
}

/** What a cumulative histogram cannot be; null when it can. */
export function bucketsFault(
  counts: Extract<ArmCounts, { readonly buckets: unknown }>,
): { readonly expected: string; readonly found: string; readonly fix: string } | null {
  let [edge, count] = [Number.NEGATIVE_INFINITY, 0];
  for (const [upper, within] of counts.buckets) {
    const here = upper === '+Inf' ? Number.POSITIVE_INFINITY : upper;
    if (here <= edge) return { expected: 'edges that rise', found: `${upper} after ${edge}`, fix: 'sort the buckets' };
    if (within < count) {
      const fix = 'a bucket counts all that is no slower than its edge';
      return { expected: 'counts that rise with the edges', found: `${within} after ${count}`, fix };
    }
    [edge, count] = [here, within];
  }
  // Sums of rates may differ in the last digits.
  if (count <= counts.n * (1 + 1e-9)) return null;
  return {
    expected: `at most ${counts.n} requests in the buckets`,
    found: `${count}`,
    fix: 'count n as the last bucket',
  };
}
