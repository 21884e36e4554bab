import { describe, expect, it } from 'vitest';
import { gateSubject, policyDigest } from '../../src/decide/approval.ts';

import { gateNames } from '../../src/decide/gate-name.ts';
import { judge } from '../../src/decide/judge.ts';
import { forbiddenOperators } from '../../src/decide/judge-edge.ts';
import { verdictReasonsOf } from '../../src/decide/verdict-reasons.ts';
import type { EvaluationReport } from '../../src/evaluate/evaluation-report.ts';
import { metricNames } from '../../src/evaluate/metric-name.ts';
import type { ServingCost } from '../../src/evaluate/serving/serving-report.ts';
import { ModelPolicy } from '../../src/policy/policy.ts';
import type { Approval } from '../../src/store/approval-record.ts';
import { anEvaluation, aResult } from '../result-builder.ts';
import { compared } from './judge-fixture.ts';

const gate = { method: 'holm', 'not-worse-by': 0.02 } as const;
const measured = { method: 'holm', confidence: 0.95, minimumRows: 100, minimumPositives: 20 } as const;
const overall = compared(0.01, 0.002, 0.02);

function policyWith(given: Readonly<Record<string, unknown>>): ModelPolicy {
  return ModelPolicy.parse({
    task: 'binary',
    target: 'y',
    data: { train: 't', holdout: 'h' },
    metrics: { 'roc-auc': { 'not-worse-by': 0.005 } },
    ...given,
  });
}

type Slice = EvaluationReport['slices'][number];

function slice(value: string, comparison = compared(0, -0.01, 0.01), adjusted = 1): Slice {
  const tests = { 'roc-auc': { pWorse: adjusted, adjusted, margin: 0.02 } };
  return { column: 'region', value, rows: 500, metrics: { 'roc-auc': comparison }, tests };
}

function judged(
  slices: readonly Slice[],
  options: {
    readonly policy?: ModelPolicy;
    readonly rest?: Partial<EvaluationReport>;
    readonly approvals?: readonly Approval[];
  } = {},
) {
  const { policy = policyWith({ 'slices-gate': gate }), rest = {}, approvals = [] } = options;
  const left = slices.filter(({ notAssessed }) => notAssessed !== undefined);
  const evaluation: EvaluationReport = {
    ...anEvaluation({ difference: 0.01 }),
    metrics: { 'roc-auc': overall },
    slices: [...slices],
    slicesGate: {
      ...measured,
      margins: { 'roc-auc': '0.02' },
      tests: slices.length - left.length,
      notAssessed: left.length,
      notAssessedRows: left.reduce((sum, { rows }) => sum + rows, 0),
    },
    ...rest,
  };
  return judge({ model: 'm', policy, result: aResult({ validation: null, evaluation }), approvals });
}

const bad = () => slice('north', compared(-0.08, -0.12, -0.04), 0.003);

