import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../../cli/siskin.ts';
import { addMonth, prepareRepository } from '../../examples/flights/prepare.ts';
import { acceptedPolicy, makeChange, storyChanges } from '../../examples/flights/story.ts';
import { digestOf } from '../../src/digest.ts';

// The training script finds its packages as a repository's own would be found: in a folder above it.
const root = join(import.meta.dirname, '../..');
let folder: string;

beforeAll(async () => {
  mkdirSync(join(root, 'out'), { recursive: true });
  const parent = mkdtempSync(join(root, 'out/test-flights-'));
  folder = join(parent, 'flights');
  await prepareRepository({ folder, rows: 12_000 });
});

afterAll(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

function train(output: string, environment: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['train.js'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, SISKIN_SEED: '1', SISKIN_OUTPUT: output, ...environment },
  });
  expect(`${stderr}`).toBe('');
  expect(status).toBe(0);
  return { stdout, digest: digestOf(readFileSync(join(folder, output, 'weights.bin'))) };
}

async function siskin(...args: readonly string[]) {
  let output = '';
  const stream = { write: (text: string) => (output += text) };
  const status = await runCli({ args, folder, stdout: stream, stderr: stream });
  return { status, output };
}

test('training is exact: the same seed gives the same bytes, also when it was interrupted', async () => {
  const whole = train('out/whole', { SISKIN_CHECKPOINT: 'checkpoints' });
  cpSync(join(folder, 'checkpoints'), join(folder, 'interrupted'), { recursive: true });

  // As if it had been stopped after the last epoch, before the model was written.
  const resumed = train('out/resumed', { SISKIN_CHECKPOINT: 'interrupted' });
  const other = train('out/other', { SISKIN_SEED: '2' });

  expect(resumed.stdout).toContain('resumes after epoch 5');
  expect(resumed.digest).toBe(whole.digest);
  expect(other.digest).not.toBe(whole.digest);
});

test('the model knows something about late flights, and the story’s bug makes it forget most of it', async () => {
  train('out/good');
  const features = readFileSync(join(folder, 'features.js'), 'utf8');
  await makeChange({ change: 'worse-code', folder });
  train('out/worse');
  writeFileSync(join(folder, 'features.js'), features);

  const { output } = await siskin(
    ...['evaluate', '--model', 'out/worse', '--champion', 'out/good', '--data', 'data/holdout.parquet', '--json'],
    ...['--task', 'binary', '--target', 'late', '--features', 'hour,weekday,distance,origin,destination'],
    ...['--metrics', 'roc-auc', '--gate', 'roc-auc:not-worse-by=0.005'],
  );

  const auc = JSON.parse(output).metrics['roc-auc'];
  expect(auc.champion.value).toBeGreaterThan(0.6);
  expect(auc.difference.high).toBeLessThan(-0.02);
  expect(auc.verdict).toBe('fail');
});

test('the replaced ONNX model is not worse than the committed one', async () => {
  cpSync(join(folder, 'models/delay-minutes.onnx'), join(folder, 'out/before.onnx'));
  await makeChange({ change: 'replaced-model', folder });

  const { output } = await siskin(
    ...['evaluate', '--model', 'models/delay-minutes.onnx', '--champion', 'out/before.onnx', '--json'],
    ...['--data', 'data/holdout.parquet', '--task', 'regression', '--target', 'delay', '--metrics', 'rmse,mae'],
    ...[
      '--features',
      'hour,weekday,distance,origin,destination',
      '--gate',
      'rmse:not-worse-by=0.1',
      '--gate',
      'mae:not-worse-by=0.2',
    ],
  );

  expect(JSON.parse(output)).toMatchObject({ verdict: 'pass', churn: { rows: 19_000 } });
});

test('the accepted policy fits the repository, and every change is told', async () => {
  mkdirSync(join(folder, '.github/workflows'), { recursive: true });
  writeFileSync(join(folder, '.github/siskin.yml'), acceptedPolicy());
  spawnSync('git', ['init', '-q'], { cwd: folder });

  const init = await siskin('init');
  const doctor = await siskin('doctor');
  const data = await siskin('validate', 'data/**/*.parquet', '--schema', 'data/schema.yml');

  expect(init.output).toContain('kept   .github/siskin.yml');
  expect(doctor.output).toContain('Everything is ready.');
  expect(data.status).toBe(0);
  for (const change of storyChanges) {
    expect((await makeChange({ change, folder, rows: 500 })).title).not.toBe('');
  }
  expect(readdirSync(join(folder, 'data/train'))).toEqual(['2001-01.parquet', '2001-06.parquet']);
});

test('a month’s sample is the same each time it is written, and a folder that is in use is refused', async () => {
  const february = () => addMonth({ folder, month: '2001-02', rows: 2000 });
  const bytes = () => readFileSync(join(folder, 'data/train/2001-02.parquet'));
  await february();
  const first = bytes();
  await february();

  expect(bytes().equals(first)).toBe(true);
  await expect(prepareRepository({ folder })).rejects.toThrow('expected a new or empty folder');
});
