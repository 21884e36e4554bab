import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mixed } from '../../src/statistics/poisson-bootstrap.ts';
import { sortedOrder } from '../../src/statistics/sorted-order.ts';

it('orders long lists as a comparison would, equal numbers in row order', () => {
  const special = [
    0,
    -0,
    1,
    -1,
    0.5,
    1e-310,
    -1e-310,
    1e300,
    -1e300,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const numbers = Float64Array.from({ length: 5000 }, (_, row) => {
        const hash = mixed(seed + row);
        return hash % 3 === 0 ? (special[hash % special.length] ?? 0) : (hash % 1000) / 7 - 60;
      });
      const rows = Array.from(numbers.keys());

      const order = sortedOrder(numbers);

      const below = (a: number, b: number) =>
        (numbers[a] ?? 0) < (numbers[b] ?? 0) ? -1 : Number((numbers[a] ?? 0) > (numbers[b] ?? 0));
      expect(Array.from(order)).toEqual(rows.sort((a, b) => below(a, b) || a - b));
    }),
    { numRuns: 20 },
  );
});