describe('the slices gate', () => {
  it('passes when every slice alone keeps the margin', () => {
    expect(judged([slice('north'), slice('south')])).toMatchObject({
      verdict: 'pass',
      slices: [{ verdict: 'pass', reason: '' }],
    });
  });

  it('fails on the slice that is told to be worse among all, and names it', () => {
    const found = judged([slice('south'), bad()]);

    expect(found.verdict).toBe('fail');
    expect(found.slices?.[0]).toMatchObject({
      verdict: 'fail',
      reason: 'region = north: worse by 0.0800 (limit 0.02, p 0.0030)',
      failing: [{ column: 'region', value: 'north' }],
    });
    expect(found.headline).toContain('ROC AUC in slices: region = north');
  });

  it('does not fail on a slice that is worse only when looked at alone, and says how many rows would decide', () => {
    const found = judged([slice('south'), slice('north', compared(-0.08, -0.12, -0.04), 0.04)]);

    expect(found.slices?.[0]).toMatchObject({ verdict: 'inconclusive', failing: [] });
    expect(judged([slice('south', compared(0, -0.03, 0.03))]).slices?.[0]?.reason).toMatch(/more rows? would decide/);
  });

  it('is looked at only once the metric has passed overall', () => {
    const found = judged([bad()], { rest: { metrics: { 'roc-auc': compared(0, -0.02, 0.02) } } });

    expect(found.slices?.[0]).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringContaining('passed overall'),
    });
  });

  it('names what was not assessed also when it passes, and never passes by that alone', () => {
    const small = { ...slice('west'), rows: 40, notAssessed: '40 rows, fewer than 100' };

    expect(judged([slice('north'), small]).slices?.[0]).toMatchObject({
      verdict: 'pass',
      note: 'not assessed: 1 slice of 40 rows in all',
    });
    expect(judged([small]).slices?.[0]).toMatchObject({ verdict: 'inconclusive' });
  });

  it('is an error when it was measured for another gate, or not at all', () => {
    const other = policyWith({ 'slices-gate': { ...gate, 'not-worse-by': '2%' } });

    expect(judged([slice('north')], { policy: other }).slices?.[0]?.verdict).toBe('error');
    expect(judged([slice('north')], { rest: { slicesGate: undefined } }).verdict).toBe('error');
  });
});

describe('a holdout whose looks are used up', () => {
  const holdout = {
    look: 4,
    planned: 3,
    spend: 'pocock',
    alpha: 0.01,
    isExhausted: true,
    warning: 'take fresh rows',
  } as const;

  it('decides nothing by intervals, and says so', () => {
    const found = judged([slice('north')], { rest: { holdout } });

    expect(found.verdict).toBe('inconclusive');
    expect(found.gates[0]?.reason).toBe('the looks of the holdout are used up');
    expect(found.slices?.[0]?.verdict).toBe('inconclusive');
    expect(found.reasons).toContain('take fresh rows');
  });
});

it('intervals that spend the holdout otherwise than the policy decide nothing', () => {
  const policy = policyWith({ holdout: { spend: 'pocock', looks: 3 } });
  const use = { look: 1, planned: 3, spend: 'pocock', alpha: 0.02, isExhausted: false, warning: null } as const;
  const verdictOf = (holdout: EvaluationReport['holdout']) =>
    judged([], { policy, rest: { slicesGate: undefined, holdout } }).gates[0]?.verdict;

  expect(verdictOf(use)).toBe('pass');
  expect(verdictOf({ ...use, spend: 'bonferroni' })).toBe('error');
  expect(verdictOf({ ...use, planned: 2 })).toBe('error');
  expect(verdictOf(undefined)).toBe('error');
});

