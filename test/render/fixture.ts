import { judge } from '../../src/decide/judge.ts';
import type { GateVerdict, Judgement } from '../../src/decide/judgement.ts';
import type { ModelState, ModelView, PullView } from '../../src/decide/view.ts';
import type { EvaluationReport, MetricComparison } from '../../src/evaluate/evaluation-report.ts';
import { type MetricName, metricDefinitions } from '../../src/evaluate/metric-name.ts';
import { ModelPolicy } from '../../src/policy/policy.ts';
import type { Result } from '../../src/result.ts';
import type { TrainingReport } from '../../src/training-report.ts';
import { drift, steadyDrift } from './drift-fixture.ts';

export const head = '9d0e77c1f3a24b5d6e7f8091a2b3c4d5e6f70819';
export const base = '3f2c1ab90d8e7f6a5b4c3d2e1f0a9b8c7d6e5f40';
const claim = '5f0f8f0a-3a51-4c07-9a4e-0d2f6f3b7c11';

/** A metric that both models were measured on, with a paired interval of so much on either side. */
export function compared(champion: number, candidate: number, halfWidth: number | null): MetricComparison {
  const value = candidate - champion;
  return {
    champion: { kind: 'value', value: champion },
    candidate: { kind: 'value', value: candidate },
    difference:
      halfWidth === null
        ? null
        : {
            value,
            low: value - halfWidth,
            high: value + halfWidth,
            confidence: 0.95,
            pValue: null,
            method: 'paired DeLong',
          },
    rows: 98_112,
  };
}

/** One gate; the usual one is a guardrail that passes. */
export function gate(
  metric: MetricName,
  comparison: MetricComparison | null,
  rest: Partial<GateVerdict> = {},
): GateVerdict {
  return {
    metric,
    kind: 'guardrail',
    comparison,
    bound: 'not worse by 0.005',
    limit: comparison?.difference ? (metricDefinitions[metric].better === 'higher' ? -0.005 : 0.005) : null,
    verdict: 'pass',
    reason: '',
    ...rest,
  };
}

/** What `main` asks of the model. */
export const policy = ModelPolicy.parse({
  task: 'binary',
  target: 'late',
  data: { train: 'data/train.parquet', holdout: 'data/holdout.parquet', schema: 'data/schema.yml' },
  metrics: {
    'roc-auc': { 'not-worse-by': 0.005 },
    'log-loss': { 'not-worse-by': 0.002 },
    recall: { 'not-worse-by': 0.02 },
    'latency-p95': { 'at-most': 5 },
    'model-bytes': { kind: 'info' },
  },
});

type Metrics = EvaluationReport['metrics'];

const metrics: Metrics = {
  'roc-auc': compared(0.73124, 0.73981, 0.0045),
  'log-loss': compared(0.47301, 0.47112, 0.0021),
  recall: compared(0.1123, 0.1079, 0.0094),
  'latency-p95': compared(1.93, 2.01, null),
  'model-bytes': compared(41_208, 41_208, null),
};

export function evaluation(changed: Metrics = {}): EvaluationReport {
  const slice = (column: string, value: string, rows: number, champion: number, candidate: number, half: number) => ({
    column,
    value,
    rows,
    metrics: { 'roc-auc': { ...compared(champion, candidate, half), rows } },
  });
  return {
    task: 'binary',
    target: 'late',
    rows: 98_112,
    holdoutDigest: `sha256:${'c'.repeat(64)}`,
    candidate: { format: 'tfjs-layers', digest: `sha256:${'d'.repeat(64)}`, bytes: 41_208 },
    champion: { format: 'tfjs-layers', digest: `sha256:${'e'.repeat(64)}`, bytes: 41_208 },
    metrics: { ...metrics, ...changed },
    slices: [
      slice('origin', 'ATL', 5211, 0.741, 0.752, 0.011),
      slice('origin', 'ORD', 6120, 0.722, 0.704, 0.012),
      slice('origin', 'LAX', 4408, 0.709, 0.711, 0.014),
      slice('carrier', 'WN', 15_230, 0.73, 0.741, 0.009),
    ],
    churn: { changed: 3120, rows: 98_112 },
  };
}

export function training(): TrainingReport {
  return {
    schema: 'siskin.training/v1',
    claim,
    model: 'late-arrival',
    head,
    trainingKey: `sha256:${'f'.repeat(64)}`,
    command: 'node train/late-arrival.js',
    outcome: 'succeeded',
    exitCode: 0,
    signal: null,
    seconds: 341.2,
    peakMemoryBytes: 1_882_345_472,
    gpu: { name: 'NVIDIA L4', peakMemoryBytes: 3_112_345_600, peakUtilization: 0.97 },
    seed: 1,
    parameters: { 'model.hidden': 32, 'model.dropout': 0.1, 'train.epochs': 12, 'train.shuffle': true },
    environment: { platform: 'linux-x64', runner: 'gpu-box-3' },
    files: [
      { path: 'out/late-arrival/model.json', bytes: 2208, digest: `sha256:${'1'.repeat(64)}` },
      { path: 'out/late-arrival/weights.bin', bytes: 39_000, digest: `sha256:${'2'.repeat(64)}` },
    ],
    logBytes: 18_233,
    logTail: ['epoch 12/12  loss 0.4711', 'saved out/late-arrival'],
  };
}

