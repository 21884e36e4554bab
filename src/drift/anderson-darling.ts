import { type Cells, total } from './sample.ts';

/**
 * The two-sample Anderson–Darling statistic of groups of equal values in its midrank form, standardised to mean 0 and
 * variance 1 (Scholz and Stephens 1987, eq. 7), and the p-value interpolated in their table, which ends at 0.001 and 0.25.
 * Null when all values are equal or there are too few to standardise.
 */
export function andersonDarling(groups: Cells): { readonly statistic: number; readonly pValue: number } | null {
  const sizes = [total(groups.reference), total(groups.current)] as const;
  const all = sizes[0] + sizes[1];
  const filled = groups.reference.filter((count, group) => count + (groups.current[group] ?? 0) > 0).length;
  if (filled < 2 || all < 4 || Math.min(...sizes) === 0) return null;
  const raw =
    midrankSum(groups.reference, { groups, size: sizes[0], all }) +
    midrankSum(groups.current, { groups, size: sizes[1], all });
  const statistic = ((raw * (all - 1)) / all - 1) / Math.sqrt(variance(sizes, all));
  return { statistic, pValue: pValueOf(statistic) };
}

function midrankSum(
  own: readonly number[],
  { groups, size, all }: { readonly groups: Cells; readonly size: number; readonly all: number },
): number {
  let [sum, ownBelow, allBelow] = [0, 0, 0];
  for (const [group, count] of own.entries()) {
    const tied = (groups.reference[group] ?? 0) + (groups.current[group] ?? 0);
    const rank = allBelow + tied / 2;
    const ownRank = ownBelow + count / 2;
    const spread = rank * (all - rank) - (all * tied) / 4;
    if (tied > 0 && spread > 0) sum += ((tied / all) * (all * ownRank - rank * size) ** 2) / spread;
    ownBelow += count;
    allBelow += tied;
  }
  return sum / size;
}

/** The variance of the statistic under no difference (Scholz and Stephens 1987, eq. 4), for two samples. */
function variance(sizes: readonly number[], all: number): number {
  const k = sizes.length;
  const inverse = sizes.reduce((sum, size) => sum + 1 / size, 0);
  const { h, g } = harmonicSums(all);
  const a = (4 * g - 6) * (k - 1) + (10 - 6 * g) * inverse;
  const b = (2 * g - 4) * k ** 2 + 8 * h * k + (2 * g - 14 * h - 4) * inverse - 8 * h + 4 * g - 6;
  const c = (6 * h + 2 * g - 2) * k ** 2 + (4 * h - 4 * g + 6) * k + (2 * h - 6) * inverse + 4 * h;
  const d = (2 * h + 6) * k ** 2 - 4 * h * k;
  return (a * all ** 3 + b * all ** 2 + c * all + d) / ((all - 1) * (all - 2) * (all - 3));
}

/** h = Σ 1/i and g = ΣΣ 1/((N − i) j); beyond a million their limits, which are then off by less than 2e-5. */
function harmonicSums(all: number): { readonly h: number; readonly g: number } {
  if (all > 1_000_000) return { h: Math.log(all - 1) + eulerGamma + 1 / (2 * (all - 1)), g: Math.PI ** 2 / 6 };
  let [h, g] = [0, 0];
  for (let i = all - 1; i >= 2; i -= 1) {
    h += 1 / i;
    g += h / (all - i + 1);
  }
  return { h: h + 1, g };
}

const eulerGamma = 0.5772156649015329;

/** Their table of critical values for k − 1 = 1, b0 + b1 + b2, at these tails. */
const tails = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001] as const;
const critical = [
  0.675 - 0.245 - 0.105,
  1.281 + 0.25 - 0.305,
  1.645 + 0.678 - 0.362,
  1.96 + 1.149 - 0.391,
  2.326 + 1.822 - 0.396,
  2.573 + 2.364 - 0.345,
  3.085 + 3.615 - 0.154,
] as const;

/** A parabola through the logarithms of the tails by least squares, as scipy interpolates. */
function pValueOf(statistic: number): number {
  if (statistic < critical[0]) return tails[0];
  if (statistic > critical[6]) return tails[6];
  const [c0, c1, c2] = parabola;
  return Math.exp(c0 + c1 * statistic + c2 * statistic ** 2);
}

const parabola = fitParabola(critical, tails.map(Math.log));

/** The least-squares parabola in powers of x, by orthogonal polynomials (Forsythe 1957), which stay well conditioned. */
function fitParabola(x: readonly number[], y: readonly number[]): readonly [number, number, number] {
  const n = x.length;
  const sum = (of: (i: number) => number) => x.reduce((total, _, i) => total + of(i), 0);
  const at = (list: readonly number[], i: number) => list[i] ?? 0;
  const mean = sum((i) => at(x, i)) / n;
  const p1 = x.map((value) => value - mean);
  const square = sum((i) => at(p1, i) ** 2);
  const shift = sum((i) => at(x, i) * at(p1, i) ** 2) / square;
  const p2 = x.map((value, i) => (value - shift) * at(p1, i) - square / n);
  const k0 = sum((i) => at(y, i)) / n;
  const k1 = sum((i) => at(y, i) * at(p1, i)) / square;
  const k2 = sum((i) => at(y, i) * at(p2, i)) / sum((i) => at(p2, i) ** 2);
  return [k0 - k1 * mean + k2 * (shift * mean - square / n), k1 - k2 * (shift + mean), k2];
}
