import type { DriftReport } from '../../src/drift/drift-report.ts';
import type { EvaluationReport } from '../../src/evaluate/evaluation-report.ts';
import type { ServingCost } from '../../src/evaluate/serving/serving-report.ts';
import type { TaskReport } from '../../src/evaluate/task-report.ts';
import { Result } from '../../src/result.ts';
import { drift } from './drift-fixture.ts';
import { explanation } from './explanation-fixture.ts';
import { fairness } from './fairness-fixture.ts';
import { compared, evaluation, judgement, result } from './fixture.ts';

const wave = (step: number) => Math.sin(step / 3) / 40;

function windows(): NonNullable<DriftReport['windows']> {
  const days = Array.from({ length: 30 }, (_, day) => `2001-06-${String(day + 1).padStart(2, '0')}T00:00:00Z`);
  return {
    time: 'date',
    size: 'day',
    columns: [
      { name: 'delay', noise: 0.06 },
      { name: 'hour', noise: null },
    ],
    windows: days.map((start, day) => {
      const moved = day > 17;
      const value = 0.04 + wave(day) + (moved ? 0.09 : 0);
      return {
        start,
        rows: 16_000 + day,
        moved: moved ? 1 : 0,
        assessed: 4,
        effects: [
          { value, low: Math.max(0, value - 0.01), high: value + 0.01, verdict: moved ? 'moved' : 'steady' },
          day === 7 ? null : { value: 0.03, low: 0.02, high: 0.04, verdict: 'steady' },
        ],
        verdict: moved ? 'moved' : 'steady',
      };
    }),
    rowsLeftOut: 12,
  };
}

function estimate(): NonNullable<DriftReport['estimate']> {
  const at = (value: number) => ({ value, samplingError: 0.003, low: value - 0.009, high: value + 0.009 });
  return {
    task: 'binary',
    target: 'late',
    prediction: null,
    scores: [{ class: '1', column: 'probability' }],
    calibrated: ['1'],
    rows: { reference: 50_000, current: 30_000, passedOver: 17 },
    metrics: {
      'roc-auc': {
        reference: 0.741,
        estimate: at(0.702),
        threshold: { low: 0.72, high: 0.76 },
        chunks: Array.from({ length: 10 }, (_, chunk) => ({ ...at(0.74 - chunk * 0.006), alert: chunk > 3 })),
        verdict: 'moved',
      },
      accuracy: {
        reference: 0.812,
        estimate: at(0.81),
        threshold: { low: 0.79, high: 0.83 },
        chunks: Array.from({ length: 10 }, (_, chunk) => (chunk === 2 ? null : { ...at(0.81), alert: false })),
        verdict: 'steady',
      },
    },
    verdict: 'moved',
  };
}

function multivariate(): NonNullable<DriftReport['multivariate']> {
  const separation = { auc: 0.643, low: 0.631, high: 0.655, pValue: 1e-20 };
  const discrepancy = { value: 0.0042, pValue: 0.005, permutations: 200, frequencies: 512, bandwidth: 1.4 };
  return {
    separation,
    verdict: 'moved',
    reason: '',
    rows: { reference: 20_000, current: 20_000 },
    columns: [
      { name: 'delay', lost: 0.12, error: 0.004 },
      { name: 'hour', lost: 0.01, error: 0.003 },
    ],
    discrepancy,
    texts: {
      remark: {
        separation,
        verdict: 'moved',
        reason: 'words tell the sides apart',
        words: [
          { word: 'storm', side: 'current', score: 9 },
          { word: 'snow', side: 'reference', score: -8 },
        ],
      },
    },
    embeddings: {
      vector: {
        separation: { ...separation, auc: 0.51, low: 0.49, high: 0.53 },
        verdict: 'steady',
        reason: '',
        discrepancy,
      },
    },
    minimumAuc: 0.55,
    alpha: 0.01,
  };
}

