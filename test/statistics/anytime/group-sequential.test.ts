import { describe, expect, it } from 'vitest';
import { groupSequential } from '../../../src/statistics/anytime/group-sequential.ts';

/** The bounds at so many looks at equal steps of information. */
function bounds(looks: number, alpha: number, spending: 'obrien-fleming' | 'pocock'): readonly (number | null)[] {
  const test = groupSequential({ alpha, spending });
  return Array.from({ length: looks }, (_, at) =>
    test.look({ score: -1, information: (100 * (at + 1)) / looks, spent: (at + 1) / looks }),
  );
}

describe('a group-sequential test', () => {
  it.each([
    [3, [3.7103, 2.5114, 1.993]],
    [5, [4.8769, 3.357, 2.6803, 2.2898, 2.031]],
  ])('has the bounds of Lan and DeMets at %d looks', (looks, published) => {
    const found = bounds(looks, 0.025, 'obrien-fleming');

    expect(found.map((bound) => Number(bound?.toFixed(4)))).toEqual(published);
  });

  it('holds its level over a hundred looks', () => {
    // A walk whose steps are exact halves of a binomial: everyone is followed, and those that cross are counted.
    const looks = 100;
    const limits = bounds(looks, 0.05, 'pocock');
    let walking = new Map([[0, 1]]);
    let crossed = 0;
    for (let look = 1; look <= looks; look += 1) {
      const next = new Map<number, number>();
      const step = 40;
      for (const [place, mass] of walking) {
        for (let up = -step; up <= step; up += 2) {
          const to = place + up;
          next.set(to, (next.get(to) ?? 0) + mass * binomialHalf(step, (up + step) / 2));
        }
      }
      const bound = (limits[look - 1] ?? Number.POSITIVE_INFINITY) * Math.sqrt(step * look);
      for (const [place, mass] of next) {
        if (place < bound) continue;
        crossed += mass;
        next.delete(place);
      }
      walking = next;
    }

    expect(crossed).toBeGreaterThan(0.04);
    expect(crossed).toBeLessThan(0.05 * 1.02);
  });

  it('looks no more once its plan is over, and not at what is hardly new', () => {
    const test = groupSequential({ alpha: 0.05, spending: 'pocock' });

    expect(test.look({ score: 0, information: 50, spent: 0.5 })).toBeGreaterThan(1.6);
    expect(test.look({ score: 99, information: 50.1, spent: 0.501 })).toBeNull();
    expect(test.look({ score: 0, information: 100, spent: 1 })).toBeGreaterThan(1.6);
    expect(test.look({ score: 999, information: 200, spent: 2 })).toBeNull();
    expect(test.hasCrossed()).toBe(false);
  });
});

const halves = new Map<number, number>();
function binomialHalf(n: number, k: number): number {
  const known = halves.get(k);
  if (known !== undefined) return known;
  let ways = 2 ** -n;
  for (let at = 0; at < k; at += 1) ways = (ways * (n - at)) / (at + 1);
  halves.set(k, ways);
  return ways;
}
