import { describe, expect, test } from 'vitest';
import { shareBar, sparkline, sparklines } from '../../src/render/sparkline.ts';

describe('a sparkline', () => {
  test.each([
    [[0, 1, 2, 3, 4, 5, 6, 7], '▁▂▃▄▅▆▇█'],
    [[0, 0], '▁▁'],
    [[], ''],
    [[Number.NaN, 7, -1], '▁█▁'],
    [[3.5, 14], '▅█'],
  ])('of %j is %s', (values, shown) => {
    expect(sparkline(values, 7)).toBe(shown);
  });

  test('of two shapes has one scale, so that they can be compared', () => {
    expect(sparklines([0.5, 0.25], [1, 0])).toEqual(['▅▃', '█▁']);
  });

  test('keeps the peaks of a course that is too long to draw', () => {
    const course = Array.from({ length: 60 }, (_, at) => (at === 31 ? 1 : 0));

    expect(sparkline(course, 1)).toBe('▁▁▁▁▁▁█▁▁▁▁▁');
  });

  test('adds up bins that are too fine to see', () => {
    const flat = Array.from({ length: 60 }, () => 1);

    expect(sparklines(flat, flat)[0]).toBe('█'.repeat(12));
  });
});

test.each([
  [0, '▱▱▱▱▱▱▱▱'],
  [-0.2, '▱▱▱▱▱▱▱▱'],
  [0.001, '▰▱▱▱▱▱▱▱'],
  [0.5, '▰▰▰▰▱▱▱▱'],
  [7, '▰▰▰▰▰▰▰▰'],
  [Number.NaN, '▱▱▱▱▱▱▱▱'],
])('a share of %d is the bar %s', (share, bar) => {
  expect(shareBar(share)).toBe(bar);
});
