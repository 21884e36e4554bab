import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BinaryScores } from '../../src/evaluate/metrics/scores.ts';
import { applyThreshold } from '../../src/evaluate/threshold/apply-threshold.ts';
import { chooseThreshold, type ThresholdRule } from '../../src/evaluate/threshold/choose-threshold.ts';

function binary(truth: readonly number[], probability: readonly number[]): BinaryScores {
  return {
    kind: 'binary',
    truth: Uint8Array.from(truth),
    predicted: Uint8Array.from(probability, (share) => Number(share > 0.5)),
    probability: Float64Array.from(probability),
  };
}

/** The best threshold by trying every one, from the definition. */
function tried(rule: ThresholdRule, { truth, probability }: BinaryScores): number {
  const scores = Array.from(probability ?? []);
  const counts = [...new Set(scores)].map((value) => {
    const called = scores.map((share) => share >= value);
    const found = called.filter((isCalled, row) => isCalled && truth[row] === 1).length;
    const all = called.filter(Boolean).length;
    const positives = truth.reduce((sum, flag) => sum + flag, 0);
    return {
      value,
      precision: found / all,
      recall: positives === 0 ? 0 : found / positives,
      wrong: all - found,
      missed: positives - found,
    };
  });
  if (rule.kind === 'at-precision') {
    return Math.min(...counts.filter(({ precision }) => precision >= rule.bound).map(({ value }) => value));
  }
  if (rule.kind === 'at-recall') {
    return Math.max(...counts.filter(({ recall }) => recall >= rule.bound).map(({ value }) => value));
  }
  if (rule.kind !== 'costs') return Number.NaN;
  const { falsePositive, falseNegative } = rule;
  const cost = (one: { readonly wrong: number; readonly missed: number }) =>
    one.wrong * falsePositive + one.missed * falseNegative;
  const none = { value: 1 + Number.EPSILON, wrong: 0, missed: truth.reduce((sum, flag) => sum + flag, 0) };
  const least = Math.min(cost(none), ...counts.map(cost));
  return Math.max(...[none, ...counts].filter((one) => cost(one) === least).map(({ value }) => value));
}

const rules: readonly ThresholdRule[] = [
  { kind: 'at-precision', bound: 0.8 },
  { kind: 'at-recall', bound: 0.6 },
  { kind: 'costs', falsePositive: 1, falseNegative: 4 },
];

describe('a threshold', () => {
  it.each(rules)('is the one that trying all of them finds: $kind', (rule) => {
    const row = fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 10 }));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (rows) => {
        const scores = binary(
          rows.map(([flag]) => flag),
          rows.map(([, tenth]) => tenth / 10),
        );

        const { value, isReached } = chooseThreshold(rule, {
          truth: scores.truth,
          probability: scores.probability ?? new Float64Array(),
        });

        if (isReached) expect(value).toBe(tried(rule, scores));
        else expect(Number.isFinite(tried(rule, scores))).toBe(false);
      }),
    );
  });

  it('that is a number calls every row from there on', () => {
    const found = applyThreshold(0.3, { scores: binary([0, 1, 1], [0.2, 0.3, 0.9]), model: 'candidate' });

    expect(Array.from(found?.scores.predicted ?? [])).toEqual([0, 1, 1]);
    expect(found?.threshold).toEqual({ value: 0.3, halves: null, isReached: true });
  });

  it('does not flatter a model that knows nothing', () => {
    const rows = Array.from({ length: 400 }, (_, row) => row);
    const noise = (row: number, salt: number) => (Math.imul(row + 1, salt) >>> 0) / 2 ** 32;
    const scores = binary(
      rows.map((row) => Number(noise(row, 0x9e3779b1) < 0.5)),
      rows.map((row) => noise(row, 0x85ebca6b)),
    );
    const cost = ({ truth, predicted }: BinaryScores) =>
      truth.reduce((sum, flag, row) => sum + Number(flag !== predicted[row]), 0) / truth.length;
    const policy = { costs: { 'false-positive': 1, 'false-negative': 1 } };

    const found = applyThreshold(policy, { scores, model: 'candidate' });
    const best = found?.threshold.value ?? 0;
    const flattered = {
      ...scores,
      predicted: Uint8Array.from(scores.probability ?? [], (share) => Number(share >= best)),
    };

    expect(cost(found?.scores ?? scores)).toBeGreaterThan(cost(flattered));
    expect(cost(found?.scores ?? scores)).toBeGreaterThan(0.45);
  });

  it('is chosen the same in any order of the rows', () => {
    const truth = Array.from({ length: 60 }, (_, row) => Number((row * 7) % 10 > 5));
    const probability = truth.map((flag, row) => ((row * 37) % 61) / 61 / 2 + flag / 4);
    const order = truth.map((_, row) => (row * 23) % 60);
    const rule = { 'at-precision': 0.7 };

    const one = applyThreshold(rule, { scores: binary(truth, probability), model: 'candidate' });
    const other = applyThreshold(rule, {
      scores: binary(
        order.map((row) => truth[row] ?? 0),
        order.map((row) => probability[row] ?? 0),
      ),
      model: 'candidate',
    });

    expect(other?.threshold).toEqual(one?.threshold);
    expect(order.map((row) => one?.scores.predicted[row])).toEqual(Array.from(other?.scores.predicted ?? []));
  });

  it('needs probabilities', () => {
    const scores = { ...binary([0, 1], [0, 1]), probability: null };

    expect(() => applyThreshold(0.5, { scores, model: 'candidate' })).toThrow(
      'expected probabilities from the candidate for `threshold`, found labels only; export the probabilities too, or remove `threshold`',
    );
  });
});
