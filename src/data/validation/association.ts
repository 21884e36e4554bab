import { rocAuc } from '../../statistics/delong.ts';
import { sortedOrder } from '../../statistics/sorted-order.ts';

/** How strongly one column foretells another, from 0 (not at all) to 1 (it determines it). */
export interface Association {
  readonly value: number;
  readonly method: 'auc' | 'cramers-v' | 'spearman' | 'correlation-ratio';
}

/** Numbers, or classes numbered from 0. Rows without a value are left out beforehand. */
export type Values =
  | { readonly kind: 'number'; readonly values: Float64Array }
  | { readonly kind: 'class'; readonly values: Uint32Array; readonly classes: number };

/** Fewer rows of a class than this say nothing of it. */
const fewest = 10;

/**
 * The association of a feature with a target, row by row: |2·AUC − 1| of the class that a number separates best (Somers'
 * D), Cramér's V of two classifications, Spearman's |ρ| of two numbers, the correlation ratio of classes and a number.
 * V and the ratio are corrected for chance, so that an identifier, which splits any data into single rows, foretells
 * nothing. Null where a class or the rows are too few.
 */
export function association(feature: Values, target: Values): Association | null {
  if (feature.values.length < 3 * fewest) return null;
  if (feature.kind === 'number') {
    if (target.kind === 'class') return separation(feature.values, target);
    return { value: Math.abs(spearman(feature.values, target.values)), method: 'spearman' };
  }
  if (target.kind === 'class') return { value: cramersV(feature, target), method: 'cramers-v' };
  return { value: correlationRatio(feature, target.values), method: 'correlation-ratio' };
}

function separation(scores: Float64Array, { values, classes }: Extract<Values, { kind: 'class' }>): Association | null {
  let best: number | null = null;
  // Of two classes one says it all: the other is its mirror image.
  for (let one = 0; one < (classes === 2 ? 1 : classes); one += 1) {
    const isOne = Uint8Array.from(values, (value) => (value === one ? 1 : 0));
    const count = isOne.reduce((sum, flag) => sum + flag, 0);
    if (count < fewest || values.length - count < fewest) continue;
    const auc = rocAuc(isOne, scores);
    if (auc !== null) best = Math.max(best ?? 0, Math.abs(2 * auc.value - 1));
  }
  return best === null ? null : { value: Math.min(1, best), method: 'auc' };
}

type Classes = Extract<Values, { kind: 'class' }>;

/** Cramér's V with the bias correction of Bergsma (Journal of the Korean Statistical Society 42, 2013). */
function cramersV(a: Classes, b: Classes): number {
  const n = a.values.length;
  const [rows, columns] = [new Float64Array(a.classes), new Float64Array(b.classes)];
  const cells = new Map<number, number>();
  for (let at = 0; at < n; at += 1) {
    const [row, column] = [a.values[at] ?? 0, b.values[at] ?? 0];
    rows[row] = (rows[row] ?? 0) + 1;
    columns[column] = (columns[column] ?? 0) + 1;
    const cell = row * b.classes + column;
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
  }
  // χ²/n = Σ o²/(row × column) − 1 needs only the cells that are not empty.
  let sum = 0;
  for (const [cell, observed] of cells) {
    const row = Math.floor(cell / b.classes);
    sum += (observed * observed) / ((rows[row] ?? 1) * (columns[cell - row * b.classes] ?? 1));
  }
  const [r, k] = [rows.filter((count) => count > 0).length, columns.filter((count) => count > 0).length];
  if (r < 2 || k < 2 || n < 2) return 0;
  const phi = Math.max(0, sum - 1 - ((r - 1) * (k - 1)) / (n - 1));
  const [rFair, kFair] = [r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)];
  const most = Math.min(rFair, kFair) - 1;
  return most <= 1e-12 ? 0 : Math.min(1, Math.sqrt(phi / most));
}

/** Spearman's rank correlation; equal values share their mean rank. 0 when one side is constant. */
export function spearman(a: Float64Array, b: Float64Array): number {
  const [x, y] = [ranks(a), ranks(b)];
  const middle = (a.length + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let at = 0; at < x.length; at += 1) {
    const [dx, dy] = [(x[at] ?? 0) - middle, (y[at] ?? 0) - middle];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx === 0 || yy === 0 ? 0 : Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)));
}

function ranks(values: Float64Array): Float64Array {
  const order = sortedOrder(values);
  const result = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    const value = values[order[start] ?? 0];
    let end = start;
    while (end < order.length && values[order[end] ?? 0] === value) end += 1;
    for (let at = start; at < end; at += 1) result[order[at] ?? 0] = (start + end + 1) / 2;
    start = end;
  }
  return result;
}

/** √ε², the share of a number's spread that lies between classes, corrected for chance (Kelley, PNAS 21, 1935). */
function correlationRatio(classes: Classes, values: Float64Array): number {
  const n = values.length;
  const counts = new Float64Array(classes.classes);
  const sums = new Float64Array(classes.classes);
  // Scaled to at most 1: squares of huge numbers would be infinite, those of tiny ones nothing.
  const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (scale === 0) return 0;
  const mean = values.reduce((sum, value) => sum + value / scale, 0) / n;
  let total = 0;
  for (let at = 0; at < n; at += 1) {
    const off = (values[at] ?? 0) / scale - mean;
    const one = classes.values[at] ?? 0;
    counts[one] = (counts[one] ?? 0) + 1;
    sums[one] = (sums[one] ?? 0) + off;
    total += off * off;
  }
  const between = sums.reduce((sum, one, at) => sum + ((counts[at] ?? 0) > 0 ? (one * one) / (counts[at] ?? 1) : 0), 0);
  const k = counts.filter((count) => count > 0).length;
  if (total === 0 || n <= k) return 0;
  const within = (total - between) / (n - k);
  return Math.min(1, Math.sqrt(Math.max(0, (between - (k - 1) * within) / total)));
}
