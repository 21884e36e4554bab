import { describe, expect, it } from 'vitest';
import { anEvaluation } from '../result-builder.ts';
import { compared, type Gates, gate, judged } from './judge-fixture.ts';

describe('a bound on the difference', () => {
  it.each([
    ['the whole interval keeps it', compared(0.001, -0.004, 0.006), 'pass', ''],
    ['its end lies on the limit', compared(0, -0.005, 0.005), 'pass', ''],
    ['the whole interval breaks it', compared(-0.0121, -0.018, -0.0062), 'fail', 'worse by 0.0121 (limit 0.005)'],
    [
      'the interval holds the limit, value inside',
      compared(0, -0.01, 0.01),
      'inconclusive',
      '30\u202F000 more rows would decide',
    ],
    [
      'the interval holds the limit, value outside',
      compared(-0.007, -0.011, -0.003),
      'inconclusive',
      '30\u202F000 more rows would decide',
    ],
    [
      'the value lies on the limit',
      compared(-0.005, -0.01, 0),
      'inconclusive',
      'the difference lies at the limit: no number of rows is likely to decide',
    ],
  ])('not-worse-by: %s', (_, comparison, verdict, reason) => {
    expect(gate({ 'not-worse-by': 0.005 }, comparison)).toEqual(['not worse by 0.005', verdict, reason]);
  });

  it.each([
    ['the whole interval is beyond it', compared(0.02, 0.011, 0.029), 'pass', ''],
    ['the interval only touches it', compared(0.02, 0.01, 0.03), 'inconclusive', '1 more row would decide'],
    ['the whole interval stays short of it', compared(0.003, 0.001, 0.005), 'fail', 'better by 0.003 (asked for 0.01)'],
    ['it is worse', compared(-0.03, -0.04, -0.02), 'fail', 'worse by 0.03 (asked for 0.01)'],
    ['nothing changed at all', compared(0, 0, 0), 'fail', 'no better (asked for 0.01)'],
  ])('better-by: %s', (_, comparison, verdict, reason) => {
    expect(gate({ 'better-by': 0.01 }, comparison)).toEqual(['better by 0.01', verdict, reason]);
  });

  it('knows that a higher loss is worse', () => {
    expect(gate({ 'not-worse-by': 0.002 }, compared(0.01, 0.005, 0.015), 'log-loss')).toEqual([
      'not worse by 0.002',
      'fail',
      'worse by 0.01 (limit 0.002)',
    ]);
    expect(gate({ 'not-worse-by': 0.002 }, compared(-0.01, -0.015, -0.005), 'log-loss')[1]).toBe('pass');
  });

  it('passes the same model against a margin of nothing', () => {
    expect(gate({ 'not-worse-by': 0 }, compared(0, 0, 0))[1]).toBe('pass');
    expect(gate({ 'not-worse-by': 0 }, compared(0, 0, 0), 'log-loss')[1]).toBe('pass');
  });

  it('does not ask for rows where rows do not help', () => {
    expect(gate({ 'not-worse-by': 1 }, compared(0.5, -2, 3), 'latency-p95')[2]).toBe(
      'the timing is too noisy to decide',
    );
  });

  it('cannot decide without an interval or without a champion', () => {
    const { candidate, rows } = compared(0, 0, 0);
    const champion = { kind: 'missing', reason: 'nothing serves' } as const;
    const first = {
      ...anEvaluation({ difference: null }),
      metrics: { 'roc-auc': { candidate, champion, difference: null, rows } },
    };
    const alone = (gates: Gates) => judged(gates, null, { evaluation: first });

    expect(gate({ 'not-worse-by': 0.1 }, { ...compared(0, 0, 0), difference: null })[1]).toBe('inconclusive');
    expect(alone({ 'roc-auc': { 'not-worse-by': 0.1 } })).toMatchObject({
      verdict: 'inconclusive',
      headline: 'no champion yet, so there is nothing to compare with',
      reasons: ['ROC AUC: no champion yet'],
    });
    expect(alone({ 'roc-auc': { 'at-least': 0.7 } }).verdict).toBe('pass');
  });

  it('is an error when what it needs could not be measured', () => {
    const failed = { kind: 'failed', reason: 'all 9 rows are positive' } as const;

    expect(gate({ 'not-worse-by': 0.1 }, { ...compared(0, 0, 0), candidate: failed })).toEqual([
      'not worse by 0.1',
      'error',
      failed.reason,
    ]);
    expect(gate({ 'not-worse-by': 0.1 }, { ...compared(0, 0, 0), champion: failed })[1]).toBe('error');
    expect(gate({ 'at-least': 0.1 }, { ...compared(0, 0, 0), champion: failed })[1]).toBe('pass');
    expect(judged({ f1: { 'at-least': 0.5 } }, {}).gates[0]).toMatchObject({
      verdict: 'error',
      reason: 'it was not measured',
    });
  });
});

describe('a bound on the candidate itself', () => {
  it.each([
    [{ 'at-least': 0.75 }, 'roc-auc', 0.75, ['≥ 0.75', 'pass', '']],
    [{ 'at-least': 0.8 }, 'roc-auc', 0.75, ['≥ 0.8', 'fail', '0.75 is below 0.8']],
    [{ 'at-most': 5 }, 'latency-p95', 6.125, ['≤ 5.00\u202Fms', 'fail', '6.13\u202Fms is above 5.00\u202Fms']],
    [{ 'at-most': 2000 }, 'model-bytes', 1999, ['≤ 2.00\u202FkB', 'pass', '']],
  ] as const)('%o of %s at %d', (bound, metric, value, expected) => {
    expect(gate(bound, compared(0, 0, 0, value), metric)).toEqual(expected);
  });

  it('and one on the difference: the worse of both', () => {
    const both = { 'not-worse-by': 0.005, 'at-least': 0.9 };

    expect(gate(both, compared(0.001, -0.004, 0.006))).toEqual([
      'not worse by 0.005 and ≥ 0.9',
      'fail',
      '0.75 is below 0.9',
    ]);
  });
});