export function result(rest: Partial<Result> = {}): Result {
  return {
    schema: 'siskin.result/v1',
    claim,
    repository: 'acme/flights',
    head,
    base,
    model: 'late-arrival',
    run: { id: 4812, attempt: 1 },
    finishedAt: '2001-07-02T14:01:31Z',
    seconds: 31,
    training: training(),
    validation: { schema: 'present', rows: 3_076_405, checks: 21, problems: [], verdict: 'pass' },
    drift: drift(),
    evaluation: evaluation(),
    failures: [],
    ...rest,
  };
}

/** What the policy makes of a result. */
export function judgement(
  rest: Partial<Judgement> = {},
  judgedResult: Result = result(),
  asked: ModelPolicy = policy,
): Judgement {
  return { ...judge({ model: judgedResult.model, policy: asked, result: judgedResult }), ...rest };
}

export function judged(rest: Partial<Extract<ModelState, { kind: 'judged' }>> = {}): ModelState {
  return {
    kind: 'judged',
    judgement: judgement(),
    result: result(),
    isFirstChampion: false,
    reusedFrom: null,
    waitedSeconds: 41,
    ranSeconds: 372,
    ...rest,
  };
}

export function model(state: ModelState = judged(), rest: Partial<ModelView> = {}): ModelView {
  return {
    model: 'late-arrival',
    causes: ['data'],
    files: ['data/train.parquet.dvc'],
    pointers: [
      {
        path: 'data/train.parquet',
        kind: 'dvc',
        before: { digest: 'md5:0f343b0931126a20f133d67c2b018a3b', bytes: 23_100_000, files: null },
        after: { digest: 'md5:d41d8cd98f00b204e9800998ecf8427e', bytes: 27_600_000, files: null },
      },
    ],
    runUrl: 'https://github.com/acme/flights/actions/runs/4812',
    state,
    ...rest,
  };
}

/** January to May against June, judged: the pull request of the story. Each test says only what it changes. */
export function view(rest: Partial<PullView> = {}): PullView {
  return {
    repository: { owner: 'acme', name: 'flights' },
    number: 12,
    head,
    base: { ref: 'main', sha: base },
    models: [model()],
    policy: { kind: 'valid' },
    proposedPolicy: null,
    notes: [],
    history: [
      {
        head: 'c0ffee1234567890c0ffee1234567890c0ffee12',
        outcome: 'fail',
        runUrl: 'https://github.com/acme/flights/actions/runs/4790',
      },
      { head: 'badc0de234567890badc0de234567890badc0de2', outcome: 'superseded', runUrl: null },
    ],
    next: ['/evaluate', '/train', '/help'],
    updatedAt: '2001-07-02T14:02:10Z',
    ...rest,
  };
}

/** The pull request that makes a model worse: it fails one gate, and another is not decided. */
export function worse(): ModelState {
  const judgedResult = result({
    evaluation: evaluation({
      'roc-auc': compared(0.73124, 0.71913, 0.0041),
      recall: compared(0.1123, 0.1042, 0.0231),
    }),
    drift: steadyDrift(),
  });
  return judged({ judgement: judgement({}, judgedResult), result: judgedResult });
}

/** Where else a model can stand, by name. */
export const otherStates = {
  queued: { kind: 'queued', since: '2001-07-02T13:55:00Z' },
  running: {
    kind: 'running',
    since: '2001-07-02T13:56:10Z',
    stages: [
      { name: 'train (late-arrival)', state: 'done', seconds: 341 },
      { name: 'evaluate (late-arrival)', state: 'running', seconds: 12 },
      { name: 'collect', state: 'waiting', seconds: null },
    ],
  },
  failed: {
    kind: 'failed',
    failure: {
      code: 'training-failed',
      message: 'expected `node train/late-arrival.js` to end with 0, found exit code 1; read the log below',
      model: 'late-arrival',
      logTail: [
        'epoch 1/12  loss 0.6931',
        '\u001b[31mRangeError: Invalid typed array length: -1\u001b[0m',
        '    at train (train/late-arrival.js:88:19)',
      ],
    },
  },
  cancelled: { kind: 'cancelled', by: 'octocat' },
  superseded: { kind: 'superseded', by: 'a newer commit' },
  refused: {
    kind: 'refused',
    reason: 'the pull request comes from a fork, whose code gets no runner of this repository',
    fix: 'read the change, push it to a branch of this repository and open the pull request from there',
  },
  nothing: { kind: 'nothing', reason: 'no file of this model changed' },
} as const satisfies Record<string, ModelState>;