describe('the edge gate', () => {
  const cost = (given: Partial<ServingCost>): ServingCost => ({
    bytes: 1000,
    operators: {
      total: 2,
      kinds: [
        { name: 'Gemm', count: 1 },
        { name: 'ai.onnx.ml:Scaler', count: 1 },
      ],
      opsets: [],
    },
    throughput: { kind: 'value', value: 1000 },
    singleThread: { median: { kind: 'value', value: 2 }, low: 1.9, high: 2.1 },
    peakMemory: { kind: 'value', value: 5_000_000 },
    wasm: { runs: true, reason: '' },
    ...given,
  });
  const edge = (bounds: Readonly<Record<string, unknown>>, given: Partial<ServingCost> | null = {}) => {
    const serving = given === null ? undefined : { candidate: cost(given), champion: null };
    return judged([], { policy: policyWith({ edge: bounds }), rest: { serving, slicesGate: undefined } }).edge?.[0];
  };

  it.each<readonly [string, Readonly<Record<string, unknown>>, Partial<ServingCost> | null, string, RegExp]>([
    ['bytes within', { 'max-bytes': 1000 }, {}, 'pass', /^$/],
    ['bytes beyond', { 'max-bytes': 999 }, {}, 'fail', /above/],
    ['an interval of time below the limit', { 'max-latency-ms': 2.2 }, {}, 'pass', /^$/],
    ['an interval of time above it', { 'max-latency-ms': 1 }, {}, 'fail', /above/],
    ['an interval of time around it', { 'max-latency-ms': 2 }, {}, 'inconclusive', /noisy/],
    ['memory beyond', { 'max-memory-bytes': 1 }, {}, 'fail', /above/],
    ['allowed operators', { operators: ['Gemm', 'ai.onnx.ml:*'] }, {}, 'pass', /^$/],
    ['an operator that is not allowed', { operators: ['Gemm'] }, {}, 'fail', /needs ai\.onnx\.ml:Scaler/],
    ['operators nobody could list', { operators: ['Gemm'] }, { operators: null }, 'inconclusive', /cannot be listed/],
    ['WebAssembly', { 'runs-in-wasm': true }, {}, 'pass', /^$/],
    ['no WebAssembly', { 'runs-in-wasm': true }, { wasm: { runs: false, reason: 'no Scaler' } }, 'fail', /no Scaler/],
    [
      'WebAssembly nobody tried',
      { 'runs-in-wasm': true },
      { wasm: { runs: null, reason: 'absent' } },
      'inconclusive',
      /absent/,
    ],
    ['nothing measured', { 'max-bytes': 1000 }, null, 'error', /not measured/],
  ])('of %s', (_, bounds, given, verdict, reason) => {
    const found = edge(bounds, given);

    expect(found?.verdict).toBe(verdict);
    expect(found?.reason).toMatch(reason);
  });

  it('takes a star for all of a domain only', () => {
    const operators = cost({}).operators ?? { total: 0, kinds: [], opsets: [] };
    expect(forbiddenOperators(operators, ['ai.onnx:*'])).toEqual(['ai.onnx.ml:Scaler']);
    expect(forbiddenOperators(operators, ['*'])).toEqual(['Gemm', 'ai.onnx.ml:Scaler']);
  });
});

describe('any gate that decides', () => {
  const policy = policyWith({
    'slices-gate': gate,
    edge: { 'max-bytes': 1 },
    fairness: { protected: ['sex'], gates: { 'demographic-parity': { 'at-most': 0.1 } } },
  });

  it('has a name for commands', () => {
    expect(gateNames(policy)).toEqual(['roc-auc', 'demographic-parity', 'slices-roc-auc', 'edge-max-bytes']);
  });

  it('can be overridden by that name, for this candidate under these gates', () => {
    const own = policyWith({ 'slices-gate': gate });
    const artifact = anEvaluation({ difference: 0.01 }).candidate.digest;
    const approval = (name: string): Approval => ({
      repositoryId: 1,
      number: 1,
      kind: 'override-gate',
      subject: gateSubject('m', name),
      head: 'b'.repeat(40),
      tree: '',
      artifact,
      policy: policyDigest(own),
      by: 'ada',
      reason: 'known',
      at: '2026-03-01T12:00:00.000Z',
    });
    const found = judged([bad()], { policy: own, approvals: [approval('slices-roc-auc')] });

    expect(found).toMatchObject({ verdict: 'pass', review: true });
    expect(found.headline).toContain('ROC AUC in slices missed its gate, which ada overrode');
    expect(judged([bad()], { policy: own, approvals: [approval('roc-auc')] }).verdict).toBe('fail');
    const missed = judged([bad()], { policy: own });
    expect(verdictReasonsOf(missed, { validation: null, failures: [] })[0]?.metric).toBe('slices-roc-auc');
  });
});

it.each(metricNames.filter((name) => !/latency|bytes/.test(name)))(
  'an open gate on %s says how many rows would decide',
  (name) => {
    const policy = policyWith({ metrics: { [name]: { 'not-worse-by': 0.005 } } });
    const rest = { metrics: { [name]: compared(0, -0.02, 0.02) }, slicesGate: undefined };

    expect(judged([], { policy, rest }).gates[0]?.reason).toMatch(/more rows would decide/);
  },
);
