import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { adwin } from '../../src/drift/stream/adwin.ts';
import { driftDetectionMethod } from '../../src/drift/stream/ddm.ts';
import type { Detector } from '../../src/drift/stream/detector.ts';
import { pageHinkley } from '../../src/drift/stream/page-hinkley.ts';

interface Case {
  readonly stream: readonly number[];
  readonly drifts: Readonly<Record<string, readonly number[]>>;
  readonly ddmWarnings: readonly number[] | null;
  readonly adwin: { readonly width: number; readonly mean: number; readonly variance: number };
}

/** Written by scripts/goldens-drift-peers.py from river; the shape is what the script writes. */
const cases = JSON.parse(
  readFileSync(new URL('../fixtures/statistics/river.json', import.meta.url), 'utf8'),
) as readonly Case[];

function signals(detector: Detector, { stream }: Case, wanted: 'drift' | 'warning'): readonly number[] {
  return stream.flatMap((value, at) => (detector.update(value) === wanted ? [at] : []));
}

test.each(cases)('stream %# drifts where river finds it, and the window holds the same', (golden) => {
  const window = adwin();

  expect(signals(window, golden, 'drift')).toEqual(golden.drifts['adwin']);
  expect(signals(pageHinkley(), golden, 'drift')).toEqual(golden.drifts['page-hinkley']);
  expect(window.window().width).toBe(golden.adwin.width);
  expect(window.window().mean).toBeCloseTo(golden.adwin.mean, 9);
});

test.each(cases.filter(({ ddmWarnings }) => ddmWarnings !== null))(
  'stream %# of errors warns and drifts where river does',
  (golden) => {
    expect(signals(driftDetectionMethod(), golden, 'drift')).toEqual(golden.drifts['ddm']);
    expect(signals(driftDetectionMethod(), golden, 'warning')).toEqual(golden.ddmWarnings);
  },
);

test('any stream is read to its end, and the window never holds more than came', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true }), { maxLength: 300 }), (stream) => {
      const window = adwin({ clock: 1 });
      for (const [at, value] of stream.entries()) {
        window.update(value);
        expect(window.window().width).toBeGreaterThanOrEqual(0);
        expect(window.window().width).toBeLessThanOrEqual(at + 1);
      }
    }),
  );
});
