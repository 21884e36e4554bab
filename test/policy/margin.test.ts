import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeGate } from '../../src/decide/judge-gate.ts';
import { comparisonLoosens } from '../../src/policy/comparison-changes.ts';
import { Margin, marginOf } from '../../src/policy/margin.ts';
import { Gate } from '../../src/policy/policy.ts';

const absent = { verdict: 'error', reason: '' } as const;
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });

describe('a margin as a share', () => {
  it('means what the same margin in units of the metric means, whatever is measured', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('accuracy' as const, 'mae' as const),
        fc.constantFrom('not-worse-by' as const, 'better-by' as const),
        fc.integer({ min: 0, max: 10_000 }),
        number(-100, 100),
        number(-10, 10),
        number(0, 5),
        (metric, bound, hundredths, champion, value, reach) => {
          const share = `${hundredths / 100}%`;
          const confidence = 0.95;
          const ends = { low: value - reach, high: value + reach };
          const comparison = {
            candidate: { kind: 'value', value: champion + value },
            champion: { kind: 'value', value: champion },
            difference: { value, ...ends, confidence, pValue: null, method: '' },
            rows: 100,
          } as const;
          const judge = (margin: Margin) =>
            judgeGate({ metric, gate: { [bound]: margin }, comparison, hasChampion: true, absent });
          const absolute = judge(marginOf(share, champion));

          expect(judge(share).verdict).toBe(absolute.verdict);
          expect(judge(share).limit).toBe(absolute.limit);
        },
      ),
    );
  });

  it('is a share of the size of the champion’s value, and of nothing nothing', () => {
    expect(marginOf('2%', 0.5)).toBeCloseTo(0.01, 15);
    expect(marginOf('2%', -0.5)).toBeCloseTo(0.01, 15);
    expect(marginOf('2%', 0)).toBe(0);
    expect(marginOf(0.3, 7)).toBe(0.3);
  });

  it.each(['2', '-2%', '2 %', '%', '1e3%', '12345%', 'two%'])('is not written %j', (text) => {
    expect(Margin.safeParse(text).success).toBe(false);
  });

  it('has no place as a bound on the candidate alone', () => {
    expect(Gate.safeParse({ 'at-least': '2%' }).success).toBe(false);
    expect(Gate.safeParse({ 'not-worse-by': '2%' }).success).toBe(true);
  });

  it('lies nowhere without a champion', () => {
    const missing = { kind: 'missing', reason: 'no champion yet' } as const;
    const comparison = {
      candidate: { kind: 'value', value: 1 },
      champion: missing,
      difference: null,
      rows: 9,
    } as const;

    expect(
      judgeGate({ metric: 'mae', gate: { 'not-worse-by': '2%' }, comparison, hasChampion: false, absent }),
    ).toMatchObject({ limit: null, verdict: 'inconclusive', bound: 'not worse by 2% of the champion’s' });
  });
});

it.each<readonly [string, string | number | undefined, string | number | undefined, boolean]>([
  ['not-worse-by', 0.01, 0.02, true],
  ['not-worse-by', 0.02, 0.01, false],
  ['not-worse-by', '1%', '2%', true],
  ['not-worse-by', '2%', 0.01, true],
  ['not-worse-by', 0.02, undefined, true],
  ['not-worse-by', undefined, 0.02, false],
  ['better-by', '1%', '2%', false],
  ['better-by', 0.02, 0.01, true],
  ['cluster', 'user', undefined, true],
  ['cluster', undefined, 'user', false],
  ['slices-gate.minimum-rows', 100, 1000, true],
  ['slices-gate.not-worse-by', '2%', '3%', true],
  ['holdout.spend', 'pocock', 'none', true],
  ['holdout.looks', 10, 5, true],
  ['edge.max-bytes', 10, 20, true],
  ['edge.operators', 'Gemm', 'Gemm, Relu', true],
  ['edge.operators', 'Gemm, Relu', 'Gemm', false],
])('an edit of %s from %s to %s loosens: %s', (path, before, after, loosens) => {
  expect(comparisonLoosens(path, before, after)).toBe(loosens);
});
