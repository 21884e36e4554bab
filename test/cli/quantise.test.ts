import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCli } from '../../cli/siskin.ts';
import { folderOf, modelFolder } from '../evaluate/fixture.ts';

async function siskin(...args: readonly string[]) {
  let stdout = '';
  let stderr = '';
  const status = await runCli({
    args: [
      'evaluate',
      '--data',
      'holdout.csv',
      '--task',
      'binary',
      '--target',
      'late',
      '--features',
      'amount,age',
      ...args,
    ],
    folder: modelFolder,
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
  });
  return { status, stdout, stderr };
}

/** A Python of this behaviour: what a shell script does with the model ($3) and the copy to write ($4). */
function pythonThat(does: string) {
  const folder = folderOf({});
  const path = join(folder.path, 'python');
  writeFileSync(path, `#!/bin/sh\n${does}\n`);
  chmodSync(path, 0o755);
  return { ...folder, path };
}

it('judges the quantised copy against the model itself', async () => {
  using python = pythonThat(`cp "${join(modelFolder, 'binary-zipmap.onnx')}" "$4"; echo done`);

  const { status, stdout } = await siskin(
    ...['--quantise', '--python', python.path, '--model', 'binary-tensor.onnx', '--metrics', 'roc-auc', '--json'],
  );

  const document = JSON.parse(stdout);
  expect(status).toBe(0);
  expect(document.candidate.bytes).toBe(614);
  expect(document.champion.bytes).toBe(464);
});

it.each<readonly [string, readonly string[], string, number, RegExp]>([
  [
    'Python is not there',
    ['--model', 'binary-tensor.onnx', '--python', '/nobody/python'],
    '',
    4,
    /found no \/nobody\/python/,
  ],
  [
    'its packages are not there',
    ['--model', 'binary-tensor.onnx'],
    'echo no-package No module',
    4,
    /pip install onnxruntime onnx/,
  ],
  ['the model cannot be quantised', ['--model', 'binary-tensor.onnx'], 'echo refused no MatMul', 2, /no MatMul/],
  ['nothing was written', ['--model', 'binary-tensor.onnx'], 'echo done', 2, /no file was written/],
  ['Python dies', ['--model', 'binary-tensor.onnx'], 'exit 7', 2, /without an answer/],
  ['it is no ONNX model', ['--model', 'holdout.csv'], '', 2, /expected an \.onnx file/],
  [
    'a champion is named too',
    ['--model', 'binary-tensor.onnx', '--champion', 'binary-zipmap.onnx'],
    '',
    2,
    /--champion/,
  ],
])('says in one message that %s', async (_, args, does, status, message) => {
  using python = pythonThat(does);

  const found = await siskin('--quantise', ...(args.includes('--python') ? [] : ['--python', python.path]), ...args);

  expect(found.status).toBe(status);
  expect(found.stdout).toBe('');
  expect(found.stderr.replace(/\s+/g, ' ')).toMatch(message);
});
