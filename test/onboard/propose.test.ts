import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { filesToInspect, inspect } from '../../src/onboard/inspect.ts';
import { type Proposal, proposal } from '../../src/onboard/propose.ts';
import { onboardingPullRequest } from '../../src/onboard/pull-request.ts';
import { dataStorages, readWorkflowTemplate, workflowFor } from '../../src/onboard/workflow-template.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import { policyPath } from '../../src/policy/policy.ts';

/** What is proposed for a repository with these files, with exactly the texts read that were asked for. */
function proposed(files: Readonly<Record<string, string>>): Proposal {
  const tree = Object.entries(files).map(([path, text]) => ({ path, sha: path, bytes: text.length }));
  const texts = new Map(filesToInspect(tree, 100_000).map(({ path }) => [path, files[path] ?? '']));
  return proposal({ inspection: inspect({ tree, texts }), workflow: 'on: workflow_dispatch\n' });
}

const rows = (header: string, row: (index: number) => string) =>
  [header, ...Array.from({ length: 60 }, (_, index) => row(index)), ''].join('\n');

test('a repository with CSV files, a script and requirements gets a policy that fits it', () => {
  const { files } = proposed({
    'train.py': 'import sklearn',
    'requirements.txt': 'scikit-learn==1.5.0',
    'params.yaml': 'trees: 10',
    'data/train.csv': rows('amount,country,is_fraud', (index) => `${index},de,${index % 2}`),
    'data/holdout.csv': rows('amount,country,is_fraud', (index) => `${index},de,${index % 2}`),
    'models/fraud.onnx': '',
  });

  expect(files[policyPath]).toMatchInlineSnapshot(`
    "# yaml-language-server: $schema=https://raw.githubusercontent.com/siskin-dev/siskin/v0/siskin.schema.json
    # What Siskin checks in a pull request, and what decides. It is read from the base branch.
    version: 1
    models:
      # Assumed: \`target\` is \`is_fraud\`, which is a column of \`data/holdout.csv\` and a usual name for a target; its values look like task binary.
      # Assumed: \`data/holdout.csv\` is never trained on.
      # Assumed: \`pip install -r requirements.txt && python train.py\` trains it, reads SISKIN_DATA and SISKIN_SEED, and writes to SISKIN_OUTPUT.
      # Assumed: a self-hosted runner with the labels \`self-hosted\` and \`gpu\` trains it; write \`[ubuntu-latest]\` to train on a hosted one.
      fraud:
        task: binary
        target: is_fraud
        data:
          train: data/train.csv
          holdout: data/holdout.csv
        model: models/fraud.onnx
        train:
          command: pip install -r requirements.txt && python train.py
          output: models/fraud.onnx
          parameters: params.yaml
          runner: [self-hosted, gpu]
        metrics:
          roc-auc: { not-worse-by: 0.005 }
          log-loss: { not-worse-by: 0.005 }
          latency-p95: { kind: info }
    "
  `);
});

test('scripts and models that share a word belong together, and a schema tells the columns', () => {
  const { files } = proposed({
    'train.js': '',
    'train_delay.py': '',
    'models/delay-minutes.onnx': '',
    'data/schema.yml': 'columns:\n  delay: { type: integer }\n  late: { type: boolean }\n',
    'data/train/2001-01.parquet': '',
    'data/holdout.parquet': '',
  });

  expect(files[policyPath]).toMatchInlineSnapshot(`
    "# yaml-language-server: $schema=https://raw.githubusercontent.com/siskin-dev/siskin/v0/siskin.schema.json
    # What Siskin checks in a pull request, and what decides. It is read from the base branch.
    version: 1
    models:
      # Assumed: \`target\` is \`delay\`, which is a column of \`data/schema.yml\` that the model is named after; its values look like task regression.
      # Assumed: \`data/holdout.parquet\` is never trained on.
      # Assumed: \`python train_delay.py\` trains it, reads SISKIN_DATA and SISKIN_SEED, and writes to SISKIN_OUTPUT.
      # Assumed: a self-hosted runner with the labels \`self-hosted\` and \`gpu\` trains it; write \`[ubuntu-latest]\` to train on a hosted one.
      delay-minutes:
        task: regression
        target: delay
        data:
          train: data/train/**
          holdout: data/holdout.parquet
          schema: data/schema.yml
        model: models/delay-minutes.onnx
        train:
          command: python train_delay.py
          output: models/delay-minutes.onnx
          runner: [self-hosted, gpu]
        metrics:
          r2: { not-worse-by: 0.01 }
          mae: { kind: info }
          latency-p95: { kind: info }
      # Assumed: \`target\` is \`late\`, which is the last column of \`data/schema.yml\`; its values look like task binary.
      # Assumed: \`data/holdout.parquet\` is never trained on.
      # Assumed: \`node train.js\` trains it, reads SISKIN_DATA and SISKIN_SEED, and writes to SISKIN_OUTPUT.
      # Assumed: a self-hosted runner with the labels \`self-hosted\` and \`gpu\` trains it; write \`[ubuntu-latest]\` to train on a hosted one.
      main:
        task: binary
        target: late
        data:
          train: data/train/**
          holdout: data/holdout.parquet
          schema: data/schema.yml
        train:
          command: node train.js
          output: out/main
          runner: [self-hosted, gpu]
        metrics:
          roc-auc: { not-worse-by: 0.005 }
          log-loss: { not-worse-by: 0.005 }
          latency-p95: { kind: info }
    "
  `);
});

