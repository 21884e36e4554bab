import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareScores,
  type ScoreComparison,
  scoreInference,
} from '../../../src/evaluate/comparison/compare-scores.ts';
import type { BinaryPair, Pair, RegressionPair } from '../../../src/evaluate/comparison/pair.ts';
import { groupsByKey } from '../../../src/evaluate/comparison/row-groups.ts';
import { metricValue, type ScoreMetric } from '../../../src/evaluate/metrics/metric-value.ts';
import { scoresOf } from '../../../src/evaluate/metrics/scores.ts';
import { mixed } from '../../../src/statistics/poisson-bootstrap.ts';
import { binaryPair, normal, reordered, shuffledOrder } from './binary-pair.ts';

const classifierMetrics = [
  'accuracy',
  'roc-auc',
  'pr-auc',
  'f1',
  'balanced-accuracy',
  'log-loss',
  'brier',
  'ece',
] as const;

function differenceOf(metric: ScoreMetric, { candidate, champion }: Pair): number {
  const [ours, theirs] = [metricValue(metric, candidate), metricValue(metric, champion)];
  return ours.kind === 'value' && theirs.kind === 'value' ? ours.value - theirs.value : Number.NaN;
}

function compared(metric: ScoreMetric, pair: Pair, clusters: ScoreComparison['clusters'] = null) {
  return compareScores({ metric, value: differenceOf(metric, pair), pair, clusters, confidence: 0.95 });
}

function clustersOf(rows: number, clusterOf: (row: number) => number) {
  return groupsByKey(Uint32Array.from({ length: rows }, (_, row) => mixed(clusterOf(row) + 1)));
}

describe('the order of the rows', () => {
  it.each(classifierMetrics)('does not change one bit of the interval: %s', (metric) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 30, max: 300 }), (seed, rows) => {
        const pair = binaryPair({ rows, sample: seed, candidate: 1.2 });
        const order = shuffledOrder(rows, seed);
        expect(compared(metric, reordered(pair, order))).toEqual(compared(metric, pair));
      }),
      { numRuns: 6 },
    );
  });

  it.each(classifierMetrics)('does not change it either where rows are clustered: %s', (metric) => {
    const rows = 400;
    const pair = binaryPair({ rows, candidate: 1.2, clusterOf: (row) => row % 37 });
    const order = shuffledOrder(rows, 5);

    const moved = compared(
      metric,
      reordered(pair, order),
      clustersOf(rows, (row) => (order[row] ?? 0) % 37),
    );

    expect(moved).toEqual(
      compared(
        metric,
        pair,
        clustersOf(rows, (row) => row % 37),
      ),
    );
    expect(moved?.method).toBe('cluster bootstrap');
  });

  it.each(['mae', 'rmse', 'r2', 'median-ae'] as const)('does not change it for numbers: %s', (metric) => {
    const rows = 250;
    const pair = regression(rows, 3);
    const order = shuffledOrder(rows, 8);
    // The scores of a regression are those of a regression.
    const of = (scores: RegressionPair['candidate']) => scoresOf(scores, order) as RegressionPair['candidate'];

    const moved = compared(metric, { kind: 'regression', candidate: of(pair.candidate), champion: of(pair.champion) });

    expect(moved).toEqual(compared(metric, pair));
  });
});

describe('ROC AUC', () => {
  it('is compared by the bootstrap below 20 positive rows, and by DeLong from 20 on', () => {
    expect(compared('roc-auc', withPositives(19))?.method).toBe('paired Poisson bootstrap');
    expect(compared('roc-auc', withPositives(20))?.method).toBe('DeLong');
  });

  it('has intervals of about the same width by either method', () => {
    const few = compared('roc-auc', withPositives(19));
    const more = compared('roc-auc', withPositives(20));

    const ratio = ((few?.high ?? 0) - (few?.low ?? 0)) / ((more?.high ?? 0) - (more?.low ?? 0));
    expect(ratio).toBeGreaterThan(0.7);
    expect(ratio).toBeLessThan(1.5);
  });
});

