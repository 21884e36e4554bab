import { registers, sketchText } from './distinct.ts';
import { binLimit, type Histogram, histogramOfTable } from './histogram.ts';
import { emptyKey, kernelRows, kernelSlots, type NumberKernel, numberKernel, stateLayout } from './number-kernel.ts';
import { orderedMoments } from './ordered-moments.ts';
import type { NumberProfile } from './profile-document.ts';

/** Summarises a stream of numbers in one pass and fixed memory. */
export interface NumberSummary {
  /**
   * Takes consecutive rows. `firstRow` is the number of the first of them: chunks may come in any order and give the same
   * summary, to the bit; without it they are taken to follow those before.
   */
  add(values: Float64Array, valid: Uint8Array | null, firstRow?: number): void;
  finish(name: string, kind: NumberProfile['kind']): NumberProfile;
}

/** A summary of no numbers yet, in a memory of its own or in that of others. */
export function numberSummary(kernel: NumberKernel = numberKernel()): NumberSummary {
  const state = kernel.allocate();
  const moments = orderedMoments();
  let rowsSeen = 0;
  const count = (at: number) => Number(kernel.view().getBigUint64(state + at, true));
  const double = (at: number) => kernel.view().getFloat64(state + at, true);
  const integer = (at: number) => kernel.view().getInt32(state + at, true);

  function addChunk(values: Float64Array, valid: Uint8Array | null, firstRow: number): void {
    kernel.add(state, values, valid);
    const kept = integer(stateLayout.kept);
    moments.add({
      firstRow,
      rows: values.length,
      count: kept,
      mean: kept === 0 ? 0 : double(stateLayout.sum) / kept,
      squares: kept === 0 ? 0 : double(stateLayout.squares),
    });
    if (integer(stateLayout.filled) > binLimit) coarsenTable(kernel, state);
  }

  return {
    add(values, valid, firstRow = rowsSeen) {
      rowsSeen += values.length;
      for (let start = 0; start < values.length; start += kernelRows) {
        const rows = values.subarray(start, start + kernelRows);
        addChunk(rows, valid === null ? null : valid.subarray(start >> 3), firstRow + start);
      }
    },
    finish(name, kind) {
      const known = moments.finish();
      return {
        name,
        kind,
        nulls: count(stateLayout.nulls),
        nan: count(stateLayout.nan),
        positiveInfinite: count(stateLayout.positiveInfinite),
        negativeInfinite: count(stateLayout.negativeInfinite),
        count: known.count,
        extremes: known.count > 0 ? { min: double(stateLayout.least), max: double(stateLayout.most) } : null,
        // Sums of numbers near the largest double overflow; what is not finite is not known.
        moments:
          known.count > 0 && Number.isFinite(known.mean) && Number.isFinite(known.squares)
            ? { mean: known.mean, squares: known.squares }
            : null,
        histogram: histogramOf(kernel, state),
        distinct: sketchText(new Uint8Array(kernel.view().buffer, state + stateLayout.sketch, registers)),
      };
    },
  };
}

function histogramOf(kernel: NumberKernel, state: number): Histogram {
  return histogramOfTable(filledSlots(kernel, state), kernel.view().getInt32(state + stateLayout.shift, true));
}

/** Halves the grid until few enough bins are filled, and fills the table anew. */
function coarsenTable(kernel: NumberKernel, state: number): void {
  const view = kernel.view();
  const filled = filledSlots(kernel, state);
  const halvings = halvingsNeeded(Int32Array.from(filled, ([key]) => key).sort());
  const words = tableWords(kernel, state);
  words.fill(0);
  for (let at = 0; at < words.length; at += 4) words[at] = emptyKey;
  let bins = 0;
  for (const [fine, count] of filled) {
    const key = fine >> halvings;
    let slot = (key ^ (key >>> 13)) & (kernelSlots - 1);
    while (words[4 * slot] !== emptyKey && words[4 * slot] !== key) slot = (slot + 1) & (kernelSlots - 1);
    if (words[4 * slot] === emptyKey) bins++;
    words[4 * slot] = key;
    const sum = countAt(words, slot) + count;
    words[4 * slot + 2] = sum % 2 ** 32;
    words[4 * slot + 3] = sum / 2 ** 32;
  }
  view.setInt32(state + stateLayout.shift, view.getInt32(state + stateLayout.shift, true) + halvings, true);
  view.setInt32(state + stateLayout.filled, bins, true);
}

/** Neighbours stay apart as long as they differ in a bit that is kept. */
function halvingsNeeded(sorted: Int32Array): number {
  const apartUntil = new Uint32Array(33);
  for (let at = 1; at < sorted.length; at++) {
    const width = 32 - Math.clz32((sorted[at] ?? 0) ^ (sorted[at - 1] ?? 0));
    apartUntil[width] = (apartUntil[width] ?? 0) + 1;
  }
  let halvings = 0;
  for (let bins = sorted.length; bins > binLimit; halvings++) bins -= apartUntil[halvings + 1] ?? 0;
  return halvings;
}

function filledSlots(kernel: NumberKernel, state: number): readonly (readonly [key: number, count: number])[] {
  const words = tableWords(kernel, state);
  const filled: [key: number, count: number][] = [];
  for (let at = 0; at < words.length; at += 4) {
    const key = words[at] ?? emptyKey;
    if (key !== emptyKey) filled.push([key, countAt(words, at / 4)]);
  }
  return filled;
}

function countAt(words: Int32Array, slot: number): number {
  return ((words[4 * slot + 2] ?? 0) >>> 0) + (words[4 * slot + 3] ?? 0) * 2 ** 32;
}

/** The slots of a table, four words each: key, nothing, and the lower and the upper half of the count. */
function tableWords(kernel: NumberKernel, state: number): Int32Array {
  return new Int32Array(kernel.view().buffer, state + stateLayout.table, 4 * kernelSlots);
}
