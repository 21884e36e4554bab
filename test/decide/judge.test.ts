import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from '../../src/decide/judge.ts';
import type { Difference, MetricComparison } from '../../src/evaluate/evaluation-report.ts';
import type { MetricName } from '../../src/evaluate/metric-name.ts';
import { ModelPolicy } from '../../src/policy/policy.ts';
import type { Result } from '../../src/result.ts';
import { verdicts } from '../../src/verdict.ts';
import { anEvaluation, aResult } from '../result-builder.ts';

type Gates = Readonly<Partial<Record<MetricName, Readonly<Record<string, unknown>>>>>;

function policy(metrics: Gates, drift: Readonly<Record<string, unknown>> = {}): ModelPolicy {
  return ModelPolicy.parse({ task: 'binary', target: 'y', data: { train: 't', holdout: 'h' }, metrics, drift });
}

function compared(value: number, low: number, high: number, candidate = 0.75): MetricComparison {
  const difference: Difference = { value, low, high, confidence: 0.95, pValue: 0.5, method: 'DeLong' };
  return {
    candidate: { kind: 'value', value: candidate },
    champion: { kind: 'value', value: candidate - value },
    difference,
    rows: 10_000,
  };
}

type Metrics = NonNullable<Result['evaluation']>['metrics'];

function result(metrics: Metrics | null, given: Partial<Result> = {}): Result {
  const evaluation = metrics === null ? null : { ...anEvaluation({ difference: 0 }), metrics };
  return aResult({ validation: null, evaluation, ...given });
}

function judged(metrics: Gates, measured: Metrics | null, given: Partial<Result> = {}) {
  return judge({ model: 'm', policy: policy(metrics), result: result(measured, given) });
}

/** The verdict and reason of the only gate. */
function gate(bound: Readonly<Record<string, unknown>>, comparison: MetricComparison, metric: MetricName = 'roc-auc') {
  const [found] = judged({ [metric]: bound }, { [metric]: comparison }).gates;
  return [found?.bound, found?.verdict, found?.reason];
}

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

describe('a judgement', () => {
  const fine = { 'roc-auc': compared(0.001, -0.004, 0.006) };
  const gates = { 'roc-auc': { 'not-worse-by': 0.005 } };

  it('says in one sentence what a person must know', () => {
    const worse = { 'roc-auc': compared(-0.0121, -0.018, -0.0062), f1: compared(-0.1, -0.2, -0.05) };
    const open = { 'roc-auc': compared(0, -0.01, 0.01) };

    expect(judged(gates, fine).headline).toBe('not worse');
    expect(judged(gates, { 'roc-auc': compared(0.02, 0.01, 0.03) }).headline).toBe('better in ROC AUC');
    expect(judged({ 'roc-auc': { 'at-least': 0.7 } }, fine).headline).toBe('within every bound');
    expect(judged(gates, worse).headline).toBe('ROC AUC is worse by 0.0121 (limit 0.005)');
    expect(judged({ ...gates, f1: { 'not-worse-by': 0 } }, worse).headline).toBe(
      'ROC AUC is worse by 0.0121 (limit 0.005), and 1 more gate fails',
    );
    expect(judged(gates, open).headline).toBe('ROC AUC is not decided: 30\u202F000 more rows would decide');
    expect(judged({ 'roc-auc': { 'better-by': 0.01 } }, { 'roc-auc': compared(0.003, 0.001, 0.005) }).headline).toBe(
      'ROC AUC is only better by 0.003 (asked for 0.01)',
    );
  });

  it('takes a gate that only asks for better as a target, others as guardrails', () => {
    const all = judged({ 'roc-auc': { 'better-by': 0 }, f1: { 'at-least': 0 }, brier: { kind: 'info' } }, fine);

    expect(all.gates.map(({ metric, kind }) => [metric, kind])).toEqual([
      ['roc-auc', 'target'],
      ['f1', 'guardrail'],
      ['brier', 'info'],
    ]);
  });

  it('is not decided by what is only shown', () => {
    const shown = judged(
      { ...gates, f1: { kind: 'info', 'not-worse-by': 0 } },
      { ...fine, f1: compared(-0.1, -0.2, -0.05) },
    );
    const nothing = judged({ f1: { kind: 'info' } }, { f1: compared(0, 0, 0) });

    expect(shown).toMatchObject({ verdict: 'pass', reasons: [] });
    expect(nothing).toMatchObject({
      verdict: 'inconclusive',
      reasons: ['the policy has no metric with a bound, so nothing is decided'],
    });
  });

  it('fails with data that break their schema', () => {
    const problem = {
      column: 'age',
      check: 'range',
      expected: '0 to 120',
      found: '400',
      rows: 3,
      file: null,
      line: null,
    };
    const validation = { schema: 'present', rows: 10, checks: 1, problems: [problem], verdict: 'fail' } as const;

    const found = judged(gates, fine, { validation: { ...validation, problems: [problem] } });

    expect(found).toMatchObject({
      verdict: 'fail',
      validation: 'fail',
      headline: 'the data break their schema in 1 place',
    });
    expect(found.reasons).toEqual(['data, column age: expected 0 to 120, found 400']);
  });

  it.each([
    [
      'warn',
      {
        verdict: 'pass',
        review: true,
        headline: 'not worse, but 1 of 2 columns moved (delay) — review before merging',
      },
    ],
    ['fail', { verdict: 'fail', review: true, headline: '1 of 2 columns moved (delay)' }],
    ['ignore', { verdict: 'pass', review: false, headline: 'not worse' }],
  ])('treats moved data by the rule %s', (rule, expected) => {
    const drift = driftOf({ delay: 'moved', hour: 'steady' });

    expect(judge({ model: 'm', policy: policy(gates, { rule }), result: result(fine, { drift }) })).toMatchObject(
      expected,
    );
  });

  it('does not mind a column that is expected to move', () => {
    const found = judge({
      model: 'm',
      policy: policy(gates, { rule: 'fail', ignore: ['delay'] }),
      result: result(fine, { drift: driftOf({ delay: 'moved', hour: 'steady' }) }),
    });

    expect(found).toMatchObject({ verdict: 'pass', review: false, drift: { verdict: 'pass', moved: [] } });
  });

  it.each([
    ['training', 'the training failed, so there is no verdict'],
    ['evaluation', 'the evaluation failed, so there is no verdict'],
  ] as const)('is an error when the %s failed', (part, headline) => {
    const failures = [{ part, code: 'bad-input', message: 'expected an ONNX model, found text; export it again' }];

    const found = judged(gates, null, { failures });

    expect(found).toMatchObject({ verdict: 'error', headline });
    expect(found.reasons[0]).toBe('expected an ONNX model, found text; export it again');
  });

  it('is an error when the data could not be checked, and open when nothing was evaluated', () => {
    const failures = [{ part: 'validation', code: 'bad-input', message: 'no' }] as const;

    expect(judged(gates, fine, { failures: [...failures] })).toMatchObject({ verdict: 'error', validation: 'error' });
    expect(judged(gates, null)).toMatchObject({ verdict: 'inconclusive' });
  });

  it('asks for review when a part that decides nothing failed', () => {
    const failures = [{ part: 'evaluation', code: 'bad-input', message: '5 of 10 rows have no target' }] as const;

    expect(judged(gates, fine, { failures: [...failures] })).toMatchObject({ verdict: 'pass', review: true });
  });
});

