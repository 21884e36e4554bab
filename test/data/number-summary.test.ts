import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSketch } from '../../src/data/distinct.ts';
import { histogramBuilder } from '../../src/data/histogram.ts';
import { numberKernel } from '../../src/data/number-kernel.ts';
import { type NumberSummary, numberSummary } from '../../src/data/number-summary.ts';

const kernel = numberKernel();

const cell = fc.oneof(
  fc.double(),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(null, -0, 5e-324, Number.MAX_VALUE, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN),
);

test('a summary says what counting value by value says', () => {
  fc.assert(
    fc.property(fc.array(cell, { maxLength: 70 }), (cells) => {
      const summary = numberSummary(kernel);
      add(summary, cells);

      const { moments, ...exact } = summary.finish('x', 'number');
      const finite = cells.filter((value): value is number => value !== null && Number.isFinite(value));
      expect(exact).toEqual({
        name: 'x',
        kind: 'number',
        nulls: cells.filter((value) => value === null).length,
        nan: cells.filter(Number.isNaN).length,
        positiveInfinite: cells.filter((value) => value === Number.POSITIVE_INFINITY).length,
        negativeInfinite: cells.filter((value) => value === Number.NEGATIVE_INFINITY).length,
        count: finite.length,
        extremes: finite.length === 0 ? null : { min: Math.min(...finite) + 0, max: Math.max(...finite) + 0 },
        histogram: histogramByValue(finite),
        distinct: sketchByValue(finite),
      });
      if (moments === null) return;
      const mean = finite.reduce((sum, value) => sum + value / finite.length, 0);
      const scale = Math.max(...finite.map(Math.abs));
      // Below the smallest normal number a double has few digits: each of the terms may be off by half its last one.
      const smallest = finite.length * Number.MIN_VALUE;
      expect(Math.abs(moments.mean - mean)).toBeLessThanOrEqual(1e-13 * scale + smallest);
    }),
    { numRuns: 200 },
  );
});

test('chunks give the same summary to the bit in any order', () => {
  const values = Float64Array.from({ length: 20_000 }, (_, row) => Math.sin(row) * 10 ** (row % 5));
  const starts = Array.from({ length: 10 }, (_, part) => part * 2000);
  const summaryOf = (order: readonly number[]) => {
    const summary = numberSummary(kernel);
    for (const start of order) summary.add(values.subarray(start, start + 2000), null, start);
    return summary.finish('x', 'number');
  };

  const inOrder = summaryOf(starts);

  expect(summaryOf(starts.toReversed())).toEqual(inOrder);
  expect(summaryOf([4000, 0, 16_000, 2000, 6000, 18_000, 14_000, 8000, 10_000, 12_000])).toEqual(inOrder);
  expect(inOrder.histogram).toEqual(histogramByValue([...values]));
  expect(inOrder.distinct).toBe(sketchByValue([...values]));
});

function add(summary: NumberSummary, cells: readonly (number | null)[]): void {
  const valid = new Uint8Array(Math.ceil(cells.length / 8));
  for (const [row, value] of cells.entries()) {
    if (value !== null) valid[row >> 3] = (valid[row >> 3] ?? 0) | (1 << (row & 7));
  }
  summary.add(Float64Array.from(cells, Number), cells.includes(null) ? valid : null);
}

function histogramByValue(values: readonly number[]) {
  const builder = histogramBuilder();
  for (const value of values) builder.add(halves(value).high);
  return builder.finish();
}

function sketchByValue(values: readonly number[]): string {
  const sketch = parseSketch('');
  for (const value of values) {
    const { high, low } = halves(value);
    const first = mixed(Math.imul(high, 0x85ebca6b) ^ mixed(low ^ 0x9e3779b9));
    const rank = Math.clz32(mixed(first ^ Math.imul(low, 0xc2b2ae35) ^ high)) + 1;
    sketch[first & 1023] = Math.max(sketch[first & 1023] ?? 0, rank);
  }
  return Buffer.from(sketch).toString('base64');
}

function halves(value: number): { readonly high: number; readonly low: number } {
  const parts = new Int32Array(Float64Array.of(value + 0).buffer);
  return { low: parts[0] ?? 0, high: parts[1] ?? 0 };
}

function mixed(value: number): number {
  let h = value;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
