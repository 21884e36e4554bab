import { expect, it } from 'vitest';
import { compareScores } from '../../../src/evaluate/comparison/compare-scores.ts';
import type { BinaryPair } from '../../../src/evaluate/comparison/pair.ts';
import { metricValue, type ScoreMetric } from '../../../src/evaluate/metrics/metric-value.ts';
import type { BinaryScores } from '../../../src/evaluate/metrics/scores.ts';
import { mixed } from '../../../src/statistics/poisson-bootstrap.ts';

const samples = 120;
const rows = 300;

/** Two models that see the same truth through different noise; the champion is the noisier one. */
function pairOf(sample: number, size: number): BinaryPair {
  const uniform = (row: number, salt: number) => (mixed(mixed(sample * 7919 + salt) ^ row) + 0.5) / 2 ** 32;
  const normal = (row: number, salt: number) =>
    Math.sqrt(-2 * Math.log(uniform(row, salt))) * Math.cos(2 * Math.PI * uniform(row, salt + 1));
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const logit = Float64Array.from({ length: size }, (_, row) => 1.5 * normal(row, 1) - 0.8);
  const truth = Uint8Array.from(logit, (value, row) => Number(uniform(row, 3) < sigmoid(value)));
  const scores = (probability: Float64Array): BinaryScores => {
    return {
      kind: 'binary',
      truth,
      predicted: Uint8Array.from(probability, (share) => Number(share > 0.5)),
      probability,
    };
  };
  const candidate = scores(logit.map((value, row) => sigmoid(value + 0.5 * normal(row, 5))));
  const champion = scores(
    logit.map((value, row) => sigmoid(1.3 * (value + 0.5 * normal(row, 5)) + 0.6 * normal(row, 7) + 0.2)),
  );
  return { kind: 'binary', candidate, champion };
}

function difference(metric: ScoreMetric, { candidate, champion }: BinaryPair): number {
  const [ours, theirs] = [metricValue(metric, candidate), metricValue(metric, champion)];
  return ours.kind === 'value' && theirs.kind === 'value' ? ours.value - theirs.value : Number.NaN;
}

it.each(['accuracy', 'roc-auc', 'log-loss', 'f1', 'pr-auc'] as const)(
  'an interval at level 0.9 holds the true difference about that often: %s',
  (metric) => {
    const truth = difference(metric, pairOf(0, 200_000));

    let held = 0;
    for (let sample = 1; sample <= samples; sample++) {
      const pair = pairOf(sample, rows);
      const found = compareScores({ metric, value: difference(metric, pair), pair, confidence: 0.9 });
      if (found !== null && found.low <= truth && truth <= found.high) held++;
    }

    // Three standard errors of a share of 0.9 among 120 are 0.08.
    expect(held / samples).toBeGreaterThan(0.82);
    expect(held / samples).toBeLessThan(0.98);
  },
);
