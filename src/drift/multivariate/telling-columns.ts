import { pairedRocAuc, rocAuc } from '../../statistics/delong.ts';
import { mixed } from '../../statistics/poisson-bootstrap.ts';
import type { BinnedFeatures } from './binned-features.ts';
import type { Scorer } from './boosted-trees.ts';
import { type HeldOut, sharedTraining } from './cross-fit.ts';
import type { Multivariate } from './multivariate-report.ts';

const mostColumns = 20;

/**
 * The columns that give it away: how much AUC is lost on held-out rows when the values of one column are exchanged
 * between them (Breiman, "Random Forests", 2001), with DeLong's paired standard error. Columns that say the same share
 * what they give away. Only those that lose more than two standard errors, the greatest first.
 */
export function tellingColumns(
  { features }: BinnedFeatures,
  { parts, keys }: { readonly parts: readonly HeldOut<Scorer>[]; readonly keys: Uint32Array },
): Multivariate['columns'] {
  const found = features.map(({ name, values }, feature) => {
    const losses = parts.flatMap(({ rows, isCurrent, auc, score }) => {
      const exchanged = exchangedRows(rows, keys, feature);
      const binOf = (at: number, row: number) =>
        (at === feature ? values[exchanged.get(row) ?? row] : features[at]?.values[row]) ?? 0;
      const without = rocAuc(
        isCurrent,
        Float64Array.from(rows, (row) => score(row, binOf)),
      );
      return without === null ? [] : (pairedRocAuc(auc, without) ?? []);
    });
    const lost = losses.reduce((sum, { value }) => sum + value, 0) / Math.max(1, losses.length);
    const squares = losses.reduce((sum, one) => sum + one.error ** 2, 0);
    const error = (sharedTraining * Math.sqrt(squares)) / Math.max(1, losses.length);
    return { name, lost, error };
  });
  return found
    .filter(({ lost, error }) => lost > 2 * error && lost > 0)
    .sort((a, b) => b.lost - a.lost || (a.name < b.name ? -1 : 1))
    .slice(0, mostColumns);
}

/** Which row lends its value to each: an order that hangs on the rows' content and the column alone. */
function exchangedRows(rows: Uint32Array, keys: Uint32Array, feature: number): ReadonlyMap<number, number> {
  const salt = mixed(feature + 1);
  const shuffled = [...rows].sort((a, b) => mixed((keys[a] ?? 0) ^ salt) - mixed((keys[b] ?? 0) ^ salt) || a - b);
  return new Map(shuffled.map((row, place) => [row, shuffled[(place + 1 + (salt % 97)) % shuffled.length] ?? row]));
}
