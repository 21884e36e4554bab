import { describe, expect, test } from 'vitest';
import { lineChart } from '../../../../src/render/report/plot/chart.ts';
import { roundBelow, ticks } from '../../../../src/render/report/plot/figure.ts';
import { pairedHistogram } from '../../../../src/render/report/plot/histogram.ts';
import {
  barPlot,
  intervalAxis,
  intervalPlot,
  reachOf,
  sharePlot,
} from '../../../../src/render/report/plot/interval.ts';

const caption = { id: 'p', title: 'A <plot>', description: 'What "it" shows' };
const numbers = (text: string, pattern: RegExp) => Array.from(text.matchAll(pattern), ([, found]) => Number(found));

describe('an axis', () => {
  test.each([
    [0, 1, [0, 0.25, 0.5, 0.75, 1]],
    [-0.03, 0.04, [-0.02, 0, 0.02, 0.04]],
    [0, 0, [0]],
    [3, Number.POSITIVE_INFINITY, [3]],
    [0, 1e-320, [0]],
  ])('from %d to %d has round marks', (low, high, marks) => {
    expect(ticks(low, high)).toEqual(marks);
  });

  test.each([
    [0.034, 0.025],
    [1, 1],
    [7, 5],
    [0.0021, 0.002],
  ])('of a forest that reaches to %d is marked at %d', (reach, mark) => {
    expect(roundBelow(reach)).toBe(mark);
  });

  test('of a forest has better to the right, whatever the sign', () => {
    const text = (better: 'higher' | 'lower') =>
      intervalAxis(0.04, better)
        .match(/>[^<]+<\/text>/g)
        ?.join();

    expect(text('higher')).toBe('>−0.025</text>,>0</text>,>+0.025</text>');
    expect(numbers(intervalAxis(0.04, 'lower'), /text x="([\d.]+)"/g)).toEqual(
      numbers(intervalAxis(0.04, 'higher'), /text x="([\d.]+)"/g).toReversed(),
    );
  });
});

describe('an interval', () => {
  const plot = (value: number, low: number, high: number, reach = 1) =>
    intervalPlot({ ...caption, value, low, high, limit: -0.5, better: 'higher', tone: 'good', reach });

  test('is drawn on the axis of its neighbours, and cut where it leaves it', () => {
    expect(plot(0, -1, 1)).toContain('M6 13H164');
    expect(plot(0, -9, 0.5)).toContain('M6 13H124.5');
    expect(plot(0.5, 0.4, 0.6)).toContain('<circle cx="124.5"');
  });

  test('says what it shows to who does not see it, and lets no markup through', () => {
    expect(plot(0, -1, 1)).toContain('<title id="p-t">A &#60;plot&#62;</title><desc id="p-d">What &#34;it&#34; shows');
    expect(plot(0, -1, 1)).toContain('role="img"');
  });

  test('of nothing that differs has an axis all the same', () => {
    expect(reachOf([{ value: 0, low: 0, high: 0 }])).toBe(1);
    expect(reachOf([{ value: Number.NaN, low: -2, high: Number.POSITIVE_INFINITY }])).toBeCloseTo(2.2);
    expect(intervalAxis(reachOf([]), 'higher')).toContain('+0.5');
  });

  test('of a share lies between none and all', () => {
    const svg = sharePlot({ ...caption, candidate: { value: 0.5, low: -1, high: 3 }, champion: 0, top: 1 });

    expect(svg).toContain('M6 13H114');
    expect(svg).toContain('<circle cx="6"');
  });
});

test('bars of one table share one zero, also where some fall below it', () => {
  const bar = (value: number) =>
    barPlot({ ...caption, candidate: { value, low: value, high: value }, champion: null, range: [-1, 3] });

  expect(bar(3)).toContain('x="48" y="9" width="126"');
  expect(bar(-1)).toContain('x="6" y="9" width="42"');
});

test('a histogram has a bar for each bin and the reference as one line', () => {
  const svg = pairedHistogram({
    ...caption,
    labels: ['a', 'b'],
    reference: [1, 0],
    current: [0.5, 0.5],
    size: 'large',
  });

  expect(svg.match(/<path d="(?:M[\d. ]+V[\d.]+h[\d.]+V[\d.]+z){2}"/g)).toHaveLength(1);
  expect(svg).toContain('M0 96V4H140V96H280V96');
  expect(svg).toContain('>a</text>');
});

describe('a chart', () => {
  const chart = (points: readonly { x: number; y: number | null; isMarked?: boolean }[]) =>
    lineChart({ ...caption, series: [{ ink: 'now', points }], limits: [0.5], ends: ['from', 'to'], range: [0, 1] });

  test('leaves a gap where there is nothing, and marks what stands out', () => {
    const svg = chart([
      { x: 0, y: 0 },
      { x: 1, y: 1, isMarked: true },
      { x: 2, y: null },
      { x: 3, y: 0.5 },
    ]);

    expect(svg).toContain('<path d="M44 174L146 10M350 92" fill="none"');
    expect(svg.match(/fill="var\(--warn\)"/g)).toHaveLength(1);
    expect(svg.match(/stroke-dasharray/g)).toHaveLength(1);
  });

  test.each([[[]], [[{ x: 0, y: null }]], [[{ x: 5, y: Number.NaN }]]])('of %j is no broken drawing', (points) => {
    expect(chart(points)).not.toMatch(/NaN|Infinity|undefined/);
  });
});
