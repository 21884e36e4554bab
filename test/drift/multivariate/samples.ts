import type { RowSample } from '../../../src/drift/multivariate/row-sample.ts';

/** Numbers between 0 and 1 that are the same in each run. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

/** A standard normal number. */
export function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
}

/** Rows of numbers and texts as they come from a dataset. */
export function sample(
  columns: Readonly<Record<string, readonly number[] | readonly string[]>>,
  next: () => number,
): RowSample {
  const rows = Object.values(columns)[0]?.length ?? 0;
  const numbers = new Map<string, Float64Array>();
  const texts = new Map<string, readonly (string | null)[]>();
  for (const [name, values] of Object.entries(columns)) {
    if (values.every((value) => typeof value === 'number')) numbers.set(name, Float64Array.from(values));
    else texts.set(name, values.map(String));
  }
  return { rows, keys: Uint32Array.from({ length: rows }, () => next() * 2 ** 32), numbers, texts, vectors: new Map() };
}
