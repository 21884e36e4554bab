import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from '../../src/decide/judge.ts';
import type { Difference } from '../../src/evaluate/difference.ts';
import type { MetricName } from '../../src/evaluate/metric-name.ts';
import type { Result } from '../../src/result.ts';
import { verdicts } from '../../src/verdict.ts';
import { compared, judged, policy, result } from './judge-fixture.ts';

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

  it.each(['warn', 'ignore'])('fails once a critical column moved or is missing, also by the rule %s', (rule) => {
    const drift = driftOf({ delay: 'moved', hour: 'steady' });
    const held = (critical: readonly string[]) =>
      judge({ model: 'm', policy: policy(gates, { rule, critical }), result: result(fine, { drift }) });

    expect(held(['delay'])).toMatchObject({ verdict: 'fail', drift: { verdict: 'fail' } });
    expect(held(['gone'])).toMatchObject({ verdict: 'fail' });
    expect(held(['gone']).drift.moved).toContain('gone');
    expect(held(['hour'])).toMatchObject({ verdict: 'pass' });
  });

  it('is an error when data with critical columns could not be compared', () => {
    const failures = [{ part: 'drift' as const, code: 'bad-input', message: 'no' }];
    const found = judge({
      model: 'm',
      policy: policy(gates, { critical: ['delay'] }),
      result: result(fine, { failures }),
    });

    expect(found).toMatchObject({ verdict: 'error', drift: { verdict: 'error' } });
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
