import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PullIssue } from '../../sandbox/github/shape/pull.ts';
import { flights, scores, training } from './late-arrivals.ts';
import { openScenario, type Scenario, workflow } from './scenario.ts';

const models = join(import.meta.dirname, '../fixtures/models');
const onnx = (name: string) => readFileSync(join(models, name));

const badData = {
  empty: '',
  binary: Buffer.from(Array.from({ length: 4000 }, (_, index) => (index * 7919) % 256)),
  'other-columns': 'id,weekday\nf1000,Monday\n',
  encoding: Buffer.concat([
    Buffer.from('id,hour,late\nf1,3,0\nM'),
    Buffer.from([0xfc, 0xff]),
    Buffer.from('nchen,3,0\n'),
  ]),
  'long-cell': `${flights(1000)}${'x'.repeat(3_000_000)},3,0\n`,
};
const badModels = {
  truncated: onnx('binary-tensor.onnx').subarray(0, 200),
  inputs: onnx('columns.onnx'),
  external: onnx('escaping.onnx'),
  'not-a-number': onnx('nan.onnx'),
};
const badTraining = {
  failing: 'echo "learning from $SISKIN_SEED"\necho "KeyError: hour" >&2\nexit 3\n',
  killed: 'echo "allocating"\nkill -9 $$\n',
  silent: 'echo "forgot to save"\n',
  talkative:
    'for i in $(seq 1 40); do head -c 100000 /dev/zero | tr "\\0" x; echo; done\necho "the very last line"\nexit 1\n',
  hanging: 'echo "epoch 1"\nsleep 600\n',
};

const policy = () => `version: 1
models:
${Object.keys(badData)
  .map(
    (name) => `  ${name}:
    task: binary
    target: late
    id: id
    data: { train: data/${name}.csv, holdout: data/holdout.csv, schema: schema.yml }
    model: models/scores.csv
    metrics: { roc-auc: { not-worse-by: 0.01 } }
`,
  )
  .join('')}${Object.keys(badModels)
  .map(
    (name) => `  ${name}:
    task: ${name === 'not-a-number' || name === 'external' ? 'regression' : 'binary'}
    target: late
    id: id
    features: [amount, age]
    data: { train: data/fixture.csv, holdout: data/fixture-holdout.csv }
    model: models/${name}/model.onnx
    metrics: { ${name === 'not-a-number' || name === 'external' ? 'rmse' : 'roc-auc'}: { not-worse-by: 0.01 } }
`,
  )
  .join('')}${Object.keys(badTraining)
  .map(
    (name) => `  ${name}:
    task: binary
    target: late
    id: id
    data: { train: data/fixture.csv, holdout: data/holdout.csv }
    model: models/${name}.csv
    train:
      command: bash train/${name}.sh
      output: out/${name}.csv
      inputs: [train/${name}.sh]
      runner: [gpu]
      timeout-minutes: ${name === 'hanging' ? 0.1 : 60}
    metrics: { roc-auc: { not-worse-by: 0.01 } }
`,
  )
  .join('')}`;

const named = <Value>(names: Readonly<Record<string, unknown>>, path: (name: string) => string, value: Value) =>
  Object.fromEntries(Object.keys(names).map((name) => [path(name), value]));

let scenario: Scenario;
let pull: PullIssue;
beforeAll(async () => {
  scenario = await openScenario();
  const repository = await scenario.adopt('bad-input', {
    '.github/siskin.yml': policy(),
    '.github/workflows/siskin.yml': workflow,
    'schema.yml':
      'version: 1\ncolumns:\n  id: { type: text, unique: true }\n  hour: { type: integer, max: 23 }\n  late: {}\n',
    'data/holdout.csv': flights(),
    'data/fixture.csv': onnx('holdout.csv'),
    'data/fixture-holdout.csv': onnx('holdout.csv'),
    'models/scores.csv': scores('good'),
    ...named(badData, (name) => `data/${name}.csv`, flights(1000)),
    ...named(badModels, (name) => `models/${name}/model.onnx`, onnx('binary-tensor.onnx')),
    ...named(badTraining, (name) => `train/${name}.sh`, training),
    ...named(badTraining, (name) => `models/${name}.csv`, scores('good')),
  });
  const files = [
    ...Object.entries(badData).map(([name, content]) => [`data/${name}.csv`, content]),
    ...Object.entries(badModels).map(([name, content]) => [`models/${name}/model.onnx`, content]),
    ...Object.entries(badTraining).map(([name, content]) => [`train/${name}.sh`, content]),
  ];
  pull = await scenario.propose(repository, { branch: 'bad', files: Object.fromEntries(files) });
  await scenario.rest();
});
afterAll(() => scenario[Symbol.asyncDispose]());

