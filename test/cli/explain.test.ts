import { describe, expect, it } from 'vitest';
import { runCli } from '../../cli/siskin.ts';
import { ExplanationReport } from '../../src/evaluate/explanation/explanation-report.ts';
import { folderOf, modelFolder } from '../evaluate/fixture.ts';

async function siskin(...args: readonly string[]) {
  let stdout = '';
  let stderr = '';
  const status = await runCli({
    args,
    folder: modelFolder,
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
  });
  return { status, stdout, stderr };
}

const common = ['explain', '--data', 'holdout.csv', '--task', 'binary', '--target', 'late'] as const;
const numbers = ['--features', 'amount,age'] as const;
const strings = ['--model', 'columns.onnx', '--features', 'amount,age,member,city'] as const;

describe('siskin explain', () => {
  it('prints one JSON document, the same every time', async () => {
    const typed = ['--model', 'binary-tensor.onnx', '--champion', 'binary-zipmap.onnx', '--json'] as const;

    const [first, second] = [
      await siskin(...common, ...numbers, ...typed),
      await siskin(...common, ...numbers, ...typed),
    ];

    expect(first.status).toBe(0);
    expect(second.stdout).toBe(first.stdout);
    const document = JSON.parse(first.stdout);
    expect(Object.keys(document)).toEqual(['holdoutDigest', 'candidate', 'champion', 'explanation']);
    const { permutation, shapley } = ExplanationReport.parse(document.explanation);
    // The same weights in two files: nothing changed.
    expect(permutation).toMatchObject({ kind: 'value', features: [{ difference: { value: 0, qValue: 1 } }, {}] });
    expect(shapley).toMatchObject({ kind: 'value', features: [{ agreement: expect.closeTo(1, 9) }, {}] });
  });

  it('explains a model of numbers and strings, feature by feature and row by row', async () => {
    const { status, stdout } = await siskin(...common, ...strings, '--id', 'id', '--rows', 'row-0', '--sample', '100');

    expect(status).toBe(0);
    expect(stdout).toContain('permutation importance: what the models lose in log-loss');
    expect(stdout).toMatch(/\ncity +\d\.\d+ ± \d\.\d+\n/);
    expect(stdout).toMatch(/\nrow row-0, class 1: candidate 0\.\d{4}\n/);
    expect(stdout).toMatch(/\d model rows asked, at most .* estimated, 10\u202f000\u202f000 allowed\n$/);
  });

  it('looks at groups, by one method, with background rows of another file', async () => {
    const { status, stdout } = await siskin(
      ...common,
      ...strings,
      ...[
        '--method',
        'shapley',
        '--group',
        'who=age,member',
        '--reference',
        'holdout.csv',
        '--background',
        '5',
        '--json',
      ],
    );

    expect(status).toBe(0);
    const { explanation } = JSON.parse(stdout);
    expect(explanation.permutation).toBeUndefined();
    expect(explanation.shapley).toMatchObject({ background: 5, groups: [{ name: 'who' }] });
  });

  it('takes from a policy what is not typed', async () => {
    using folder = folderOf({
      'policy.yml': `version: 1
models:
  late:
    task: binary
    target: late
    features: [amount, age]
    data: { train: expected.json, holdout: holdout.csv }
    model: binary-tensor.onnx
    metrics: { roc-auc: { not-worse-by: 0.005 } }
    explanation: { rows: 40, method: permutation, groups: { all: [amount, age] } }
`,
    });

    const typed = ['--policy', folder.file('policy.yml'), '--model', 'binary-tensor.onnx', '--sample', '50', '--json'];
    const { status, stdout } = await siskin('explain', ...typed);

    expect(status).toBe(0);
    const { explanation } = JSON.parse(stdout);
    expect(explanation.shapley).toBeUndefined();
    expect(explanation.permutation).toMatchObject({ rows: 50, groups: [{ name: 'all' }] });
  });

  it('says that a predictions file cannot be explained', async () => {
    using folder = folderOf({ 'predictions.csv': `probability\n${Array(240).fill('0.5').join('\n')}` });

    const { status, stdout } = await siskin(...common, ...numbers, '--model', folder.file('predictions.csv'));

    expect(status).toBe(2);
    expect(stdout).toContain('permutation importance: the candidate’s answers are looked up');
  });

  it.each([
    [['--permutations', '3'], '--permutations: '],
    [['--sample', 'many'], '--sample: '],
    [['--sample', '5'], '--sample: '],
    [['--method', 'lime'], '--method: '],
    [['--loss', 'hinge'], '--loss: '],
    [['--group', 'x'], 'expected --group NAME=A,B'],
    [['--group', 'a=age', '--group', 'a=amount'], 'each name once'],
    [['--group', 'a=nothing'], 'found nothing'],
    [['--rows', '241'], 'row numbers from 1 to 240'],
    [['more.onnx'], 'expected options only'],
  ])('refuses %o in a sentence', async (args, message) => {
    const { status, stderr } = await siskin(...common, ...numbers, '--model', 'binary-tensor.onnx', ...args);

    expect(status).toBe(2);
    expect(stderr.replaceAll('\n ', ',')).toContain(message);
  });

  it('ends with 2 where one of the models could not be explained', async () => {
    const { status, stdout } = await siskin(...common, ...strings, '--champion', 'nowhere.onnx');

    expect(status).toBe(2);
    expect(stdout).toContain('champion: expected');
  });
});