function driftOf(columns: Readonly<Record<string, 'moved' | 'steady'>>): Result['drift'] {
  const side = { rows: 10, digest: 'sha256:0' };
  const nulls = { reference: 0, current: 0, pValue: null, qValue: null };
  const bars = { labels: [], reference: [], current: [] };
  const column = (verdict: 'moved' | 'steady') => ({
    kind: 'number' as const,
    statistics: {},
    nulls,
    unseen: null,
    mean: null,
    bars,
    verdict,
    reason: '',
  });
  return {
    reference: side,
    current: side,
    columns: Object.fromEntries(Object.entries(columns).map(([name, verdict]) => [name, column(verdict)])),
    added: [],
    removed: [],
    scope: 'all',
    alpha: 0.01,
    minimumEffect: 0.05,
    verdict: Object.values(columns).includes('moved') ? 'moved' : 'steady',
  };
}

describe('whatever is measured', () => {
  const measurement = fc.oneof(
    fc.record({ kind: fc.constant('value' as const), value: fc.double({ noNaN: true, min: -2, max: 2 }) }),
    fc.record({
      kind: fc.constantFrom('missing' as const, 'failed' as const),
      reason: fc.constantFrom('no champion yet', 'broken'),
    }),
  );
  const difference = fc
    .tuple(
      fc.double({ noNaN: true, min: -1, max: 1 }),
      fc.double({ noNaN: true, min: 0, max: 1 }),
      fc.double({ noNaN: true, min: 0, max: 1 }),
    )
    .map(
      ([value, below, above]) =>
        ({ ...compared(0, 0, 0).difference, value, low: value - below, high: value + above }) as Difference,
    );
  const comparison = fc.record({
    candidate: measurement,
    champion: measurement,
    difference: fc.option(difference),
    rows: fc.nat(1_000_000),
  });
  const bound = fc.record(
    {
      'not-worse-by': fc.double({ noNaN: true, min: 0, max: 1 }),
      'better-by': fc.double({ noNaN: true, min: 0, max: 1 }),
      'at-least': fc.double({ noNaN: true, min: -1, max: 1 }),
    },
    { requiredKeys: ['not-worse-by'] },
  );
  const metric = fc.constantFrom<MetricName>('roc-auc', 'log-loss', 'f1', 'latency-p50', 'model-bytes');

  it('one more gate never makes the verdict better', () => {
    fc.assert(
      fc.property(bound, bound, metric, metric, comparison, comparison, (first, second, one, other, a, b) => {
        fc.pre(one !== other);
        const alone = judged({ [one]: first }, { [one]: a });
        const both = judged({ [one]: first, [other]: second }, { [one]: a, [other]: b });
        expect(verdicts.indexOf(both.verdict)).toBeGreaterThanOrEqual(verdicts.indexOf(alone.verdict));
      }),
    );
  });

  it('what is unknown never passes, and everything but a pass has a headline and a reason', () => {
    fc.assert(
      fc.property(bound, metric, fc.option(comparison), (gates, name, found) => {
        const judgement = judged({ [name]: gates }, found === null ? {} : { [name]: found });
        const isKnown =
          found !== null &&
          found.candidate.kind === 'value' &&
          found.champion.kind === 'value' &&
          found.difference !== null;
        if (!isKnown) expect(judgement.verdict).not.toBe('pass');
        if (judgement.verdict !== 'pass') expect(judgement.reasons.length).toBeGreaterThan(0);
        expect(judgement.headline).not.toMatch(/NaN|undefined|Infinity/);
        expect(judgement.headline.length).toBeGreaterThan(5);
      }),
    );
  });
});
