import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { armOf, evenly, isMirrored, placeOfKey } from '../../src/serve/split.ts';

const open = { rollout: 'r-1', weight: 5, audience: null };

function shares(count: number, traffic: Parameters<typeof armOf>[0]): readonly number[] {
  const counters = { answered: 0, mirrored: 0 };
  let candidates = 0;
  return Array.from({ length: count }, (_, at) => {
    if (armOf(traffic, {}, counters) === 'candidate') candidates += 1;
    return candidates - ((at + 1) * traffic.weight) / 100;
  });
}

describe('the split', () => {
  it('is never more than a few requests away from its share', () => {
    for (const weight of [0.5, 1, 5, 12.5, 25, 50, 90, 99.5]) {
      const off = shares(100_000, { ...open, weight });
      expect(Math.max(...off.map(Math.abs))).toBeLessThan(5);
    }
  });

  it('gives nobody the candidate at 0 and everybody at 100', () => {
    expect(shares(5000, { ...open, weight: 0 }).every((off) => off === 0)).toBe(true);
    expect(shares(5000, { ...open, weight: 100 }).every((off) => off === 0)).toBe(true);
  });

  it('has no short period that a regular client could meet', () => {
    const counters = { answered: 0, mirrored: 0 };
    const arms = Array.from({ length: 20_000 }, () => armOf({ ...open, weight: 5 }, {}, counters));
    for (const period of [2, 3, 4, 5, 7, 10, 20, 25, 50, 100]) {
      const seen = arms.filter((arm, at) => at % period === 0 && arm === 'candidate').length;
      const expected = (arms.length / period) * 0.05;
      expect(Math.abs(seen - expected)).toBeLessThan(Math.max(8, expected * 0.25));
    }
  });

  it('goes on evenly where the counter passes 32 bits', () => {
    const start = 2 ** 32 - 500;
    const seen = Array.from({ length: 1000 }, (_, at) => evenly(start + at)).filter((place) => place < 0.25).length;
    expect(Math.abs(seen - 250)).toBeLessThan(4);
  });

  it('keeps a key where it is while the weight rises', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (key, a, b) => {
          const [low, high] = [Math.min(a, b), Math.max(a, b)];
          const arm = (weight: number) =>
            armOf({ rollout: 'r', weight, audience: { cookie: 'user' } }, { user: key }, { answered: 0, mirrored: 0 });
          expect(arm(low) === 'candidate' && arm(high) === 'champion').toBe(false);
          expect(arm(low)).toBe(arm(low));
        },
      ),
    );
  });

  it('reads the key from the cookie before the header, and shares keys by their hash', () => {
    const audience = { cookie: 'user' };
    const counters = { answered: 0, mirrored: 0 };
    const arms = Array.from({ length: 4000 }, (_, at) => {
      const headers = at % 2 === 0 ? { cookie: `a=1; user=u${at}; b=2`, user: 'other' } : { user: `u${at}` };
      const arm = armOf({ rollout: 'r', weight: 30, audience }, headers, counters);
      expect(arm === 'candidate').toBe(placeOfKey('r', `u${at}`) < 0.3);
      return arm;
    });
    expect(counters.answered).toBe(0);
    expect(arms.filter((arm) => arm === 'candidate').length / arms.length).toBeCloseTo(0.3, 1);
  });

  it('deals keys anew in another rollout', () => {
    const both = Array.from({ length: 10_000 }, (_, at) => `u${at}`).filter(
      (key) => placeOfKey('one', key) < 0.2 && placeOfKey('two', key) < 0.2,
    );
    expect(both.length / 10_000).toBeCloseTo(0.04, 2);
  });

  it('shares requests without a key by the sequence', () => {
    const counters = { answered: 0, mirrored: 0 };
    const audience = { cookie: 'user' };
    const arms = Array.from({ length: 1000 }, () =>
      armOf({ rollout: 'r', weight: 10, audience }, { cookie: 'user=; x' }, counters),
    );
    expect(Math.abs(arms.filter((arm) => arm === 'candidate').length - 100)).toBeLessThan(4);
  });

  it('lets only requests of the audience reach the candidate, and counts the others apart', () => {
    const audience = { header: 'X-Beta', value: 'yes' };
    const counters = { answered: 0, mirrored: 0 };
    const arm = (headers: Readonly<Record<string, string>>) =>
      armOf({ ...open, weight: 50, audience }, headers, counters);
    const inside = Array.from({ length: 100 }, () => arm({ 'x-beta': 'yes' }));
    expect(inside.filter((one) => one === 'candidate').length).toBeGreaterThan(45);
    expect([arm({}), arm({ 'x-beta': 'no' }), arm({ 'x-beta': 'YES' })]).toEqual(['outside', 'outside', 'outside']);
  });

  it('mirrors its percent by a sequence of its own', () => {
    const counters = { answered: 0, mirrored: 0 };
    const seen = Array.from({ length: 1000 }, () => isMirrored(20, counters)).filter(Boolean).length;
    expect(Math.abs(seen - 200)).toBeLessThan(4);
    expect(counters.answered).toBe(0);
    expect(isMirrored(0, counters)).toBe(false);
  });
});
