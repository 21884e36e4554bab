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
  const table = state + stateLayout.table;
  let counts = new Map(filledSlots(kernel, state));
  let shift = view.getInt32(state + stateLayout.shift, true);
  for (; counts.size > binLimit; shift++) {
    const coarser = new Map<number, number>();
    for (const [key, count] of counts) coarser.set(key >> 1, (coarser.get(key >> 1) ?? 0) + count);
    counts = coarser;
  }
  for (let slot = 0; slot < kernelSlots; slot++) {
    view.setInt32(table + 16 * slot, emptyKey, true);
    view.setBigUint64(table + 16 * slot + 8, 0n, true);
  }
  for (const [key, count] of counts) {
    let slot = Math.imul(key, 0x9e3779b1) >>> 19;
    while (view.getInt32(table + 16 * slot, true) !== emptyKey) slot = (slot + 1) % kernelSlots;
    view.setInt32(table + 16 * slot, key, true);
    view.setBigUint64(table + 16 * slot + 8, BigInt(count), true);
  }
  view.setInt32(state + stateLayout.shift, shift, true);
  view.setInt32(state + stateLayout.filled, counts.size, true);
}

function* filledSlots(kernel: NumberKernel, state: number): Generator<readonly [key: number, count: number]> {
  const view = kernel.view();
  for (let slot = 0; slot < kernelSlots; slot++) {
    const at = state + stateLayout.table + 16 * slot;
    const key = view.getInt32(at, true);
    if (key !== emptyKey) yield [key, Number(view.getBigUint64(at + 8, true))];
  }
}
