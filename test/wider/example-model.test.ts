import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { prepareRepository } from '../../examples/flights/prepare.ts';
import { acceptedPolicy } from '../../examples/flights/story.ts';
import { digestOf } from '../../src/digest.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import { toolAt } from './tool.ts';

it('the example’s own training script makes its committed ONNX model again', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'siskin-example-')), 'flights');
  await prepareRepository({ folder });
  const before = readFileSync(join(folder, 'models/delay-minutes.onnx'));
  const parsed = parsePolicy({ text: acceptedPolicy(), file: 'siskin.yml' });
  const declared = parsed.kind === 'valid' ? parsed.policy.models['delay-minutes']?.train : undefined;

  const output = execFileSync(toolAt('SISKIN_PYTHON'), ['train_delay.py'], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...process.env,
      SISKIN_SEED: String(declared?.seed ?? 1),
      SISKIN_OUTPUT: 'models/delay-minutes.onnx',
      SISKIN_DATA: 'data/train/2001-01.parquet',
    },
  });

  expect(output).toContain('60000 flights');
  expect(digestOf(readFileSync(join(folder, 'models/delay-minutes.onnx')))).toBe(digestOf(before));
  rmSync(join(folder, '..'), { recursive: true });
});
