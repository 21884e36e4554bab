import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isScoreMetric } from '../../../src/evaluate/compare-metric.ts';
import { metricNames } from '../../../src/evaluate/metric-name.ts';
import { metricValue, type ScoreMetric } from '../../../src/evaluate/metrics/metric-value.ts';
import type {
  ForecastScores,
  MulticlassScores,
  MultilabelScores,
  RankingScores,
  Scores,
} from '../../../src/evaluate/metrics/scores.ts';

type Expected = Readonly<Partial<Record<ScoreMetric, number>>>;
interface Golden {
  readonly truth: readonly number[];
  readonly probability: readonly number[];
  readonly probabilities: readonly (readonly number[])[];
  readonly predicted: readonly number[];
  readonly topK: number;
  readonly quantile: number;
  readonly power: number;
  readonly expected: Expected;
}
interface Queries {
  readonly relevance: readonly (readonly number[])[];
  readonly score: readonly (readonly number[])[];
  readonly expected: Expected;
}
interface Forecasts extends Omit<Golden, 'probabilities'> {
  readonly series: readonly number[];
  readonly scale: readonly number[];
  readonly levels: readonly number[];
  readonly quantiles: readonly (readonly number[])[];
}

const goldens: {
  readonly binary: Readonly<Record<string, Golden>>;
  readonly multiclass: Readonly<Record<string, Golden>>;
  readonly multilabel: Readonly<
    Record<string, Omit<Golden, 'truth'> & { readonly truth: readonly (readonly number[])[] }>
  >;
  readonly regression: Readonly<Record<string, Golden>>;
  readonly ranking: Queries & {
    readonly cutoff: number;
    readonly exponential: number;
    readonly sampled: Expected;
    readonly withoutTies: Queries;
  };
  readonly forecasting: Forecasts;
} = JSON.parse(readFileSync(new URL('../../fixtures/metrics/tasks.json', import.meta.url), 'utf8'));

function multiclass({ truth, probabilities, topK }: Golden): MulticlassScores {
  const best = probabilities.map((row) => row.indexOf(Math.max(...row)));
  const rank = (row: readonly number[], kind: number) =>
    row.filter((share, at) => share > (row[kind] ?? 0) || (share === row[kind] && at > kind)).length;
  return {
    kind: 'multiclass',
    classes: probabilities[0]?.length ?? 0,
    truth: Uint16Array.from(truth),
    predicted: Uint16Array.from(best),
    probabilities: {
      ofTruth: Float64Array.from(truth, (kind, row) => probabilities[row]?.[kind] ?? 0),
      ofPredicted: Float64Array.from(best, (kind, row) => probabilities[row]?.[kind] ?? 0),
      squaredError: new Float64Array(truth.length),
      rankOfTruth: Uint16Array.from(truth, (kind, row) => rank(probabilities[row] ?? [], kind)),
      matrix: Float64Array.from(probabilities.flat()),
    },
    topK,
  };
}

function multilabel(golden: (typeof goldens.multilabel)[string]): MultilabelScores {
  const probability = Float64Array.from(golden.probabilities.flat());
  return {
    kind: 'multilabel',
    labels: golden.probabilities[0]?.length ?? 0,
    truth: Uint8Array.from(golden.truth.flat()),
    predicted: Uint8Array.from(probability, (share) => (share > 0.5 ? 1 : 0)),
    probability,
  };
}

function ranking(
  { relevance, score }: Pick<Queries, 'relevance' | 'score'>,
  gain: RankingScores['gain'],
): RankingScores {
  return {
    kind: 'ranking',
    truth: Float64Array.from(relevance.flat()),
    predicted: Float64Array.from(score.flat()),
    query: Uint32Array.from(relevance.flatMap((rows, query) => rows.map(() => query))),
    cutoff: goldens.ranking.cutoff,
    gain,
  };
}

function forecast({ truth, predicted, series, scale, levels, quantiles }: Forecasts): ForecastScores {
  return {
    kind: 'forecasting',
    truth: Float64Array.from(truth),
    predicted: Float64Array.from(predicted),
    series: Uint32Array.from(series),
    time: Float64Array.from(truth.keys()),
    step: null,
    scale: Float64Array.from(scale),
    quantiles: { levels, values: Float64Array.from(quantiles.flat()) },
  };
}

const samples: readonly (readonly [string, Scores, Expected])[] = [
  ...Object.entries(goldens.binary).map(([name, { truth, probability, expected }]) => {
    const scores: Scores = {
      kind: 'binary',
      truth: Uint8Array.from(truth),
      predicted: Uint8Array.from(probability, (share) => (share > 0.5 ? 1 : 0)),
      probability: Float64Array.from(probability),
    };
    return [`binary, ${name}`, scores, expected] as const;
  }),
  ...Object.entries(goldens.multiclass).map(([name, golden]) => [name, multiclass(golden), golden.expected] as const),
  ...Object.entries(goldens.multilabel).map(([name, golden]) => [name, multilabel(golden), golden.expected] as const),
  ...Object.entries(goldens.regression).map(([name, { truth, predicted, quantile, power, expected }]) => {
    const options = { quantile, tweediePower: power };
    const numbers = { truth: Float64Array.from(truth), predicted: Float64Array.from(predicted) };
    return [`regression, ${name}`, { kind: 'regression', ...numbers, options } as const, expected] as const;
  }),
  ['ranking', ranking(goldens.ranking, 'linear'), goldens.ranking.expected],
  ['ranking by exponential gain', ranking(goldens.ranking, 'exponential'), { ndcg: goldens.ranking.exponential }],
  ['ranking without ties', ranking(goldens.ranking.withoutTies, 'linear'), goldens.ranking.withoutTies.expected],
  ['forecasting', forecast(goldens.forecasting), goldens.forecasting.expected],
];

