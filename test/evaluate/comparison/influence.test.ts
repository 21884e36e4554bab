import { describe, expect, it } from 'vitest';
import { scoreInference } from '../../../src/evaluate/comparison/compare-scores.ts';
import { pairOf } from '../../../src/evaluate/comparison/pair.ts';
import { linearMetric } from '../../../src/evaluate/metrics/linear.ts';
import { metricValue, type ScoreMetric } from '../../../src/evaluate/metrics/metric-value.ts';
import {
  type ForecastScores,
  type MulticlassScores,
  type MultilabelScores,
  type RankingScores,
  rowsOf,
  type Scores,
  scoresOf,
} from '../../../src/evaluate/metrics/scores.ts';

/** Numbers that look random and are the same in every run. */
function draws(seed: number) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

type Models<One> = readonly [One, One];

function labelSets(rows: number, seed: number): Models<MultilabelScores> {
  const { uniform, normal } = draws(seed);
  const truth = Uint8Array.from({ length: rows * 3 }, () => Number(uniform() < 0.3));
  const model = (): MultilabelScores => {
    const probability = Float64Array.from(truth, (flag) => 1 / (1 + Math.exp(0.5 - 1.2 * flag - normal())));
    const predicted = Uint8Array.from(probability, (share) => Number(share > 0.5));
    return { kind: 'multilabel', labels: 3, truth, predicted, probability };
  };
  return [model(), model()];
}

function classes(rows: number, seed: number): Models<MulticlassScores> {
  const { uniform, normal } = draws(seed);
  const truth = Uint16Array.from({ length: rows }, () => Math.floor(2.4 * uniform() ** 2));
  const model = (): MulticlassScores => {
    const raw = Float64Array.from({ length: rows * 3 }, (_, at) =>
      Math.exp(normal() + Number(truth[Math.floor(at / 3)] === at % 3)),
    );
    const sums = Float64Array.from(
      truth,
      (_, row) => (raw[row * 3] ?? 0) + (raw[row * 3 + 1] ?? 0) + (raw[row * 3 + 2] ?? 0),
    );
    const matrix = raw.map((weight, at) => weight / (sums[Math.floor(at / 3)] ?? 1));
    const none = new Float64Array(rows);
    const probabilities = { ofTruth: none, ofPredicted: none, squaredError: none, matrix };
    return { kind: 'multiclass', classes: 3, truth, predicted: truth, probabilities };
  };
  return [model(), model()];
}

function queries(count: number, seed: number): Models<RankingScores> {
  const { uniform, normal } = draws(seed);
  const query = Uint32Array.from({ length: count * 8 }, (_, row) => Math.floor(row / 8));
  const truth = Float64Array.from(query, () => (uniform() < 0.3 ? Math.ceil(3 * uniform()) : 0));
  const model = (): RankingScores => {
    const predicted = truth.map((relevance) => relevance + 2 * normal());
    return { kind: 'ranking', truth, predicted, query, cutoff: 5, gain: 'linear' };
  };
  return [model(), model()];
}

/** One series whose errors follow each other. */
function forecasts(times: number, seed: number): Models<ForecastScores> {
  const { normal } = draws(seed);
  const truth = Float64Array.from({ length: times }, () => 50 + 5 * normal());
  const model = (): ForecastScores => {
    let error = 0;
    const predicted = truth.map((value) => {
      error = 0.6 * error + normal();
      return value + error;
    });
    const time = Float64Array.from(truth.keys());
    return {
      kind: 'forecasting',
      truth,
      predicted,
      series: new Uint32Array(times),
      time,
      step: null,
      scale: Float64Array.of(2),
      quantiles: null,
    };
  };
  return [model(), model()];
}

function measuredAs(metric: ScoreMetric, scores: Scores): number {
  const found = metricValue(metric, scores);
  return found.kind === 'value' ? found.value : Number.NaN;
}

/** The share of samples of equal models whose 95 % interval of the difference holds 0. */
function coverage(metric: ScoreMetric, sample: (seed: number) => Models<Scores>): number {
  const samples = 150;
  let held = 0;
  for (let seed = 1; seed <= samples; seed++) {
    const [candidate, champion] = sample(Math.imul(seed, 0x9e3779b1));
    const pair = pairOf(candidate, champion);
    const value = measuredAs(metric, candidate) - measuredAs(metric, champion);
    const found = pair && scoreInference({ metric, value, pair })?.inference.at(0.95);
    if (found && found.low <= 0 && found.high >= 0) held++;
  }
  return held / samples;
}

describe('the influence of a row', () => {
  it.each([
    ...(['f1', 'f1-micro', 'f1-weighted', 'precision-weighted', 'jaccard', 'roc-auc', 'pr-auc'] as const).map(
      (metric) => [metric, labelSets(150, 7)[0]] as const,
    ),
    ...(['roc-auc-ovr', 'roc-auc-ovr-weighted', 'roc-auc-ovo', 'pr-auc'] as const).map(
      (metric) => [metric, classes(150, 7)[0]] as const,
    ),
    ...(['wape', 'smape', 'rmse', 'mase'] as const).map((metric) => [metric, forecasts(150, 7)[0]] as const),
  ])('on %s is what leaving it out takes away', (metric, scores) => {
    const rows = rowsOf(scores);
    const whole = linearMetric(metric, scores);
    const influence = whole?.kind === 'linear' ? whole.influence : new Float64Array();
    const mean = influence.reduce((sum, one) => sum + one, 0) / rows;
    const without = Array.from({ length: rows }, (_, row) => {
      const others = Uint32Array.from({ length: rows - 1 }, (_, at) => (at < row ? at : at + 1));
      return (measuredAs(metric, scores) - measuredAs(metric, scoresOf(scores, others))) * (rows - 1);
    });

    const gap = Math.sqrt(
      without.reduce((sum, one, row) => sum + (one - ((influence[row] ?? 0) - mean)) ** 2, 0) / rows,
    );
    const spread = Math.sqrt(without.reduce((sum, one) => sum + one * one, 0) / rows);
    expect(gap / spread).toBeLessThan(0.1);
  });
});

describe('the interval of a difference', () => {
  it.each([
    ['f1', (seed: number) => labelSets(100, seed)],
    ['pr-auc', (seed: number) => labelSets(100, seed)],
    ['roc-auc-ovo', (seed: number) => classes(100, seed)],
    ['ndcg', (seed: number) => queries(40, seed)],
    ['mae', (seed: number) => forecasts(120, seed)],
  ] as const)('of %s holds the truth about as often as it says', (metric, sample) => {
    const held = coverage(metric, sample);

    expect(held).toBeGreaterThan(0.88);
    expect(held).toBeLessThan(0.995);
  });
});
