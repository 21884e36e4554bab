import { describe, expect, test } from 'vitest';
import { sparkline, sparklines } from '../../src/render/sparkline.ts';

describe('a sparkline', () => {
  test.each([
    [[0, 1, 2, 3, 4, 5, 6, 7], '▁▂▃▄▅▆▇█'],
    [[0, 0], '▁▁'],
    [[], ''],
    [[Number.NaN, 1, -1], '▁█▁'],
  ])('of %j is %s', (values, shown) => {
    expect(sparkline(values)).toBe(shown);
  });

  test('of two shapes has one scale, so that they can be compared', () => {
    expect(sparklines([0.5, 0.25], [1, 0])).toEqual(['▅▃', '█▁']);
  });

  test('adds up what would be too fine to see', () => {
    expect(sparkline(Array.from({ length: 60 }, () => 1))).toBe('█'.repeat(12));
  });
});
