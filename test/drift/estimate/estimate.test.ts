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

describe('whatever the rows are', () => {
  const side = (
    count: number,
    scoreOf: (row: number) => number,
    truthOf: ((row: number) => number) | null,
  ): ClassifierRows => ({
    count,
    passedOver: 0,
    classes: [
      {
        class: '1',
        scores: Float64Array.from({ length: count }, (_, row) => scoreOf(row)),
        predicted: Uint8Array.from({ length: count }, (_, row) => (scoreOf(row) >= 0.5 ? 1 : 0)),
        truth: truthOf === null ? null : Uint8Array.from({ length: count }, (_, row) => truthOf(row)),
      },
    ],
  });
  const spread = (row: number) => ((row * 7919) % 1009) / 1009;
  const label = (row: number) => (((row * 104_729) % 997) / 997 < spread(row) ? 1 : 0);

  test('too few rows and one class only estimate nothing', () => {
    const few = estimatePerformance({ reference: side(99, spread, label), current: side(99, spread, null) });
    const single = estimatePerformance({ reference: side(500, spread, () => 1), current: side(500, spread, null) });

    expect(few).toMatchObject({ metrics: {}, verdict: 'not-assessed' });
    expect(single).toMatchObject({ metrics: {}, verdict: 'not-assessed' });
  });

  test('scores that are no probabilities are calibrated, and a constant score is taken', () => {
    const margins = (row: number) => 10 * spread(row) - 5;
    const found = estimatePerformance({ reference: side(500, margins, label), current: side(500, margins, null) });
    const constant = estimatePerformance({
      reference: side(500, () => 0.4, label),
      current: side(500, () => 0.4, null),
    });

    expect(found.calibrated).toEqual(['1']);
    expect(found.metrics['roc-auc']?.verdict).toBe('steady');
    for (const metric of Object.values(constant.metrics)) MetricEstimate.parse(metric);
    expect(constant.metrics['roc-auc']?.estimate.value).toBeCloseTo(0.5, 9);
  });

  test('the order of the reference changes no calibration and no whole estimate', () => {
    const reversed = (row: number) => 699 - row;
    const found = estimatePerformance({ reference: side(700, spread, label), current: side(700, spread, null) });
    const other = estimatePerformance({
      reference: side(
        700,
        (row) => spread(reversed(row)),
        (row) => label(reversed(row)),
      ),
      current: side(700, (row) => spread(reversed(row)), null),
    });

    expect(other.calibrated).toEqual(found.calibrated);
    for (const metric of estimatedMetrics) {
      expect(other.metrics[metric]?.estimate.value).toBeCloseTo(found.metrics[metric]?.estimate.value ?? 0, 12);
    }
  });
});

test('scores that are a little too sure of themselves are calibrated, so that the reference is what it is', () => {
  const rows = 3000;
  const truth = new Uint8Array(rows);
  const scores = Float64Array.from({ length: rows }, (_, row) => {
    const chance = ((row * 7919) % 10_007) / 10_007;
    truth[row] = ((row * 104_729 + 13) % 10_007) / 10_007 < chance ? 1 : 0;
    return Math.min(1, Math.max(0, 0.5 + 1.25 * (chance - 0.5)));
  });
  const predicted = Uint8Array.from(scores, (score) => (score >= 0.5 ? 1 : 0));
  const side: ClassifierRows = { count: rows, passedOver: 0, classes: [{ class: '1', scores, predicted, truth }] };
  const { calibrated, metrics } = estimatePerformance({ reference: side, current: side });
  const { reference, estimate } = metrics['roc-auc'] ?? { reference: 0, estimate: { value: 1 } };

  expect(calibrated).toEqual(['1']);
  expect(Math.abs(estimate.value - reference)).toBeLessThan(0.01);
});
