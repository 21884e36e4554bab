import type { EmbeddingProfile } from './embedding-profile.ts';
import { coarsened, type HistogramBuilder, histogramBuilder } from './histogram.ts';
import { projectionDirections } from './projection-directions.ts';
import type { VectorChunk } from './vector-stream.ts';

/** Projections need no finer grid, and sixteen fine histograms would outweigh the rest of the document. */
const projectionBits = 4;

/** Summarises a stream of vectors in one pass and fixed memory. */
export interface EmbeddingSummary {
  add(chunk: VectorChunk): void;
  finish(name: string): EmbeddingProfile;
}

/** A summary of no vectors yet. */
export function embeddingSummary(dimension: number): EmbeddingSummary {
  const directions = projectionDirections(dimension);
  const scale = 1 / Math.sqrt(dimension);
  const projections = directions.map(() => histogramBuilder());
  const norms = histogramBuilder();
  const means = new Float64Array(dimension);
  const squares = new Float64Array(dimension);
  const row = new Float64Array(dimension);
  let [nulls, nonFinite, count] = [0, 0, 0];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

  function note(): void {
    count++;
    let sum = 0;
    for (let at = 0; at < dimension; at++) {
      const value = row[at] ?? 0;
      sum += value * value;
      // Welford (1962).
      const before = value - (means[at] ?? 0);
      const mean = (means[at] ?? 0) + before / count;
      means[at] = mean;
      squares[at] = (squares[at] ?? 0) + before * (value - mean);
    }
    const norm = finiteOr(Math.sqrt(sum), Number.MAX_VALUE);
    if (norm < min) min = norm;
    if (norm > max) max = norm;
    addTo(norms, norm);
    for (const [index, direction] of directions.entries()) {
      let projected = 0;
      for (let at = 0; at < dimension; at++) projected += (direction[at] ?? 0) * (row[at] ?? 0);
      const builder = projections[index];
      if (builder !== undefined)
        addTo(builder, finiteOr(projected * scale, projected > 0 ? Number.MAX_VALUE : -Number.MAX_VALUE));
    }
  }

  return {
    add(chunk) {
      for (let index = 0; index < chunk.rows; index++) {
        if (!chunk.hasVector(index)) nulls++;
        else if (copyFinite(chunk.values, index * dimension, row)) note();
        else nonFinite++;
      }
    },
    finish(name) {
      const isKnown = count > 0 && means.every(Number.isFinite) && squares.every(Number.isFinite);
      return {
        name,
        kind: 'embedding',
        dimension,
        nulls,
        nonFinite,
        count,
        moments: isKnown ? { means: [...means], squares: [...squares] } : null,
        norms: { extremes: count > 0 ? { min, max } : null, histogram: norms.finish() },
        projections: projections.map((builder) => coarsened(builder.finish(), projectionBits)),
      };
    },
  };
}

/** Copies one vector; false when something in it is no finite number. */
function copyFinite(values: Float64Array, start: number, row: Float64Array): boolean {
  for (let at = 0; at < row.length; at++) {
    const value = values[start + at] ?? Number.NaN;
    if (value - value !== 0) return false;
    row[at] = value;
  }
  return true;
}

const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);

function addTo(histogram: HistogramBuilder, value: number): void {
  // Adding 0 turns −0 into 0.
  double[0] = value + 0;
  histogram.add(halves[1] ?? 0);
}

/** Sums of numbers near the largest double overflow: such a vector counts as the longest there is. */
function finiteOr(value: number, otherwise: number): number {
  return Number.isFinite(value) ? value : otherwise;
}