test('an empty repository gets a policy to fill in, and is told what is missing', () => {
  const { assumptions } = proposed({ 'README.md': '' });

  expect(assumptions).toMatchInlineSnapshot(`
    [
      "\`main\`: no column was seen: correct \`target\` and \`task\`.",
      "\`main\`: no training data was found: \`data/train.csv\` stands for it.",
      "\`main\`: no holdout was found: set rows aside in \`data/holdout.csv\` that are never trained on.",
      "\`main\`: neither a model file (.onnx, TensorFlow.js) nor a training script was found: correct \`model\`, or add \`train\`.",
    ]
  `);
});

test('DVC, Git LFS and formats that must be exported are told', () => {
  const { files, assumptions } = proposed({
    '.gitattributes': '*.onnx filter=lfs diff=lfs merge=lfs -text\n',
    'dvc.yaml': 'stages:\n  prepare: {cmd: python p.py}\n  train: {cmd: python t.py}\n',
    'data/train.dvc': 'outs:\n- {md5: aa.dir, path: train}\n',
    'data/test.csv.dvc': 'outs:\n- {md5: aa, path: test.csv}\n',
    'model.pkl': '',
  });

  expect(files[policyPath]).toContain('train: data/train\n      holdout: data/test.csv');
  expect(files[policyPath]).toContain('command: dvc repro train');
  expect(assumptions.slice(-3)).toMatchInlineSnapshot(`
    [
      "\`model.pkl\` is in a format that is not evaluated: export to ONNX or TensorFlow.js, or write a predictions file.",
      "DVC keeps data here: the workflow pulls it; give its two \`Pull the data\` steps read-only credentials of the remote.",
      "Git LFS keeps files here: the workflow checks them out.",
    ]
  `);
});

test('many files of one folder become a glob that leaves the holdout out', () => {
  const days = Object.fromEntries(Array.from({ length: 30 }, (_, day) => [`data/day-${day}.csv`, '']));

  expect(proposed({ ...days, 'eval/holdout.csv': '' }).files[policyPath]).toContain('train: data/*.csv');
  expect(proposed({ ...days, 'data/holdout.csv': '' }).files[policyPath]).toContain('train: [data/day-0.csv, ');
});

test('whatever stands in a repository, the proposed policy is valid', () => {
  const part = fc.oneof(
    fc.constantFrom(
      'data',
      'train',
      'test',
      'models',
      'holdout',
      'fraud',
      '.dvc',
      'a b',
      "it's",
      'ü',
      '#x',
      '- y',
      'out',
      'true',
      '1e3',
      ': z',
      'constructor',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }).filter((text) => !text.includes('/')),
  );
  const ending = fc.constantFrom(
    '',
    '.csv',
    '.parquet',
    '.onnx',
    '.py',
    '.js',
    '.dvc',
    '/model.json',
    '/schema.yml',
    '/dvc.yaml',
    '.pkl',
  );
  const usual = fc.constantFrom(
    ...['data/train.csv', 'data', 'data/holdout.csv', 'data/model.json', 'train/test/a.csv', 'data/train/val/b.csv'],
  );
  const made = fc.tuple(fc.array(part, { minLength: 1, maxLength: 3 }), ending);
  const path = fc.oneof(
    usual,
    made.map(([parts, end]) => parts.join('/') + end),
  );
  const text = fc.oneof(
    fc.constantFrom(
      'a,b,late\n1,2,1\n',
      'outs:\n- {md5: a.dir, path: train}\n',
      'columns: {x: {type: integer}}',
      'stages: {train: {cmd: x}}',
    ),
    fc.string({ unit: 'binary' }),
  );

  fc.assert(
    fc.property(fc.dictionary(path, text, { maxKeys: 12, noNullPrototype: true }), (files) => {
      const parsed = parsePolicy({ text: proposed(files).files[policyPath] ?? '' });
      expect(parsed.kind === 'invalid' ? parsed.problems : []).toEqual([]);
    }),
    { numRuns: 1500 },
  );
});

