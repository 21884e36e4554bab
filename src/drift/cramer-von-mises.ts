import { besselK } from '../statistics/bessel-k.ts';
import { logGamma } from '../statistics/gamma.ts';
import { type Cells, total } from './sample.ts';

/**
 * The two-sample Cramér–von Mises statistic T of groups of equal values, with midranks for ties, and its asymptotic
 * p-value after matching mean and variance (Anderson 1962; as scipy's `cramervonmises_2samp(method="asymptotic")`).
 */
export function cramerVonMises(groups: Cells): { readonly statistic: number; readonly pValue: number } {
  const [n, m] = [total(groups.reference), total(groups.current)];
  const all = n + m;
  const u = n * rankSquares(groups.reference, groups) + m * rankSquares(groups.current, groups);
  const statistic = u / (n * m * all) - (4 * n * m - 1) / (6 * all);
  const mean = (1 + 1 / all) / 6;
  const variance = ((all + 1) * (4 * n * m * all - 3 * (n ** 2 + m ** 2) - 2 * n * m)) / (45 * all ** 2 * 4 * n * m);
  // Two single values tell nothing.
  if (!(variance > 0)) return { statistic, pValue: 1 };
  const standard = 1 / 6 + (statistic - mean) / Math.sqrt(45 * variance);
  if (standard < 0.003) return { statistic, pValue: 1 };
  // The tail falls as exp(−π²x/2): beyond 200 it is less than any double.
  return { statistic, pValue: standard < 200 ? Math.max(0, 1 - limitCdf(standard)) : 0 };
}

/** Σ (rank of the i-th smallest of one sample among all − i)²; members of one group share their mean rank. */
function rankSquares(own: readonly number[], groups: Cells): number {
  let [sum, ownBelow, allBelow] = [0, 0, 0];
  for (const [group, count] of own.entries()) {
    const size = (groups.reference[group] ?? 0) + (groups.current[group] ?? 0);
    // Ranks minus their own numbers fall by one within a group: a sum of squares of consecutive numbers.
    const first = allBelow + (size + 1) / 2 - (ownBelow + 1);
    const step = (count - 1) / 2;
    sum += count * (first - step) ** 2 + (count * (count ** 2 - 1)) / 12;
    ownBelow += count;
    allBelow += size;
  }
  return sum;
}

/**
 * The limiting distribution of the statistic (Csörgő and Faraway 1996, eq. 1.2). The series ends at its first term below
 * 1e-7, as scipy's does: a p-value below about 1e-8 is an order of magnitude only.
 */
function limitCdf(x: number): number {
  let sum = 0;
  for (let k = 0; ; k += 1) {
    const y = 4 * k + 1;
    const q = y ** 2 / (16 * x);
    const weight = Math.exp(logGamma(k + 0.5) - logGamma(k + 1)) / (Math.PI ** 1.5 * Math.sqrt(x));
    const term = weight * Math.sqrt(y) * Math.exp(-q) * besselK(0.25, q);
    sum += term;
    if (Math.abs(term) < 1e-7) return sum;
  }
}
