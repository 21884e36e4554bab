import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isScoreMetric } from '../../../src/evaluate/compare-metric.ts';
import { metricDefinitions, metricNames } from '../../../src/evaluate/metric-name.ts';
import { metricValue, type ScoreMetric } from '../../../src/evaluate/metrics/metric-value.ts';
import type { BinaryScores, MulticlassScores, Scores } from '../../../src/evaluate/metrics/scores.ts';

interface Golden {
  readonly truth: readonly number[];
  readonly probability: readonly number[];
  readonly probabilities: readonly (readonly number[])[];
  readonly predicted: readonly number[];
  readonly expected: Readonly<Record<ScoreMetric, number>>;
}

const goldens: Readonly<Record<'binary' | 'multiclass' | 'regression', Readonly<Record<string, Golden>>>> = JSON.parse(
  readFileSync(new URL('../../fixtures/metrics/goldens.json', import.meta.url), 'utf8'),
);

function binary(
  truth: readonly number[],
  probability: readonly number[] | null,
  predicted?: readonly number[],
): BinaryScores {
  return {
    kind: 'binary',
    truth: Uint8Array.from(truth),
    predicted: Uint8Array.from(predicted ?? (probability ?? []).map((share) => Number(share > 0.5))),
    probability: probability && Float64Array.from(probability),
  };
}

function multiclass({ truth, probabilities }: Golden): MulticlassScores {
  const best = probabilities.map((row) => row.indexOf(Math.max(...row)));
  const squares = (row: readonly number[], kind: number) =>
    row.reduce((sum, share, at) => sum + (share - Number(at === kind)) ** 2, 0);
  return {
    kind: 'multiclass',
    classes: probabilities[0]?.length ?? 0,
    truth: Uint16Array.from(truth),
    predicted: Uint16Array.from(best),
    probabilities: {
      ofTruth: Float64Array.from(truth, (kind, row) => probabilities[row]?.[kind] ?? 0),
      ofPredicted: Float64Array.from(best, (kind, row) => probabilities[row]?.[kind] ?? 0),
      squaredError: Float64Array.from(truth, (kind, row) => squares(probabilities[row] ?? [], kind)),
    },
  };
}

function regression(truth: readonly number[], predicted: readonly number[]): Scores {
  return { kind: 'regression', truth: Float64Array.from(truth), predicted: Float64Array.from(predicted) };
}

const samples: readonly (readonly [string, Scores, Golden['expected']])[] = [
  ...Object.entries(goldens.binary).map(
    ([name, golden]) => [name, binary(golden.truth, golden.probability), golden.expected] as const,
  ),
  ...Object.entries(goldens.multiclass).map(([name, golden]) => [name, multiclass(golden), golden.expected] as const),
  ...Object.entries(goldens.regression).map(
    ([name, golden]) => [name, regression(golden.truth, golden.predicted), golden.expected] as const,
  ),
];

describe('metrics', () => {
  it.each(samples)('are those of scikit-learn on the sample “%s”', (_, scores, expected) => {
    for (const [metric, value] of Object.entries(expected)) {
      const found = metricValue(metric as ScoreMetric, scores);
      expect([metric, found.kind]).toEqual([metric, 'value']);
      expect(found.kind === 'value' ? found.value : Number.NaN, metric).toBeCloseTo(value, 11);
    }
  });

  it.each([
    ['roc-auc', binary([0, 0, 0], [0.1, 0.2, 0.3]), 'none of 3 rows is positive'],
    ['roc-auc', binary([1, 1], [0.1, 0.2]), 'all 2 rows are positive'],
    ['pr-auc', binary([0, 0, 0], [0.1, 0.2, 0.3]), 'none of 3 rows is positive'],
    ['recall', binary([0, 0], [0.1, 0.9]), 'none of 2 rows is positive'],
    ['precision', binary([0, 1], [0.1, 0.2]), 'none of 2 rows is predicted positive'],
    ['f1', binary([0, 0], [0.1, 0.2]), 'none of 2 rows is positive or predicted positive'],
    ['balanced-accuracy', binary([1, 1], [0.1, 0.2]), 'all 2 rows are of one class'],
    ['accuracy', binary([], []), 'no rows'],
    ['mape', regression([1, 0, 0], [1, 1, 1]), 'the target is 0 in 2 of 3 rows, where a relative error has no value'],
    ['r2', regression([4, 4], [1, 2]), 'the target is the same in all 2 rows'],
    ['r2', regression([4], [4]), 'expected at least 2 rows'],
  ] as const)('%s fails with its reason where it is not defined', (metric, scores, reason) => {
    expect(metricValue(metric, scores)).toEqual({ kind: 'failed', reason });
  });

  it('that need probabilities are missing for a model that gives labels only', () => {
    const scores = binary([0, 1], null, [0, 1]);

    expect(metricValue('log-loss', scores)).toEqual({
      kind: 'missing',
      reason: 'the model gives labels without probabilities',
    });
    expect(metricValue('accuracy', scores)).toEqual({ kind: 'value', value: 1 });
  });

  it('are never a number that is not finite, whatever the scores', () => {
    const names = metricNames.filter(isScoreMetric);
    const row = fc.tuple(fc.integer({ min: 0, max: 1 }), fc.constantFrom(0, 1e-300, 0.25, 0.5, 1));
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), (rows) => {
        const truth = rows.map(([flag]) => flag);
        const given = rows.map(([, share]) => share);
        for (const scores of [binary(truth, given), regression(truth, given)]) {
          for (const metric of names.filter((name) => metricDefinitions[name].tasks.includes(scores.kind))) {
            const found = metricValue(metric, scores);
            expect(found.kind !== 'value' || Number.isFinite(found.value)).toBe(true);
          }
        }
      }),
    );
  });

  it('report a calibration error near 0 for calibrated probabilities and near the gap for shifted ones', () => {
    const share = (row: number) => ((row * 7919) % 10007) / 10007;
    const rows = Array.from({ length: 10_007 }, (_, row) => row);
    const truth = rows.map((row) => Number(((row * 3571 + 17) % 10007) / 10007 < share(row)));

    const calibrated = metricValue('ece', binary(truth, rows.map(share)));
    const shifted = metricValue(
      'ece',
      binary(
        truth,
        rows.map((row) => Math.min(1, share(row) * 0.8 + 0.2)),
      ),
    );

    expect(calibrated.kind === 'value' && calibrated.value).toBeLessThan(0.02);
    expect(shifted.kind === 'value' && shifted.value).toBeCloseTo(0.1, 1);
  });
});
