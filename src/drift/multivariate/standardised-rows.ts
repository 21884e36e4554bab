import type { RowSample } from './row-sample.ts';

/** Rows of both sides as points of one space, the reference's first. */
export interface Points {
  readonly rows: number;
  readonly dimension: number;
  /** Row after row. */
  readonly values: Float64Array;
}

const mostCategories = 31;

/**
 * Numbers by their distance from the median of both sides in robust standard deviations (at most five of them), and 1
 * beside it where there is none; categories as one dimension for each of the frequent ones, scaled so that two rows of
 * different categories are as far apart as two numbers one standard deviation apart.
 */
export function standardisedRows(reference: RowSample, current: RowSample): Points {
  const rows = reference.rows + current.rows;
  const dimensions: ((row: number) => number)[] = [];
  for (const [name, values] of reference.numbers) {
    const others = current.numbers.get(name);
    if (others !== undefined) dimensions.push(...ofNumbers([...values, ...others]));
  }
  for (const [name, values] of reference.texts) {
    const others = current.texts.get(name);
    if (others !== undefined) dimensions.push(...ofCategories([...values, ...others]));
  }
  return filled(rows, dimensions);
}

/** The rows that have a vector, each dimension standardised by mean and standard deviation of both sides. */
export function standardisedVectors(sides: readonly { readonly dimension: number; readonly values: Float64Array }[]): {
  readonly points: Points;
  readonly kept: readonly (readonly number[])[];
} {
  const dimension = sides[0]?.dimension ?? 0;
  const kept = sides.map(({ values }) =>
    Array.from({ length: dimension === 0 ? 0 : values.length / dimension }, (_, row) => row).filter(
      (row) => !Number.isNaN(values[row * dimension]),
    ),
  );
  const chosen = sides.flatMap(({ values }, side) => (kept[side] ?? []).map((row) => ({ values, row })));
  const columns = Array.from({ length: dimension }, (_, at) => {
    const value = (place: number) => {
      const one = chosen[place];
      return one?.values[one.row * dimension + at] ?? 0;
    };
    const mean = chosen.reduce((sum, _one, place) => sum + value(place), 0) / Math.max(1, chosen.length);
    const squares = chosen.reduce((sum, _one, place) => sum + (value(place) - mean) ** 2, 0);
    const spread = Math.sqrt(squares / Math.max(1, chosen.length));
    return (place: number) => (spread === 0 ? 0 : (value(place) - mean) / spread);
  });
  return { points: filled(chosen.length, columns), kept };
}

function filled(rows: number, dimensions: readonly ((row: number) => number)[]): Points {
  const values = new Float64Array(rows * dimensions.length);
  for (const [at, dimension] of dimensions.entries()) {
    for (let row = 0; row < rows; row++) values[row * dimensions.length + at] = dimension(row);
  }
  return { rows, dimension: dimensions.length, values };
}

const farthest = 5;

function ofNumbers(values: readonly number[]): readonly ((row: number) => number)[] {
  const sorted = Float64Array.from(values.filter((value) => Number.isFinite(value))).sort();
  if (sorted.length === 0) return [];
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const [low, middle, high] = [at(0.25), at(0.5), at(0.75)];
  // Half of a normal distribution lies within 1.349 standard deviations.
  const robust = (high - low) / 1.349;
  const spread = robust > 0 ? robust : (at(1) - at(0)) / 4;
  const place = (value: number) =>
    spread === 0 || Number.isNaN(value) ? 0 : Math.max(-farthest, Math.min(farthest, (value - middle) / spread));
  const hasMissing = values.some(Number.isNaN);
  return [
    ...(spread > 0 ? [(row: number) => place(values[row] ?? Number.NaN)] : []),
    ...(hasMissing ? [(row: number) => (Number.isNaN(values[row] ?? Number.NaN) ? 1 : 0)] : []),
  ];
}

function ofCategories(values: readonly (string | null)[]): readonly ((row: number) => number)[] {
  const counts = new Map<string | null, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  if (counts.size < 2) return [];
  const frequent = [...counts]
    .sort(([a, n], [b, m]) => m - n || (String(a) < String(b) ? -1 : 1))
    .slice(0, mostCategories)
    .map(([value]) => value);
  return frequent.map((category) => (row: number) => (values[row] === category ? Math.SQRT1_2 : 0));
}