function measuredAs(metric: ScoreMetric, scores: Scores): number {
  const found = metricValue(metric, scores);
  expect([metric, found.kind]).toEqual([metric, 'value']);
  return found.kind === 'value' ? found.value : Number.NaN;
}

describe('metrics of tasks', () => {
  it.each(samples)('are those of scikit-learn on the sample “%s”', (_, scores, expected) => {
    for (const [metric, value] of Object.entries(expected)) {
      expect(measuredAs(metric as ScoreMetric, scores), metric).toBeCloseTo(value, 12);
    }
  });

  it.each(['mrr', 'recall-at-k'] as const)('%s takes rows of equal score in every order', (metric) => {
    const value = measuredAs(metric, ranking(goldens.ranking, 'linear'));

    expect(value).toBeCloseTo(goldens.ranking.sampled[metric] ?? Number.NaN, 2);
  });

  it.each([
    ['roc-auc-ovr', { ...multiclassOfOne() }, 'all 3 rows are of one class'],
    ['roc-auc', labelsOf([0, 0, 1, 0], [0.1, 0.2, 0.3, 0.4]), 'no row has label 2 of 2, so it has no area'],
    ['ndcg', ranking({ relevance: [[0, 0]], score: [[1, 2]] }, 'linear'), 'no query has a relevant row'],
    [
      'mase',
      { ...forecast(goldens.forecasting), scale: new Float64Array(3).fill(Number.NaN) },
      'no series has a history of more than one season that varies; name it in `forecast.history`',
    ],
    [
      'poisson-deviance',
      { kind: 'regression', truth: Float64Array.of(1, 2), predicted: Float64Array.of(0, 1) } as const,
      'the prediction is 0 or below in 1 of 2 rows, where the deviance has no value',
    ],
  ] as const)('%s fails with its reason where it is not defined', (metric, scores, reason) => {
    expect(metricValue(metric, scores)).toEqual({ kind: 'failed', reason });
  });
});

function multiclassOfOne(): MulticlassScores {
  const rows = [
    [0.5, 0.5],
    [0.5, 0.5],
    [0.2, 0.8],
  ];
  return multiclass({ ...(goldens.multiclass['four'] as Golden), truth: [1, 1, 1], probabilities: rows });
}

function labelsOf(truth: readonly number[], probability: readonly number[]): MultilabelScores {
  const predicted = new Uint8Array(truth.length);
  return {
    kind: 'multilabel',
    labels: 2,
    truth: Uint8Array.from(truth),
    predicted,
    probability: Float64Array.from(probability),
  };
}

it('metrics of any task are never a number that is not finite, and never throw', () => {
  const share = fc.constantFrom(0, 1e-300, 0.25, 0.5, 1);
  const number = fc.constantFrom(0, -1, 3, 1e308, 1e-308);
  const row = fc.record({ kind: fc.integer({ min: 0, max: 2 }), share, number, flags: fc.tuple(share, share, share) });
  const names = metricNames.filter(isScoreMetric);
  fc.assert(
    fc.property(fc.array(row, { maxLength: 12 }), (rows) => {
      const numbers = Float64Array.from(rows, (one) => one.number);
      const shares = Float64Array.from(rows, (one) => one.share);
      const flags = rows.flatMap((one) => one.flags);
      const group = Uint32Array.from(rows, (one) => one.kind);
      const all: readonly Scores[] = [
        multiclass({
          ...(goldens.multiclass['four'] as Golden),
          truth: rows.map((one) => one.kind),
          probabilities: rows.map((one) => one.flags),
        }),
        {
          kind: 'multilabel',
          labels: 3,
          truth: Uint8Array.from(flags, Math.round),
          predicted: Uint8Array.from(flags, (one) => Number(one > 0.3)),
          probability: Float64Array.from(flags),
        },
        { kind: 'ranking', truth: shares, predicted: numbers, query: group, cutoff: 2, gain: 'exponential' },
        {
          kind: 'forecasting',
          truth: numbers,
          predicted: shares,
          series: group,
          time: numbers,
          step: null,
          scale: Float64Array.of(1e-308, Number.NaN, 2),
          quantiles: { levels: [0.1, 0.9], values: Float64Array.from(rows.flatMap((one) => [one.share, one.number])) },
        },
      ];
      for (const scores of all) {
        for (const metric of names) {
          const found = metricValue(metric, scores);
          expect(found.kind !== 'value' || Number.isFinite(found.value), `${scores.kind} ${metric}`).toBe(true);
        }
      }
    }),
  );
});
