import { normalTwoSided } from '../statistics/normal.ts';

/**
 * The z statistic of the difference of two shares with the pooled variance, and its two-sided p-value. Shares that are
 * both 0, both 1, or of nothing do not differ: z = 0, p = 1.
 */
export function twoProportions(options: {
  readonly reference: { readonly count: number; readonly of: number };
  readonly current: { readonly count: number; readonly of: number };
}): { readonly z: number; readonly pValue: number } {
  const { reference, current } = options;
  const pooled = (reference.count + current.count) / (reference.of + current.of);
  const variance = pooled * (1 - pooled) * (1 / reference.of + 1 / current.of);
  if (!(variance > 0) || !Number.isFinite(variance)) return { z: 0, pValue: 1 };
  const z = (current.count / current.of - reference.count / reference.of) / Math.sqrt(variance);
  return { z, pValue: normalTwoSided(z) };
}
