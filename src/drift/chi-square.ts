import { chiSquareSurvival } from '../statistics/chi-square.ts';
import { gammaSurvival } from '../statistics/gamma.ts';
import { type Cells, total } from './sample.ts';

/** Pearson's statistic with its degrees of freedom and p-value. */
export interface ChiSquare {
  readonly statistic: number;
  readonly degrees: number;
  readonly pValue: number;
}

/**
 * Pearson's test that two samples come from one distribution over the cells (homogeneity, without Yates's correction).
 * Unlike a test against the reference's shares it does not take the reference for exact. A cell that is empty on both
 * sides does not count. Nothing to compare (one cell, an empty sample) gives p = 1.
 */
export function chiSquareHomogeneity(cells: Cells): ChiSquare {
  const { statistic, degrees } = pearson(cells);
  return { statistic, degrees, pValue: degrees < 1 ? 1 : chiSquareSurvival(statistic, degrees) };
}

/** The same with Yates's correction where there are two cells only, as scipy's `chi2_contingency` has it. */
export function yatesChiSquare(cells: Cells): ChiSquare {
  const plain = chiSquareHomogeneity(cells);
  const [n, m] = [total(cells.reference), total(cells.current)];
  const filled = cells.reference.flatMap((count, cell) => {
    const both = count + (cells.current[cell] ?? 0);
    return both === 0 ? [] : [{ count, expected: (both * n) / (n + m), both }];
  });
  if (filled.length !== 2) return plain;
  const statistic = filled.reduce((sum, { count, expected, both }) => {
    const gap = Math.abs(count - expected);
    return sum + (gap - Math.min(0.5, gap)) ** 2 * (1 / expected + 1 / (both - expected));
  }, 0);
  return { statistic, degrees: 1, pValue: chiSquareSurvival(statistic, 1) };
}

/**
 * The same, trustworthy with small expected counts: below five of them somewhere, the p-value comes from a gamma law with
 * the exact mean and variance of the statistic under permutation (Haldane 1940, Dawson 1954).
 */
export function calibratedChiSquare(cells: Cells): ChiSquare {
  const plain = chiSquareHomogeneity(cells);
  const [n, m] = [total(cells.reference), total(cells.current)];
  const all = n + m;
  const columns = cells.reference.map((count, cell) => count + (cells.current[cell] ?? 0)).filter((sum) => sum > 0);
  const leastExpected = (Math.min(...columns) * Math.min(n, m)) / all;
  if (plain.degrees < 1 || leastExpected >= 5 || all < 4) return plain;
  const mean = (plain.degrees * all) / (all - 1);
  const variance =
    ((2 * all) / (all - 3)) *
      (spread(2, all) - unevenness([n, m], all)) *
      (spread(columns.length, all) - unevenness(columns, all)) +
    (all ** 2 / (all - 1)) * unevenness([n, m], all) * unevenness(columns, all);
  if (!(variance > 0)) return plain;
  return { ...plain, pValue: gammaSurvival((plain.statistic * mean) / variance, mean ** 2 / variance) };
}

function pearson(cells: Cells): { readonly statistic: number; readonly degrees: number } {
  const [n, m] = [total(cells.reference), total(cells.current)];
  if (n === 0 || m === 0) return { statistic: 0, degrees: 0 };
  let statistic = 0;
  let filled = 0;
  for (const [cell, a] of cells.reference.entries()) {
    const both = a + (cells.current[cell] ?? 0);
    if (both === 0) continue;
    filled++;
    const expected = (both * n) / (n + m);
    // Both rows of a two-row table deviate by the same amount.
    statistic += (a - expected) ** 2 * (1 / expected + 1 / (both - expected));
  }
  return { statistic, degrees: filled - 1 };
}

function spread(groups: number, all: number): number {
  return ((groups - 1) * (all - groups)) / (all - 1);
}

function unevenness(sums: readonly number[], all: number): number {
  return (sums.reduce((sum, each) => sum + all / each, 0) - sums.length ** 2) / (all - 2);
}
