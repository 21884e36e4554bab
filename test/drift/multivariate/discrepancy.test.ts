import { describe, expect, it } from 'vitest';
import { discrepancyOf } from '../../../src/drift/multivariate/discrepancy.ts';
import type { Points } from '../../../src/drift/multivariate/standardised-rows.ts';
import { generator, normal } from './samples.ts';

function cloud(
  rows: number,
  shift: number,
  seed: number,
): { readonly points: Points; readonly isCurrent: Uint8Array; readonly keys: Uint32Array } {
  const next = generator(seed);
  const isCurrent = new Uint8Array(2 * rows).fill(1, rows);
  const values = Float64Array.from({ length: 2 * rows * 3 }, (_, at) => normal(next) + (at >= rows * 3 ? shift : 0));
  const keys = Uint32Array.from({ length: 2 * rows }, () => next() * 2 ** 32);
  return { points: { rows: 2 * rows, dimension: 3, values }, isCurrent, keys };
}

/** The definition, over all pairs of rows (Gretton et al., 2012, equation 3). */
function exact({ points, isCurrent }: ReturnType<typeof cloud>, bandwidth: number): number {
  const { rows, dimension, values } = points;
  const sums = [0, 0, 0];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < rows; j++) {
      if (i === j) continue;
      let squares = 0;
      for (let at = 0; at < dimension; at++)
        squares += ((values[i * dimension + at] ?? 0) - (values[j * dimension + at] ?? 0)) ** 2;
      const pair = (isCurrent[i] ?? 0) + (isCurrent[j] ?? 0);
      sums[pair] = (sums[pair] ?? 0) + Math.exp(-squares / (2 * bandwidth ** 2));
    }
  }
  const side = rows / 2;
  const [before = 0, between = 0, now = 0] = sums;
  return (before + now) / (side * (side - 1)) - between / side ** 2;
}

describe('the kernel discrepancy', () => {
  it.each([0, 0.5, 1.5])(
    'of clouds that lie %f apart is that of all pairs of rows, to what its features cost',
    (shift) => {
      const sides = cloud(200, shift, 11);
      const found = discrepancyOf(sides.points, sides);

      const expected = exact(sides, found?.bandwidth ?? Number.NaN);
      expect(Math.abs((found?.value ?? Number.NaN) - expected)).toBeLessThan(0.005 + 0.1 * expected);
      if (shift > 0) expect(found?.pValue).toBe(0.005);
    },
  );

  it('has p-values that are seldom small when nothing differs', () => {
    const small = Array.from({ length: 40 }, (_, seed) => {
      const sides = cloud(60, 0, seed + 1);
      return (discrepancyOf(sides.points, sides)?.pValue ?? 0) <= 0.1;
    });

    // Four are expected of forty; eleven come in one of a thousand.
    expect(small.filter(Boolean).length).toBeLessThanOrEqual(11);
  });

  it('is none of rows that are all the same', () => {
    const sides = cloud(50, 0, 1);

    expect(discrepancyOf({ ...sides.points, values: new Float64Array(300) }, sides)).toBeNull();
    expect(discrepancyOf({ rows: 100, dimension: 0, values: new Float64Array() }, sides)).toBeNull();
  });
});
