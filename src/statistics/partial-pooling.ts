/**
 * Estimates drawn towards their common mean by as much as chance explains of their spread: the empirical Bayes estimate
 * under a normal model, its variance between estimates by DerSimonian and Laird (1986). Those without a standard error above
 * 0 stay as they are.
 */
export function pooledEstimates(
  estimates: readonly { readonly value: number; readonly error: number }[],
): readonly number[] {
  const known = estimates.filter(({ error }) => error > 0 && Number.isFinite(error));
  if (known.length < 2) return estimates.map(({ value }) => value);
  const between = varianceBetween(known);
  const mean = weightedMean(known, ({ error }) => 1 / (error ** 2 + between));
  return estimates.map(({ value, error }) => {
    if (!(error > 0) || !Number.isFinite(error)) return value;
    return (between * value + error ** 2 * mean) / (between + error ** 2);
  });
}

interface Estimate {
  readonly value: number;
  readonly error: number;
}

function varianceBetween(estimates: readonly Estimate[]): number {
  const weights = estimates.map(({ error }) => 1 / error ** 2);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const squares = weights.reduce((sum, weight) => sum + weight ** 2, 0);
  const mean = weightedMean(estimates, ({ error }) => 1 / error ** 2);
  const spread = estimates.reduce((sum, { value, error }) => sum + ((value - mean) / error) ** 2, 0);
  return Math.max(0, (spread - (estimates.length - 1)) / (total - squares / total));
}

function weightedMean(estimates: readonly Estimate[], weightOf: (estimate: Estimate) => number): number {
  let sum = 0;
  let total = 0;
  for (const estimate of estimates) {
    sum += weightOf(estimate) * estimate.value;
    total += weightOf(estimate);
  }
  return sum / total;
}
