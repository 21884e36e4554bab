import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ClassifierRows } from '../../../src/drift/estimate/class-rows.ts';
import { estimatePerformance } from '../../../src/drift/estimate/estimate.ts';
import { estimatedMetrics, MetricEstimate } from '../../../src/drift/estimate/estimate-report.ts';

interface Side {
  readonly predicted: readonly (number | string)[];
  readonly truth: readonly (number | string)[];
  readonly [column: string]: readonly (number | string)[];
}

interface Case {
  readonly task: 'binary' | 'multiclass';
  readonly calibrated: readonly string[];
  readonly reference: Side;
  readonly current: Side;
  readonly metrics: Readonly<
    Record<
      (typeof estimatedMetrics)[number],
      {
        readonly value: readonly number[];
        readonly samplingError: readonly number[];
        readonly low: readonly number[];
        readonly high: readonly number[];
        readonly threshold: readonly [number, number];
        readonly alert: readonly boolean[];
      }
    >
  >;
}

/** Written by scripts/goldens-estimate.py from NannyML itself; the shape is what the script writes. */
const cases = JSON.parse(
  readFileSync(new URL('../../fixtures/estimate/nannyml.json', import.meta.url), 'utf8'),
) as readonly Case[];

function rowsOf(side: Side, task: Case['task'], isLabelled: boolean): ClassifierRows {
  const names = task === 'binary' ? ['score'] : Object.keys(side).filter((name) => name.length === 1);
  const label = (name: string) => (task === 'binary' ? 1 : name);
  return {
    count: side.truth.length,
    passedOver: 0,
    classes: names.map((name) => ({
      class: String(label(name)),
      scores: Float64Array.from(side[name] ?? [], Number),
      predicted: Uint8Array.from(side.predicted, (each) => (each === label(name) ? 1 : 0)),
      truth: isLabelled ? Uint8Array.from(side.truth, (each) => (each === label(name) ? 1 : 0)) : null,
    })),
  };
}

describe.each(cases)('case %#', ({ task, reference, current, calibrated, metrics }) => {
  const found = estimatePerformance({
    reference: rowsOf(reference, task, true),
    current: rowsOf(current, task, false),
  });

  test('calibrates the classes that NannyML calibrates', () => {
    expect(found.calibrated).toEqual(calibrated);
  });

  test.each(estimatedMetrics)('%s has its estimates, errors, thresholds and alerts by chunk', (metric) => {
    const [golden, mine] = [metrics[metric], found.metrics[metric]];
    MetricEstimate.parse(mine);
    // NannyML rounds the cells of its ROC curve to five decimals.
    const tolerance = metric === 'roc-auc' ? 3e-6 : 1e-9;

    expect(mine?.chunks.length).toBe(golden.value.length);
    for (const [at, value] of golden.value.entries()) {
      const chunk = mine?.chunks[at];
      near(chunk?.value, value, tolerance);
      near(chunk?.samplingError, golden.samplingError[at], 1e-9);
      near(chunk?.low, golden.low[at], tolerance);
      near(chunk?.high, golden.high[at], tolerance);
      expect(chunk?.alert).toBe(golden.alert[at]);
    }
    near(mine?.threshold.low, golden.threshold[0], 1e-9);
    near(mine?.threshold.high, golden.threshold[1], 1e-9);
  });
});

function near(actual: number | undefined, expected: number | undefined, tolerance: number): void {
  expect(Math.abs((actual ?? Number.NaN) - (expected ?? Number.NaN))).toBeLessThanOrEqual(tolerance);
}
