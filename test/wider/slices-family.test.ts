import { expect, it } from 'vitest';
import { compareSlices } from '../../src/evaluate/comparison/compare-slices.ts';
import { SlicesGate } from '../../src/policy/comparison-policy.ts';
import { binaryPair } from '../evaluate/comparison/binary-pair.ts';

const absent = { kind: 'missing', reason: 'no champion yet' } as const;
const settings = { confidence: 0.95, isSame: false, absent, clusters: null };
const metrics = ['accuracy', 'log-loss', 'brier'] as const;

it('the slices gate raises a false alarm no more often than it says, also where slices and metrics hang together', () => {
  const rows = 600;
  const samples = 60;
  let alarms = 0;
  for (let sample = 1; sample <= samples; sample++) {
    const { slices } = compareSlices({
      slices: [0, 1].map((salt) => ({
        column: `part ${salt}`,
        values: Array.from({ length: 4 }, (_, value) => ({ value: String(value), rows: 0 })),
        places: Int16Array.from({ length: rows }, (_, row) => (row >> salt) % 4),
      })),
      names: metrics,
      gates: {},
      gate: SlicesGate.parse({ 'not-worse-by': 0, metrics: [...metrics], 'minimum-positives': 5 }),
      ...binaryPair({ rows, sample }),
      settings,
    });
    const least = Math.min(...slices.flatMap(({ tests }) => Object.values(tests ?? {}).map((one) => one.adjusted)));
    if (least <= 0.1) alarms++;
  }

  // Of 60 at 10 %, more than 14 would come by chance once in a thousand.
  expect(alarms).toBeLessThanOrEqual(14);
  expect(alarms).toBeGreaterThan(0);
}, 120_000);
