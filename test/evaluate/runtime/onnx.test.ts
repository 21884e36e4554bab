import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ColumnChunk } from '../../../src/data/column-stream.ts';
import { openDataset } from '../../../src/data/dataset.ts';
import { AppError } from '../../../src/error.ts';
import type { Task } from '../../../src/evaluate/metric-name.ts';
import { loadModel } from '../../../src/evaluate/runtime/load-model.ts';
import { readOnnxFile } from '../../../src/evaluate/runtime/onnx-file.ts';
import { folderOf, modelFolder } from '../fixture.ts';

const expected = JSON.parse(readFileSync(join(modelFolder, 'expected.json'), 'utf8'));
const bytesOf = (name: string) => readFileSync(join(modelFolder, name));

/** What a model says of the fixture holdout. */
async function answers(
  path: string,
  { task = 'binary', features = ['amount', 'age'] }: { task?: Task; features?: readonly string[] } = {},
) {
  await using dataset = await openDataset({ root: modelFolder, paths: ['holdout.csv'] });
  const columns = features.flatMap((name) => dataset.columns.find((column) => column.name === name) ?? []);
  const runtime = await loadModel({ path, task, features: columns, id: null, target: 'late' });
  const scores: number[] = [];
  const labels: string[] = [];
  await dataset.streamColumns({
    columns: runtime.wishes,
    async onChunk({ rows, columns }: ColumnChunk) {
      const found = await runtime.predict({ firstRow: 0, rows, columns });
      scores.push(...Array.from(found.scores ?? []));
      labels.push(...(found.labels ?? []));
    },
  });
  await runtime.dispose();
  return { scores, labels, classes: runtime.classes, identity: runtime.identity };
}

function expectClose(found: readonly number[], wanted: readonly number[]) {
  expect(found).toHaveLength(wanted.length);
  expect(Math.max(...found.map((value, at) => Math.abs(value - (wanted[at] ?? Number.NaN))))).toBeLessThan(1e-4);
}

describe('an ONNX model', () => {
  it.each(['binary-tensor.onnx', 'binary-zipmap.onnx'])('answers as scikit-learn does: %s', async (name) => {
    const found = await answers(join(modelFolder, name));

    expectClose(
      found.scores.filter((_, at) => at % 2 === 1),
      expected.binary,
    );
    expect(found.classes).toEqual(['0', '1']);
    expect(found.labels).toEqual(expected.binary.map((share: number) => String(Number(share > 0.5))));
    expect(found.identity).toMatchObject({ format: 'onnx', bytes: bytesOf(name).length });
  });

  it('gives the probabilities of text classes through a ZipMap, in the model’s order', async () => {
    const found = await answers(join(modelFolder, 'kinds-zipmap.onnx'), { task: 'multiclass' });

    expect(found.classes).toEqual(expected.kinds.classes);
    expectClose(found.scores, expected.kinds.probabilities.flat());
  });

  it('answers a regression', async () => {
    const found = await answers(join(modelFolder, 'regression.onnx'), { task: 'regression' });

    expectClose(found.scores, expected.regression);
  });

  it('takes float, integer, boolean and text columns by the names of its inputs', async () => {
    const features = ['city', 'member', 'age', 'amount'];

    const found = await answers(join(modelFolder, 'columns.onnx'), { features });

    expectClose(
      found.scores.filter((_, at) => at % 2 === 1),
      expected.columns,
    );
  });

  it('that was exported for a fixed number of rows is run so many at a time', async () => {
    const found = await answers(join(modelFolder, 'static-batch.onnx'), { task: 'regression' });

    expect(found.scores).toHaveLength(240);
    expect(found.scores.every(Number.isFinite)).toBe(true);
  });

  it('may have its weights in a file beside it, which counts in its identity', async () => {
    const found = await answers(join(modelFolder, 'external/model.onnx'), { task: 'regression' });

    expect(found.scores).toHaveLength(240);
    expect(found.identity.bytes).toBe(bytesOf('external/model.onnx').length + 8);
  });
});

describe('a bad ONNX file is refused in one sentence', () => {
  async function refusal(path: string, options: Parameters<typeof answers>[1] = {}) {
    const error = await answers(path, options).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(AppError);
    return error instanceof AppError ? `${error.code}: ${error.message}` : '';
  }

  it('when it is truncated', async () => {
    using folder = folderOf({ 'model.onnx': bytesOf('binary-tensor.onnx').subarray(0, 200) });

    expect(await refusal(folder.file('model.onnx'))).toMatch(
      /^bad-input: expected an ONNX model \(protobuf\), found an end within a field in model\.onnx \(200 bytes\)/,
    );
  });

  it.each([
    ['text', 'not a model'],
    ['nothing', ''],
    ['zeros', new Uint8Array(100)],
  ])('when it holds %s', async (_, content) => {
    using folder = folderOf({ 'model.onnx': content });

    expect(await refusal(folder.file('model.onnx'))).toMatch(
      /^bad-input: expected an ONNX model .*truncated or not ONNX/,
    );
  });

  it('when its weights lie outside its folder', async () => {
    expect(await refusal(join(modelFolder, 'escaping.onnx'), { task: 'regression' })).toBe(
      'not-permitted: expected external data inside the model\'s folder, found a path that leaves it ("../../../package.json"); export the model with its files beside it',
    );
  });

  it('when its weights are a link that leads outside its folder', async () => {
    using folder = folderOf({ 'model.onnx': bytesOf('external/model.onnx') });
    symlinkSync(join(modelFolder, 'external/weights.bin'), folder.file('weights.bin'));

    expect(await refusal(folder.file('model.onnx'), { task: 'regression' })).toMatch(
      /^not-permitted: .*a symbolic link that leaves it/,
    );
  });

  it('when its weights are not there', async () => {
    using folder = folderOf({ 'model.onnx': bytesOf('external/model.onnx') });

    expect(await refusal(folder.file('model.onnx'), { task: 'regression' })).toMatch(
      /^not-found: expected external data "weights\.bin" beside the model/,
    );
  });

  it.each([
    ['binary-tensor.onnx', ['amount'], 'expected 2 features for input X of binary-tensor.onnx, found 1 (amount)'],
    [
      'binary-tensor.onnx',
      ['amount', 'city'],
      'expected numbers and booleans for input X of binary-tensor.onnx, found city (VARCHAR)',
    ],
    [
      'columns.onnx',
      ['amount', 'age'],
      'expected a feature for every input of columns.onnx, found none for member, city',
    ],
  ])('when features do not fit: %s with %s', async (name, features, message) => {
    expect(await refusal(join(modelFolder, name), { features })).toContain(message);
  });

  it('when it is not there', async () => {
    expect(await refusal(join(modelFolder, 'nothing-here.onnx'))).toMatch(/^not-found: expected a model at/);
  });

  it('whatever the bytes are, and never with anything but a sentence', () => {
    const model = bytesOf('columns.onnx');
    fc.assert(
      fc.property(fc.nat(model.length - 1), fc.integer({ min: 0, max: 255 }), fc.nat(model.length), (at, byte, end) => {
        const broken = Uint8Array.from(model);
        broken[at] = byte;
        try {
          readOnnxFile(broken.subarray(0, end), 'model.onnx');
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
