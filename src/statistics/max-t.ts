/**
 * p-values adjusted over tests that hang together, by the step-down minimum of studentised replicates (Westfall and Young,
 * "Resampling-Based Multiple Testing", 1993, algorithm 4.1; max-T turned so that low is extreme). `replicates` holds for
 * each test what chance alone makes of its statistic, all tests drawn together; NaN where it does not exist.
 */
export function stepDownMinimum(observed: readonly number[], replicates: readonly Float64Array[]): readonly number[] {
  const order = observed.map((statistic, test) => ({ statistic, test })).sort((a, b) => a.statistic - b.statistic);
  const draws = replicates[0]?.length ?? 0;
  const lowest = new Float64Array(draws).fill(Number.POSITIVE_INFINITY);
  const shares = new Array<number>(observed.length).fill(1);
  for (const { statistic, test } of order.toReversed()) {
    const own = replicates[test];
    let reached = 0;
    for (let draw = 0; draw < draws; draw++) {
      const value = own?.[draw] ?? Number.NaN;
      if (value < (lowest[draw] ?? 0)) lowest[draw] = value;
      if ((lowest[draw] ?? 0) <= statistic) reached++;
    }
    shares[test] = (1 + reached) / (draws + 1);
  }
  let largest = 0;
  for (const { test } of order) {
    largest = Math.max(largest, shares[test] ?? 1);
    shares[test] = largest;
  }
  return shares;
}
