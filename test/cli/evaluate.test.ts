import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../cli/siskin.ts';
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

const common = ['--data', 'holdout.csv', '--task', 'binary', '--target', 'late', '--features', 'amount,age'] as const;
const holdout = readFileSync(join(modelFolder, 'holdout.csv'), 'utf8').trimEnd().split('\n').slice(1);

/** The published example as two predictions files that hold the truth themselves. */
function predictions() {
  const rows = Array.from({ length: 500 }, (_, row) => {
    const u = ((row * 7919) % 10007) / 10007;
    const v = ((row * 104729) % 10007) / 10007;
    const y = Number((row * 37) % 100 < 40);
    return {
      y,
      first: (0.5 * y + u) / 1.5,
      second: (0.45 * y + 0.8 * u + 0.2 * v) / 1.5,
      cut: [0.5 * y + u > 0.75, 0.45 * y + 0.8 * u + 0.2 * v > 0.75],
    };
  });
  return folderOf({
    'a.csv': ['y,probability,prediction', ...rows.map((row) => `${row.y},${row.first},${Number(row.cut[0])}`)].join(
      '\n',
    ),
    'b.csv': ['y,probability,prediction', ...rows.map((row) => `${row.y},${row.second},${Number(row.cut[1])}`)].join(
      '\n',
    ),
  });
}

describe('siskin evaluate', () => {
  it('prints one JSON document with measurements, differences and verdicts', async () => {
    const { status, stdout, stderr } = await siskin(
      'evaluate',
      '--model',
      'binary-tensor.onnx',
      '--champion',
      'binary-zipmap.onnx',
      ...common,
      '--slices',
      'city',
      '--json',
    );

    const document = JSON.parse(stdout);
    expect(stderr).toBe('');
    expect(document.metrics['roc-auc']).toMatchObject({
      candidate: { kind: 'value' },
      champion: { kind: 'value' },
      difference: { value: 0, low: 0, high: 0, pValue: 1, method: 'DeLong' },
      verdict: 'pass',
    });
    expect(document.slices).toHaveLength(3);
    expect(document.verdict).toBe('inconclusive');
    expect(status).toBe(3);
  });

  it('passes and fails by the gates that are asked for', async () => {
    const run = (gate: string) =>
      siskin('evaluate', '--model', 'binary-tensor.onnx', ...common, '--metrics', 'roc-auc', '--gate', gate);

    const passed = await run('roc-auc:at-least=0.6');
    const failed = await run('roc-auc:at-least=0.99');

    expect(passed.status).toBe(0);
    expect(passed.stdout).toMatch(/ROC AUC .*≥ 0\.6 +pass\n/);
    expect(failed.status).toBe(1);
    expect(failed.stdout).toMatch(/fail: 0\.\d+ is below 0\.99\n[\s\S]*verdict: fail\n$/);
  });

  it.each([
    [['evaluate', '--model', 'gone.onnx', ...common], 'expected a model at'],
    [['evaluate', ...common], 'expected --model, found nothing'],
    [
      ['evaluate', '--model', 'binary-tensor.onnx', ...common, '--gate', 'roc-auc=1'],
      'expected --gate METRIC:BOUND=NUMBER',
    ],
    [['evaluate', '--model', 'binary-tensor.onnx', ...common, '--metrics', 'auc'], 'expected a metric of roc-auc'],
    [
      ['evaluate', '--model', 'binary-tensor.onnx', ...common.slice(0, 2), '--task', 'clustering', '--target', 'late'],
      'expected --task binary',
    ],
    [['compare', 'a.csv'], 'expected two predictions files'],
  ])('refuses %j in three lines', async (args, message) => {
    const { status, stdout, stderr } = await siskin(...args);

    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message.split(', found')[0]);
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(3);
  });
});

describe('siskin compare', () => {
  it('gives the published numbers for two predictions files', async () => {
    using folder = predictions();

    const { stdout } = await siskin('compare', folder.file('a.csv'), folder.file('b.csv'), '--json');

    const { metrics, churn } = JSON.parse(stdout);
    expect(metrics['roc-auc'].difference).toMatchObject({
      value: expect.closeTo(-0.0134, 12),
      pValue: expect.closeTo(0.00638416068, 10),
    });
    expect(metrics.accuracy.difference).toMatchObject({
      value: expect.closeTo(-0.042, 12),
      pValue: expect.closeTo(0.00164149134085, 12),
    });
    expect(metrics['roc-auc'].verdict).toBe('fail');
    expect(churn).toMatchObject({ changed: 45, rows: 500, regressions: 33, improvements: 12 });
    expect(churn.flips[0]).toEqual({ row: expect.any(Number), id: null, kind: 'regression' });
  });

  it('finds the truth in a file of its own', async () => {
    using folder = folderOf({
      'p.csv': ['id,probability', ...holdout.map((line) => `${line.split(',')[0]},0.4`)].join('\n'),
    });
    const where = ['--data', 'holdout.csv', '--target', 'late', '--id', 'id', '--metrics', 'log-loss'] as const;

    const { status, stdout } = await siskin('compare', folder.file('p.csv'), folder.file('p.csv'), ...where);

    expect(stdout).toContain('verdict: pass');
    expect(status).toBe(0);
  });
});
