import type { RowSample } from './row-sample.ts';

/** Columns of both sides as small whole numbers, the reference's rows first. */
export interface BinnedFeatures {
  readonly rows: number;
  readonly features: readonly BinnedFeature[];
}

/** One column: bin 0 is for rows without a value. Bins of numbers ascend; those of categories have no order. */
export interface BinnedFeature {
  readonly name: string;
  readonly isOrdered: boolean;
  readonly bins: number;
  readonly values: Uint8Array;
}

const mostBins = 64;

/** Numbers fall into bins of about equally many rows of both sides together, categories into the most frequent and the rest. */
export function binFeatures(reference: RowSample, current: RowSample): BinnedFeatures {
  const numbers = [...reference.numbers].flatMap(([name, values]) => {
    const others = current.numbers.get(name);
    return others === undefined ? [] : [orderedFeature(name, joined(values, others))];
  });
  const categories = [...reference.texts].flatMap(([name, values]) => {
    const others = current.texts.get(name);
    return others === undefined ? [] : [categoryFeature(name, [...values, ...others])];
  });
  return { rows: reference.rows + current.rows, features: [...numbers, ...categories].filter(({ bins }) => bins > 1) };
}

function joined(first: Float64Array, second: Float64Array): Float64Array {
  const both = new Float64Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function orderedFeature(name: string, values: Float64Array): BinnedFeature {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const edges: number[] = [];
  for (let bin = 1; bin < mostBins - 1; bin++) {
    const edge = sorted[Math.floor((bin * sorted.length) / (mostBins - 1))];
    if (edge !== undefined && edge > (edges.at(-1) ?? sorted[0] ?? Number.NEGATIVE_INFINITY)) edges.push(edge);
  }
  const binned = Uint8Array.from(values, (value) => (Number.isNaN(value) ? 0 : 1 + edgesUpTo(edges, value)));
  return { name, isOrdered: true, bins: usedBins(binned), values: binned };
}

/** How many edges are at most the value. */
function edgesUpTo(edges: readonly number[], value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function categoryFeature(name: string, values: readonly (string | null)[]): BinnedFeature {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  const frequent = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, mostBins - 2);
  const places = new Map(frequent.map(([value], place) => [value, place + 1]));
  const binned = Uint8Array.from(values, (value) => (value === null ? 0 : (places.get(value) ?? mostBins - 1)));
  return { name, isOrdered: false, bins: usedBins(binned), values: binned };
}

/** One more than the largest bin when at least two are in use: a column of one value tells nothing. */
function usedBins(values: Uint8Array): number {
  return new Set(values).size < 2 ? 1 : values.reduce((most, bin) => Math.max(most, bin), 0) + 1;
}
