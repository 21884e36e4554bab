import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holm } from '../../src/statistics/holm.ts';

test('p-values are adjusted as R adjusts them with method "holm"', () => {
  expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
  expect(holm([])).toEqual([]);
});

test('an adjusted p-value is never below its own, never above Bonferroni’s, and keeps the order', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 }), (pValues) => {
      const adjusted = holm(pValues);
      for (const [at, p] of pValues.entries()) {
        const own = adjusted[at] ?? Number.NaN;
        expect(own).toBeGreaterThanOrEqual(p);
        expect(own).toBeLessThanOrEqual(Math.min(1, p * pValues.length) + 1e-15);
        for (const [other, q] of pValues.entries()) if (p < q) expect(own).toBeLessThanOrEqual(adjusted[other] ?? 0);
      }
    }),
  );
});
