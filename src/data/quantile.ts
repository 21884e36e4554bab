import { binRange, binsOf } from './histogram.ts';
import type { NumberProfile } from './profile-document.ts';

/** A quantile of a column: its value, and the range in which that of the data lies for certain. */
export interface Quantile {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The quantile of the finite values at a share from 0 to 1: the smallest value that at least that share of them does not
 * exceed. The value of the data lies in `low … high`: the bin of the histogram cut to the extremes, which is at most 2^-bits of the value
 * wide (a millionth on the finest grid). `value` is the bin's middle, or the number itself where the bin holds whole numbers on the
 * finest grid. Null without finite values.
 */
export function quantile(column: NumberProfile, share: number): Quantile | null {
  if (column.extremes === null) return null;
  const { min, max } = column.extremes;
  const rank = Math.max(1, Math.ceil(share * column.count - 1e-9));
  let seen = 0;
  for (const { key, count } of binsOf(column.histogram)) {
    seen += count;
    if (seen < rank) continue;
    const range = binRange(key, column.histogram.bits);
    const [low, high] = [Math.max(range.low, min), Math.min(range.high, max)];
    if (rank === 1) return { value: min, low: min, high: min };
    if (rank >= column.count) return { value: max, low: max, high: max };
    const isWhole = column.histogram.bits === 20 && Math.abs(low) < 2 ** 20 && Number.isInteger(low);
    return { value: isWhole ? low : low + (high - low) / 2, low, high };
  }
  return { value: max, low: min, high: max };
}
