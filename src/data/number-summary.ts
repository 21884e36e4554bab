import { hasValue } from './column-stream.ts';
import { noteNumber, registers, sketchText } from './distinct.ts';
import { histogramBuilder } from './histogram.ts';
import type { NumberProfile } from './profile-document.ts';

/** Summarises a stream of numbers in one pass and fixed memory. */
export interface NumberSummary {
  add(values: Float64Array, valid: Uint8Array | null): void;
  finish(name: string, kind: NumberProfile['kind']): NumberProfile;
}

/** A summary of no numbers yet. */
export function numberSummary(): NumberSummary {
  const histogram = histogramBuilder();
  const sketch = new Uint8Array(registers);
  let [nulls, nan, positiveInfinite, negativeInfinite, count] = [0, 0, 0, 0, 0];
  let [min, max, mean, squares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  const finite = new Float64Array(2048);
  const halves = new Int32Array(finite.buffer);

  function noteFinite(kept: number): void {
    let sum = 0;
    for (let i = 0; i < kept; i++) {
      const value = finite[i] ?? 0;
      const high = halves[2 * i + 1] ?? 0;
      sum += value;
      if (value < min) min = value;
      if (value > max) max = value;
      histogram.add(high);
      noteNumber(sketch, high, halves[2 * i] ?? 0);
    }
    const chunkMean = sum / kept;
    let chunkSquares = 0;
    for (let i = 0; i < kept; i++) chunkSquares += ((finite[i] ?? 0) - chunkMean) ** 2;
    const difference = chunkMean - mean;
    const total = count + kept;
    mean += (difference * kept) / total;
    squares += chunkSquares + (difference * difference * count * kept) / total;
    count = total;
  }

  return {
    add(values, valid) {
      let kept = 0;
      for (let row = 0; row < values.length; row++) {
        const value = values[row] ?? 0;
        if (valid !== null && !hasValue(valid, row)) nulls++;
        else if (value - value === 0) {
          // Adding 0 turns −0 into 0: they are one number and belong in one bin.
          finite[kept++] = value + 0;
          if (kept === finite.length) {
            noteFinite(kept);
            kept = 0;
          }
        } else if (value === Number.POSITIVE_INFINITY) positiveInfinite++;
        else if (value === Number.NEGATIVE_INFINITY) negativeInfinite++;
        else nan++;
      }
      if (kept > 0) noteFinite(kept);
    },
    finish(name, kind) {
      // Sums of numbers near the largest double overflow; what is not finite is not known.
      const isKnown = count > 0 && Number.isFinite(mean) && Number.isFinite(squares);
      return {
        name,
        kind,
        nulls,
        nan,
        positiveInfinite,
        negativeInfinite,
        count,
        extremes: count > 0 ? { min, max } : null,
        moments: isKnown ? { mean, squares } : null,
        histogram: histogram.finish(),
        distinct: sketchText(sketch),
      };
    },
  };
}
