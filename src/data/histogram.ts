import { z } from 'zod';

/** The most bins that a histogram holds before its grid becomes coarser by one bit. */
export const binLimit = 2048;

/** The finest grid: bins of 2^-20 of their value, about a millionth. */
const finest = 20;

/**
 * Counts of finite numbers on a grid that does not depend on the data: one bin holds all doubles that share sign,
 * exponent and the first `bits` bits of the mantissa, so each bin is at most 2^-bits of its value wide. `bits` is the
 * largest for which at most binLimit bins are filled. Halving the grid joins neighbours exactly, therefore the
 * histogram of the shards of a dataset is, after merging in any order, that of the whole, integer by integer.
 */
export const Histogram = z
  .strictObject({
    bits: z.number().int().min(0).max(finest),
    /** The first filled bin, then the gap to each following one, in the order of the values. */
    keys: z.array(z.number().int()).max(binLimit),
    counts: z.array(z.number().int().positive()).max(binLimit),
  })
  .refine((histogram) => histogram.keys.length === histogram.counts.length, { message: 'as many keys as counts' })
  .refine((histogram) => histogram.keys.slice(1).every((gap) => gap > 0), { message: 'rising bins' });
export type Histogram = z.infer<typeof Histogram>;

/** The histogram of no numbers. */
export const emptyHistogram: Histogram = { bits: finest, keys: [], counts: [] };

/** A filled bin: its place on the grid (rising with the value) and its count. */
export interface Bin {
  readonly key: number;
  readonly count: number;
}

/** Collects numbers into a histogram. Memory is fixed: two small tables, whatever the number of values. */
export interface HistogramBuilder {
  /** `high` is the upper half of the double's bits as a signed integer; the value must be finite and not −0. */
  add(high: number): void;
  finish(): Histogram;
}

/** An empty histogram to be filled. */
export function histogramBuilder(): HistogramBuilder {
  const slots = 4 * binLimit;
  const mask = slots - 1;
  let keys = new Int32Array(slots);
  let counts = new Float64Array(slots);
  let filled = 0;
  let bits = finest;

  function put(key: number, count: number): void {
    let slot = (Math.imul(key, 0x9e3779b1) >>> 16) & mask;
    while (counts[slot] !== 0 && keys[slot] !== key) slot = (slot + 1) & mask;
    if (counts[slot] === 0) {
      keys[slot] = key;
      filled++;
    }
    // The slot exists: it is masked into the table.
    counts[slot] = (counts[slot] as number) + count;
  }

  function coarsen(): void {
    const [oldKeys, oldCounts] = [keys, counts];
    keys = new Int32Array(slots);
    counts = new Float64Array(slots);
    filled = 0;
    bits--;
    for (let slot = 0; slot < slots; slot++) {
      const count = oldCounts[slot] ?? 0;
      if (count !== 0) put((oldKeys[slot] ?? 0) >> 1, count);
    }
  }

  return {
    add(high) {
      put(keyOf(high) >> (finest - bits), 1);
      while (filled > binLimit) coarsen();
    },
    finish() {
      const bins: Bin[] = [];
      for (let slot = 0; slot < slots; slot++) {
        const count = counts[slot] ?? 0;
        if (count !== 0) bins.push({ key: keys[slot] ?? 0, count });
      }
      return packedHistogram({ bits, bins: bins.sort((a, b) => a.key - b.key) });
    },
  };
}

/** The histogram of values that were counted elsewhere. */
export function histogramOf(counted: Iterable<readonly [value: number, count: number]>): Histogram {
  const bins = new Map<number, number>();
  for (const [value, count] of counted) {
    const key = binKey(value, finest);
    bins.set(key, (bins.get(key) ?? 0) + count);
  }
  return histogramOfBins(bins);
}

/** The histogram of counts by the keys of the finest grid. */
function histogramOfBins(counts: ReadonlyMap<number, number>): Histogram {
  const bins = [...counts].map(([key, count]) => ({ key, count })).sort((a, b) => a.key - b.key);
  let histogram = packedHistogram({ bits: finest, bins });
  while (histogram.keys.length > binLimit && histogram.bits > 0) histogram = coarsened(histogram, histogram.bits - 1);
  return histogram;
}