function details(): TaskReport {
  const bins = (bend: number) =>
    Array.from({ length: 10 }, (_, bin) => {
      const confidence = (bin + 0.5) / 10;
      const observed = Math.min(1, Math.max(0, confidence + bend * Math.sin(confidence * Math.PI)));
      return {
        rows: 9811,
        confidence,
        observed,
        low: Math.max(0, observed - 0.02),
        high: Math.min(1, observed + 0.02),
      };
    });
  const both = (champion: number, candidate: number) => {
    const { rows: _, ...rest } = compared(champion, candidate, 0.012);
    return rest;
  };
  return {
    classes: [
      { label: '0', rows: 78_000, precision: both(0.84, 0.85), recall: both(0.91, 0.92), f1: both(0.87, 0.885) },
      { label: '1', rows: 20_112, precision: both(0.61, 0.6), recall: both(0.41, 0.38), f1: both(0.49, 0.465) },
    ],
    reliability: { of: 'positive', candidate: bins(-0.06), champion: bins(0.03) },
    threshold: {
      rule: 'at-precision',
      bound: 0.9,
      costs: null,
      candidate: { value: 0.712, halves: [0.71, 0.715], isReached: true },
      champion: { value: 0.69, halves: [0.69, 0.69], isReached: true },
    },
    notes: ['onnxruntime ran on the processor'],
  };
}

function serving(bytes: number, rate: number): ServingCost {
  const value = (number: number) => ({ kind: 'value', value: number }) as const;
  return {
    bytes,
    operators: {
      total: 12,
      kinds: [
        { name: 'Gemm', count: 3 },
        { name: 'Relu', count: 2 },
      ],
      opsets: [{ domain: '', version: 17 }],
    },
    throughput: value(rate),
    singleThread: { median: value(0.021), low: 0.019, high: 0.023 },
    peakMemory: value(12_000_000),
    wasm: { runs: true, reason: '' },
  };
}

function richEvaluation(): EvaluationReport {
  const usual = evaluation();
  return {
    ...usual,
    churn: {
      changed: 3120,
      rows: 98_112,
      regressions: 1211,
      improvements: 1909,
      slices: [
        { column: 'origin', value: 'ORD', changed: 410, rows: 6120, regressions: 280, improvements: 130 },
        { column: 'origin', value: 'ATL', changed: 120, rows: 5211, regressions: 30, improvements: 90 },
      ],
      flips: [
        { row: 17, id: 'AA-12', kind: 'regression' },
        { row: 99, id: null, kind: 'improvement' },
      ],
    },
    cluster: { column: 'tail', clusters: 4012 },
    holdout: {
      look: 7,
      planned: 10,
      spend: 'pocock',
      alpha: 0.011,
      isExhausted: false,
      warning: 'This holdout has judged 6 candidates before: three looks are left.',
    },
    serving: { candidate: serving(41_208, 812_000), champion: serving(40_001, 840_000) },
    fairness: fairness(),
    explanation: explanation(),
    details: details(),
  };
}

/** A result that has every part that there is. */
export function richResult(): Result {
  const rule = { check: 'max', expected: 'at most 23', found: '3 of 300 rows break it', rows: 3, file: 'schema.yml' };
  return Result.parse(
    result({
      software: { siskin: '0.1.0', node: '24.0.0', platform: 'linux-x64', packages: { 'onnxruntime-node': '1.30.0' } },
      validation: {
        schema: 'present',
        rows: 3_076_405,
        checks: 21,
        scans: 1,
        problems: [],
        warnings: [
          {
            ...rule,
            column: 'hour',
            line: 12,
            anomaly: 'out-of-range',
            fix: 'correct the rows, or raise `max`',
            examples: [{ file: 'data/june.csv', row: 4, line: 5, key: 'id=17', value: '99' }],
          },
        ],
        leakage: { target: 'late', rows: 100_000, columns: [{ column: 'delay', association: 0.93, method: 'auc' }] },
        overlap: [{ with: ['data/holdout.parquet'], columns: 5, rows: 12, ofRows: 98_112 }],
        verdict: 'pass',
      },
      drift: { ...drift(), windows: windows(), estimate: estimate(), multivariate: multivariate() },
      evaluation: richEvaluation(),
    }),
  );
}

/** The result with every part, and what the policy makes of it. */
export function rich() {
  const all = richResult();
  return { result: all, judgement: judgement({}, all) };
}