describe('clusters', () => {
  const rows = 900;
  const clusterOf = (row: number) => Math.floor(row / 30);
  const widthOf = (found: ReturnType<typeof compared>) => (found?.high ?? 0) - (found?.low ?? 0);

  it.each(classifierMetrics)('of one row each say what the rows say: %s', (metric) => {
    const pair = binaryPair({ rows, candidate: 1.3 });

    const alone = compared(metric, pair);
    const clustered = compared(
      metric,
      pair,
      clustersOf(rows, (row) => row),
    );

    expect(clustered?.value).toBe(alone?.value);
    const ratio = widthOf(clustered) / widthOf(alone);
    expect(ratio).toBeGreaterThan(0.85);
    expect(ratio).toBeLessThan(1.2);
  });

  it.each(classifierMetrics)('that share their noise make the interval wider: %s', (metric) => {
    let alone = 0;
    let clustered = 0;
    // The noise of 30 clusters differs between samples, and the end of an interval is known to two per cent only.
    for (let sample = 1; sample <= 5; sample++) {
      const pair = binaryPair({ rows, sample, candidate: 1.3, clusterOf });
      alone += widthOf(compared(metric, pair));
      clustered += widthOf(compared(metric, pair, clustersOf(rows, clusterOf)));
    }

    expect(clustered).toBeGreaterThan(1.03 * alone);
  });

  it('hold the true difference as often as they say, where rows taken for independent would not', () => {
    const metric = 'log-loss';
    const truth = differenceOf(
      metric,
      binaryPair({ rows: 60_000, clusterOf: (row) => row, candidate: 1.3, sample: 77 }),
    );
    let held = 0;
    let heldAlone = 0;
    const samples = 120;
    for (let sample = 1; sample <= samples; sample++) {
      const pair = binaryPair({ rows, sample, candidate: 1.3, clusterOf });
      const options = { metric, value: differenceOf(metric, pair), pair, confidence: 0.9 } as const;
      const found = compareScores({ ...options, clusters: clustersOf(rows, clusterOf) });
      const alone = compareScores(options);
      if (found !== null && found.low <= truth && truth <= found.high) held++;
      if (alone !== null && alone.low <= truth && truth <= alone.high) heldAlone++;
    }

    expect(held / samples).toBeGreaterThan(0.81);
    expect(heldAlone / samples).toBeLessThan(0.7);
  });

  it('say nothing when there is only one', () => {
    const pair = binaryPair({ rows: 50 });
    expect(
      compared(
        'f1',
        pair,
        clustersOf(50, () => 1),
      ),
    ).toBeNull();
  });

  it('are put together at random when they are more than 1024', () => {
    expect(clustersOf(5000, (row) => row).keys).toHaveLength(1024);
    expect(clustersOf(1024, (row) => row).keys).toHaveLength(1024);
    expect(clustersOf(7, (row) => row).keys).toHaveLength(7);
  });
});

it.each(['accuracy', 'roc-auc', 'f1', 'brier'] as const)(
  'an interval ends where the one-sided p-value says: %s',
  (metric) => {
    const pair = binaryPair({ rows: 500, candidate: 1.3 });
    const found = scoreInference({ metric, value: differenceOf(metric, pair), pair });
    const { high = 0, low = 0 } = found?.inference.at(0.9) ?? {};

    expect(found?.inference.pBelow(high)).toBeCloseTo(0.05, 2);
    expect(found?.inference.pBelow(low)).toBeCloseTo(0.95, 2);
  },
);

function regression(rows: number, sample: number): RegressionPair {
  const truth = Float64Array.from({ length: rows }, (_, row) => 10 + 3 * normal(sample, row, 1));
  const of = (salt: number, noise: number) => ({
    kind: 'regression' as const,
    truth,
    predicted: truth.map((value, row) => value + noise * normal(sample, row, salt)),
  });
  return { kind: 'regression', candidate: of(5, 0.9), champion: of(7, 1) };
}

function withPositives(positives: number): BinaryPair {
  const pair = binaryPair({ rows: 4000, candidate: 1.3 });
  const { truth } = pair.candidate;
  const kept: number[] = [];
  let found = 0;
  for (const [row, flag] of truth.entries()) {
    if (flag === 1 && found++ >= positives) continue;
    kept.push(row);
  }
  return reordered(pair, Uint32Array.from(kept));
}