describe('bad training data', () => {
  it.each<readonly [keyof typeof badData, string]>([
    ['empty', 'expected data, found that data/empty.csv is empty (0 bytes); check what writes it'],
    ['binary', 'expected text in UTF-8 (CSV) without NUL bytes, found other content in data/binary.csv'],
    ['encoding', 'expected text in UTF-8, found bytes of another encoding in data/encoding.csv, line 3; save the file'],
    [
      'long-cell',
      'expected lines of at most 2000000 bytes, found a longer one in data/long-cell.csv; shorten its cells',
    ],
  ])('that is %s ends in one message that says what to do', (name, message) => {
    const { conclusion, output } = scenario.check(pull, `siskin: ${name}`);

    expect(conclusion).toBe('failure');
    expect(output.title).toBe('Error: the data could not be checked, so there is no verdict');
    expect(output.summary?.match(/^- .*$/gm)).toEqual([expect.stringContaining('- Validation and drift could not')]);
    expect(output.summary).toContain(message);
  });

  it('that has other columns breaks its schema, line by line', () => {
    const { conclusion, output, annotations } = scenario.check(pull, 'siskin: other-columns');

    expect(conclusion).toBe('failure');
    expect(output.title).toBe('Fail: the data break their schema in 2 places');
    const fix = (name: string) =>
      `expected the column, found no such column; add the column to the data; if it may be absent, \`siskin validate … --accept ${name}.required\` writes \`required: false\``;
    expect(annotations.map(({ path, start_line, title, message }) => [path, start_line, title, message])).toEqual([
      ['schema.yml', 4, 'other-columns: hour, required', fix('hour')],
      ['schema.yml', 5, 'other-columns: late, required', fix('late')],
    ]);
    expect(output.summary).toContain('New: `weekday`. Gone: `hour`, `late`.');
  });
});

describe('a bad model', () => {
  it.each<readonly [keyof typeof badModels, string]>([
    ['truncated', 'found an end within a field in model.onnx (200 bytes); the file is truncated or not ONNX'],
    [
      'inputs',
      'expected a feature for every input of model.onnx, found none for member, city; the features are amount',
    ],
    [
      'external',
      'expected external data inside the model\'s folder, found a path that leaves it ("../../../package.json")',
    ],
    ['not-a-number', 'expected a finite number from the candidate, found NaN in row 1 of the holdout'],
  ])('of the kind %s ends in one message that says what to do', (name, message) => {
    const { conclusion, output } = scenario.check(pull, `siskin: ${name}`);

    expect(conclusion).toBe('failure');
    expect(output.title).toBe('Error: the evaluation failed, so there is no verdict');
    expect(output.summary?.match(/^- .*$/gm)).toHaveLength(1);
    expect(output.summary).toContain(message);
  });
});

describe('a training that brings no model', () => {
  it.each<readonly [keyof typeof badTraining, string, RegExp]>([
    ['failing', 'found: failed (exit code 3)', /learning from 1\nKeyError: hour\n```/],
    ['killed', 'found: killed (signal SIGKILL)', /```text\nallocating\n```/],
    ['silent', 'found: no-output (exit code 0)', /```text\nforgot to save\n```/],
    ['talkative', 'found: failed (exit code 1)', /x…\nthe very last line\n```/],
    [
      'hanging',
      'to end within its time, found it still running after 6 s; raise `timeout-minutes`',
      /```text\nepoch 1\n```/,
    ],
  ])('because it is %s shows the end of its log', (name, message, end) => {
    const { conclusion, output } = scenario.check(pull, `siskin: ${name}`);

    expect(conclusion).toBe('failure');
    expect(output.title).toBe('Error: the training failed, so there is no verdict');
    expect(output.summary).toContain(message);
    expect(output.text).toMatch(end);
    expect(scenario.outcome(pull).comments[0]).toMatch(end);
  });
});

it('all of that is one comment, as GitHub describes it', () => {
  expect(scenario.outcome(pull).comments).toHaveLength(1);
  expect(scenario.conformance.violations).toEqual([]);
});
