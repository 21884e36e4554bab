import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatOfFile, formatProblems } from '../../src/registry/model-format.ts';
import { temporaryFolder } from '../data/temporary-folder.ts';

const models = join(import.meta.dirname, '../fixtures/models');

function bytes(...parts: readonly (string | readonly number[])[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
  );
}

const safetensors = bytes([22, 0, 0, 0, 0, 0, 0, 0], '{"__metadata__":{}}   ', [0, 1]);

describe('the format of a file', () => {
  it.each([
    ['model.onnx', readFileSync(join(models, 'binary-tensor.onnx')), 'onnx'],
    ['m.safetensors', safetensors, 'safetensors'],
    ['m.gguf', bytes('GGUF', [3, 0, 0, 0], '\0'.repeat(16)), 'gguf'],
    ['m.tflite', bytes([28, 0, 0, 0], 'TFL3', '\0'.repeat(20)), 'tflite'],
    ['labels.json', bytes('{"a": 1}'), 'text'],
    ['model.json', bytes('{"modelTopology": {}, "weightsManifest": [{"paths": ["w.bin"]}]}'), 'tfjs'],
    ['a.parquet', bytes('PAR1', [0, 1, 2]), 'table'],
    [
      'a.npy',
      bytes([0x93], 'NUMPY', [1, 0, 118, 0], "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }"),
      'npy',
    ],
    [
      'objects.npy',
      bytes([0x93], 'NUMPY', [1, 0, 118, 0], "{'descr': '|O', 'fortran_order': False, 'shape': (3,), }"),
      'pickle',
    ],
    ['m.pkl', bytes([0x80, 4, 0x95], 'x.'), 'pickle'],
    // The name says data, the content does not.
    ['m.onnx', bytes([0x80, 2], 'cos\nsystem\n(S"id"\ntR.'), 'pickle'],
    ['m.txt', bytes('cos\nsystem\n(S"id"\ntR.'), 'pickle'],
    ['m.json', bytes("(S'id'\nios\nsystem\n."), 'pickle'],
    ['m.pt', bytes('PK\x03\x04', '\0'.repeat(30)), 'archive'],
    ['m.keras', bytes('\x89HDF\r\n\x1a\n'), 'keras'],
    ['m.bin', bytes([1, 2, 3, 0, 255, 254]), 'unknown'],
    ['empty.bin', bytes(''), 'text'],
  ])('%s is told by its content', (name, content, format) => {
    using folder = temporaryFolder({ [name]: content });

    expect(formatOfFile(join(folder.path, name)).name).toBe(format);
  });

  it('is told of any bytes without throwing', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom('a.onnx', 'model.json', 'x', 'a.safetensors'),
        (content, name) => {
          using folder = temporaryFolder({ [name]: content });

          expect(formatOfFile(join(folder.path, name)).name).not.toBe('');
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('what may be released', () => {
  it('is weights that a model names, and no file beside them that nobody knows', () => {
    using folder = temporaryFolder({
      'model.json': '{"modelTopology": {}, "weightsManifest": [{"paths": ["w.bin"]}]}',
      'w.bin': bytes([0x80, 4, 0]),
      'x.bin': bytes([1, 0, 255]),
      'run.pkl': bytes([0x80, 4, 0]),
    });
    const files = ['model.json', 'w.bin', 'x.bin', 'run.pkl'].map((path) => ({ path, place: join(folder.path, path) }));

    expect(formatProblems(files, [])).toEqual([
      expect.stringMatching(/^expected `x\.bin` to be data .*found a format that is not known; .*name `unknown` under/),
      expect.stringMatching(/^expected `run\.pkl` to be data .*found pickle, which can run code when it is loaded/),
    ]);
    expect(formatProblems(files, ['pickle'])).toHaveLength(1);
    expect(formatProblems(files, ['pickle', 'unknown'])).toEqual([]);
  });

  it('is an ONNX model with its weights in files of their own', () => {
    const files = ['model.onnx', 'weights.bin'].map((path) => ({ path, place: join(models, 'external', path) }));

    expect(formatProblems(files, [])).toEqual([]);
    // Without the model nobody says what the bytes are.
    expect(formatProblems(files.slice(1), [])).toHaveLength(1);
  });
});
