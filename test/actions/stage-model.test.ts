import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stageModel } from '../../actions/train/stage.ts';
import { listFiles } from '../../src/train/files.ts';
import { training } from '../render/fixture.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'siskin-stage-'));
  mkdirSync(join(root, 'out'));
  writeFileSync(join(root, 'out/model.onnx'), 'weights');
  writeFileSync(join(root, 'secret'), 'a key of the machine');
});
afterEach(() => rmSync(root, { recursive: true }));

/** Stages the output as it was listed before `meanwhile`. */
function stagedAfter(meanwhile: () => void, rest: { readonly bytes?: number } = {}): readonly string[] {
  const files = listFiles(root, 'out').files.map((file) => ({ ...file, ...rest }));
  meanwhile();
  return stageModel({ root, output: 'out', report: { ...training(), files }, folder: join(root, 'staged') });
}

describe('what is staged for the upload', () => {
  it('is what was listed', () => {
    const [file = ''] = stagedAfter(() => {});

    expect(readFileSync(file, 'utf8')).toBe('weights');
  });

  it('is not what a link leads to that came after the listing', () => {
    const swap = () => {
      rmSync(join(root, 'out/model.onnx'));
      symlinkSync(join(root, 'secret'), join(root, 'out/model.onnx'));
    };

    expect(() => stagedAfter(swap)).toThrow('changed after it was listed');
  });

  it('is not what was written after the listing', () => {
    expect(() => stagedAfter(() => writeFileSync(join(root, 'out/model.onnx'), 'other weights'))).toThrow(
      'changed after it was listed',
    );
  });

  it('is nothing that the evaluation would not take', () => {
    expect(() => stagedAfter(() => {}, { bytes: 5e9 })).toThrow(
      'expected a model of at most 4294967296 bytes in `out`, found 5000000000',
    );
  });

  it('is nothing when the training failed', () => {
    const report = { ...training(), outcome: 'failed' } as const;

    expect(stageModel({ root, output: 'out', report, folder: join(root, 'staged') })).toEqual([]);
  });
});
