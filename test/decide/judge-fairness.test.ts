import { describe, expect, it } from 'vitest';
import { isAcceptable } from '../../src/decide/champion.ts';
import { judge } from '../../src/decide/judge.ts';
import { verdictReasonsOf } from '../../src/decide/verdict-reasons.ts';
import type { Disparity, FairnessAttribute, FairnessComparison } from '../../src/evaluate/fairness/fairness-report.ts';
import { ModelPolicy } from '../../src/policy/policy.ts';
import type { Result } from '../../src/result.ts';
import { anEvaluation, aResult } from '../result-builder.ts';

const apart = (value: number, low: number, high: number): Disparity => ({
  kind: 'value',
  value,
  raw: value,
  low,
  high,
});

/** How far two groups of 1000 rows lie apart, and how that changed. */
function compared(candidate: Disparity, change: readonly [number, number, number] | null = null): FairnessComparison {
  const [value, low, high] = change ?? [];
  return {
    candidate,
    champion: change === null ? { kind: 'missing', reason: 'no champion yet' } : apart(0.05, 0, 0.1),
    difference:
      value === undefined || low === undefined || high === undefined
        ? null
        : { value, low, high, confidence: 0.95, pValue: null, method: 'bootstrap' },
    assessed: 2,
    notAssessed: 0,
    rows: 2000,
  };
}

function judged(
  gates: Readonly<Record<string, unknown>>,
  metrics: FairnessAttribute['metrics'] | null,
  rest: { readonly champion?: null; readonly notAssessed?: number; readonly otherRows?: number } = {},
) {
  const policy = ModelPolicy.parse({
    task: 'binary',
    target: 'y',
    data: { train: 't', holdout: 'h' },
    metrics: { 'roc-auc': { kind: 'info' } },
    fairness: { protected: ['sex'], gates },
  });
  const { notAssessed = 0, otherRows = 0 } = rest;
  const group = (name: string, rows: number) => ({ values: [name], rows, candidate: {}, champion: null });
  const attribute = {
    columns: ['sex'],
    groups: [group('F', 1000), group('M', 1000), ...Array.from({ length: notAssessed }, (_, at) => group(`X${at}`, 7))],
    otherRows,
    metrics: Object.fromEntries(
      Object.entries(metrics ?? {}).map(([name, comparison]) => [name, { ...comparison, notAssessed }]),
    ),
  };
  const evaluation: NonNullable<Result['evaluation']> = {
    ...anEvaluation({ difference: rest.champion === null ? null : 0.01 }),
    ...(metrics === null
      ? {}
      : { fairness: { positive: '1', minRows: 100, minCases: 20, confidence: 0.95, attributes: [attribute] } }),
  };
  const result = aResult({ evaluation });
  return { judgement: judge({ model: 'late', policy, result }), result, policy };
}

const parity = (...given: Parameters<typeof compared>) => ({ 'demographic-parity': compared(...given) });

describe('a bound on how far groups lie apart', () => {
  it.each([
    { interval: [0.05, 0.01, 0.09], verdict: 'pass', reason: '' },
    { interval: [0.15, 0.11, 0.19], verdict: 'fail', reason: '0.15 is above 0.1' },
    { interval: [0.08, 0.04, 0.12], verdict: 'inconclusive', reason: '6000 more rows would decide' },
    { interval: [0.1, 0.06, 0.1], verdict: 'pass', reason: '' },
  ] as const)(
    'is decided by the whole interval: $interval is $verdict',
    ({ interval: [value, low, high], verdict, reason }) => {
      const { judgement } = judged({ 'demographic-parity': { 'at-most': 0.1 } }, parity(apart(value, low, high)));

      expect(judgement.fairness).toMatchObject([{ verdict, reason, bound: '≤ 0.1' }]);
      expect(judgement.verdict).toBe(verdict);
    },
  );

  it('from below is turned round for four fifths', () => {
    const gates = { 'four-fifths': { 'at-least': 0.8 } };
    const of = (value: number, low: number, high: number) =>
      judged(gates, { 'four-fifths': compared(apart(value, low, high)) }).judgement;

    expect(of(0.9, 0.85, 0.95).verdict).toBe('pass');
    expect(of(0.7, 0.6, 0.79).headline).toBe('four-fifths ratio by sex: 0.7 is below 0.8');
    expect(of(0.85, 0.75, 0.95).verdict).toBe('inconclusive');
  });

  it('on the change passes, fails and stays open by the interval of the change', () => {
    const gates = { 'demographic-parity': { 'not-worse-by': 0.02 } };
    const of = (...change: readonly [number, number, number]) =>
      judged(gates, parity(apart(0.05, 0, 0.1), change)).judgement;

    expect(of(-0.01, -0.03, 0.01).verdict).toBe('pass');
    expect(of(0.06, 0.04, 0.08).headline).toBe('demographic parity by sex: more unequal by 0.06 (limit 0.02)');
    expect(of(0.01, -0.02, 0.04).verdict).toBe('inconclusive');
  });
});

describe('what is not known', () => {
  it('never passes: fewer than two groups decide nothing, and what was not measured is an error', () => {
    const gates = { 'demographic-parity': { 'at-most': 0.1 } };
    const reason = 'only one group is large enough to be assessed';

    expect(judged(gates, parity({ kind: 'missing', reason })).judgement).toMatchObject({
      verdict: 'inconclusive',
      headline: `demographic parity by sex is not decided: ${reason}`,
    });
    expect(judged(gates, {}).judgement).toMatchObject({
      verdict: 'error',
      headline: 'demographic parity by sex could not be measured: it was not measured',
    });
    expect(judged(gates, null).judgement.verdict).toBe('error');
  });

  it('is said beside a gate that passes: the groups and the rows that nobody looked at', () => {
    const { judgement } = judged({ 'demographic-parity': { 'at-most': 0.1 } }, parity(apart(0.05, 0.01, 0.09)), {
      notAssessed: 2,
      otherRows: 31,
    });

    expect(judgement.fairness[0]).toMatchObject({
      verdict: 'pass',
      note: 'not assessed: 2 groups of 14 rows in all, 31 rows of rarer values',
    });
  });

  it('keeps a first model from becoming the champion, but the lack of a champion does not', () => {
    const open = judged({ 'demographic-parity': { 'at-most': 0.1 } }, parity(apart(0.08, 0.04, 0.12)), {
      champion: null,
    });
    const first = judged({ 'demographic-parity': { 'not-worse-by': 0.1 } }, parity(apart(0.08, 0.04, 0.12)), {
      champion: null,
    });

    expect(isAcceptable({ model: 'late', ...open })).toBe(false);
    expect(first.judgement.fairness[0]?.reason).toBe('no champion yet');
    expect(isAcceptable({ model: 'late', ...first })).toBe(true);
  });

  it('has a reason with a stable code', () => {
    const { judgement, result } = judged({ 'demographic-parity': { 'at-most': 0.1 } }, parity(apart(0.2, 0.15, 0.25)));

    expect(verdictReasonsOf(judgement, result)).toEqual([
      {
        code: 'gate-failed',
        metric: 'demographic-parity',
        seen: 'demographic parity by sex: 0.2 is above 0.1 (it must be ≤ 0.1)',
      },
    ]);
    expect(judgement.reasons).toEqual(['demographic parity by sex: 0.2 is above 0.1']);
  });
});