/** The histogram of counts by key on a grid `shift` bits coarser than the finest, at most binLimit of them. */
export function histogramOfTable(counts: Iterable<readonly [key: number, count: number]>, shift: number): Histogram {
  const bins = Array.from(counts, ([key, count]) => ({ key, count })).sort((a, b) => a.key - b.key);
  return packedHistogram({ bits: finest - shift, bins });
}

/** The bins of a histogram in the order of their values, on its own grid or a coarser one. */
export function binsOf(histogram: Histogram, bits: number = histogram.bits): readonly Bin[] {
  const shift = histogram.bits - bits;
  const bins: { key: number; count: number }[] = [];
  let key = 0;
  for (const [index, step] of histogram.keys.entries()) {
    key += step;
    const coarse = key >> shift;
    const last = bins.at(-1);
    if (last?.key === coarse) last.count += histogram.counts[index] ?? 0;
    else bins.push({ key: coarse, count: histogram.counts[index] ?? 0 });
  }
  return bins;
}

/** The same counts on a grid of at most `bits`: what does not need a fine one stays small. */
export function coarsened(histogram: Histogram, bits: number): Histogram {
  return histogram.bits <= bits ? histogram : packedHistogram({ bits, bins: binsOf(histogram, bits) });
}

/** The histogram of both sets of values together. */
export function mergeHistograms(a: Histogram, b: Histogram): Histogram {
  const bits = Math.min(a.bits, b.bits);
  let merged = packedHistogram({ bits, bins: mergedBins(binsOf(a, bits), binsOf(b, bits)) });
  while (merged.keys.length > binLimit && merged.bits > 0) merged = coarsened(merged, merged.bits - 1);
  return merged;
}

/** Both are in the order of their keys, and so is the result. */
function mergedBins(x: readonly Bin[], y: readonly Bin[]): readonly Bin[] {
  const merged: Bin[] = [];
  let [i, j] = [0, 0];
  for (;;) {
    const [p, q] = [x[i], y[j]];
    if (p === undefined && q === undefined) return merged;
    if (q === undefined || (p !== undefined && p.key < q.key)) {
      if (p !== undefined) merged.push(p);
      i++;
    } else if (p === undefined || q.key < p.key) {
      merged.push(q);
      j++;
    } else {
      merged.push({ key: p.key, count: p.count + q.count });
      i++;
      j++;
    }
  }
}

/** The range of values that a bin holds: every one of them is ≥ low and ≤ high. */
export function binRange(key: number, bits: number): { readonly low: number; readonly high: number } {
  if (key >= 0) return { low: magnitude(key, bits), high: magnitude(key + 1, bits) };
  return { low: -magnitude(~key + 1, bits), high: -magnitude(~key, bits) };
}

/** The bin of a finite number on the grid of `bits`. */
function binKey(value: number, bits: number): number {
  scratch[0] = value + 0;
  return keyOf(scratchHigh[1] ?? 0) >> (finest - bits);
}

const scratch = new Float64Array(1);
const scratchHigh = new Int32Array(scratch.buffer);

/** Rises with the value: negative numbers are mirrored, so that >> 1 joins neighbours on both sides of zero. */
function keyOf(high: number): number {
  return high >= 0 ? high : ~(high & 0x7fffffff);
}

function magnitude(key: number, bits: number): number {
  scratchHigh[0] = 0;
  scratchHigh[1] = key * 2 ** (finest - bits);
  const value = scratch[0] ?? 0;
  return Number.isFinite(value) ? value : Number.MAX_VALUE;
}

/** A histogram of bins that are sorted by key. */
export function packedHistogram({ bits, bins }: { readonly bits: number; readonly bins: readonly Bin[] }): Histogram {
  return {
    bits,
    keys: bins.map(({ key }, index) => key - (index === 0 ? 0 : (bins[index - 1]?.key ?? 0))),
    counts: bins.map(({ count }) => count),
  };
}