test('the pull request says what was assumed and what it adds', () => {
  const request = onboardingPullRequest(proposed({ 'train.py': '', 'data/train.csv': 'a,label\n1,1\n' }));

  expect(request).toMatchObject({ branch: 'siskin/onboarding', title: 'Set up Siskin' });
  expect(request.body).toMatchInlineSnapshot(`
    "Merge this, and every pull request that changes a model says what it does to it before it is merged: the data that
    moved, the metrics of candidate and champion on the same rows, and a verdict by your own gates.

    ### What was assumed
    - \`main\`: \`target\` is \`label\`, which is a column of \`data/train.csv\` and a usual name for a target; its values look like task binary.
    - \`main\`: no holdout was found: set rows aside in \`data/holdout.csv\` that are never trained on.
    - \`main\`: \`python train.py\` trains it, reads SISKIN_DATA and SISKIN_SEED, and writes to SISKIN_OUTPUT.
    - \`main\`: a self-hosted runner with the labels \`self-hosted\` and \`gpu\` trains it; write \`[ubuntu-latest]\` to train on a hosted one.

    Whatever is wrong, correct it here: push to this branch, and the policy is checked line by line.

    ### What it adds
    - \`.github/siskin.yml\`: the models, their data, and the gates that decide
    - \`.github/workflows/siskin.yml\`: the workflow that Siskin dispatches

    The training command runs without secrets and without permission to write. Nothing runs until this is merged; to do
    without Siskin, close this pull request.
    "
  `);
});

/** The names and inputs of the steps of a workflow, by job. */
function stepsOf(text: string): Readonly<Record<string, readonly Step[]>> {
  const { jobs } = parse(text) as { readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>> };
  return Object.fromEntries(Object.entries(jobs).map(([name, { steps }]) => [name, steps]));
}

interface Step {
  readonly name: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly run?: string;
}

describe('the workflow', () => {
  const template = readWorkflowTemplate();

  test('of a repository that keeps everything in git is the template', () => {
    expect(workflowFor(template, { hasLfs: false, hasDvc: false })).toBe(template);
  });

  test('checks out what Git LFS keeps, each time', () => {
    const { train = [], evaluate = [] } = stepsOf(workflowFor(template, { hasLfs: true, hasDvc: true }));
    const checkouts = [...train, ...evaluate].filter(({ name }) => name.startsWith('Check out'));

    expect(checkouts.map((step) => step.with?.['lfs'])).toEqual([true, undefined, true, true]);
  });

  test('pulls what DVC keeps before it is needed, by the configuration of the base branch', () => {
    const { train = [], evaluate = [] } = stepsOf(workflowFor(template, { hasLfs: false, hasDvc: true }));

    expect(train.map(({ name }) => name).slice(-2)).toEqual(['Pull the data', 'Train']);
    expect(evaluate.map(({ name }) => name).slice(-2)).toEqual(['Pull the data', 'Evaluate']);
    expect(train.at(-2)?.run).toMatch(/cp .siskin-base\/.dvc\/config .dvc\/config[\s\S]*dvc" pull/);
    expect(evaluate.at(-2)?.run).toMatch(/cp base\/.dvc\/config head\/.dvc\/config[\s\S]*dvc" pull/);
  });

  test.each(dataStorages)('is dispatched with one plan, whatever keeps the data: %j', (storage) => {
    expect(workflowFor(template, storage)).toContain('workflow_dispatch');
    expect(workflowFor(template, storage)).toContain('permissions: {}');
  });
});
