import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import type { Column } from '../../../src/data/column.ts';
import { loadModel } from '../../../src/evaluate/runtime/load-model.ts';
import type { Batch, Runtime } from '../../../src/evaluate/runtime/runtime.ts';
import { openBackend } from '../../../src/evaluate/runtime/tfjs-backend.ts';

const features: readonly Column[] = [
  { name: 'amount', type: 'DOUBLE', kind: 'number' },
  { name: 'age', type: 'BIGINT', kind: 'number' },
];
const city: Column = { name: 'city', type: 'VARCHAR', kind: 'string' };

/** A saved layers model: sigmoid(0.5 · first − 0.25 · second + 0.1). */
async function savedModel(units = 1) {
  await openBackend();
  const path = mkdtempSync(join(tmpdir(), 'siskin-tfjs-'));
  const model = layers.sequential();
  model.add(layers.layers.dense({ units, inputShape: [2], activation: units === 1 ? 'sigmoid' : 'softmax' }));
  if (units === 1) model.setWeights([tf.tensor2d([[0.5], [-0.25]]), tf.tensor1d([0.1])]);
  await model.save({
    async save(artifacts) {
      const weights = artifacts.weightData instanceof ArrayBuffer ? Buffer.from(artifacts.weightData) : Buffer.alloc(0);
      writeFileSync(join(path, 'weights.bin'), weights);
      const manifest = [{ paths: ['weights.bin'], weights: artifacts.weightSpecs }];
      const { modelTopology } = artifacts;
      writeFileSync(
        join(path, 'model.json'),
        JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest: manifest }),
      );
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' as const } };
    },
  });
  model.dispose();
  return folder(path);
}

function folder(path: string) {
  return {
    path,
    edit(change: (model: Record<string, unknown>) => unknown) {
      const file = join(path, 'model.json');
      writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')))));
    },
    write: (name: string, content: string | Uint8Array) => writeFileSync(join(path, name), content),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** A graph model in the form that tensorflowjs_converter writes: sum of both features. */
function savedGraph() {
  const path = mkdtempSync(join(tmpdir(), 'siskin-tfjs-'));
  const float = { type: 1 };
  const shape = { shape: { dim: [{ size: '-1' }, { size: '2' }] } };
  const node = [
    { name: 'x', op: 'Placeholder', attr: { dtype: float, shape } },
    {
      name: 'w',
      op: 'Const',
      attr: { dtype: float, value: { tensor: { dtype: 1, tensorShape: { dim: [{ size: '2' }, { size: '1' }] } } } },
    },
    {
      name: 'y',
      op: 'MatMul',
      input: ['x', 'w'],
      attr: { transpose_a: { b: false }, transpose_b: { b: false }, T: float },
    },
  ];
  const weights = [{ name: 'w', shape: [2, 1], dtype: 'float32' }];
  writeFileSync(join(path, 'group1-shard1of1.bin'), Buffer.from(Float32Array.of(1, 1).buffer));
  writeFileSync(
    join(path, 'model.json'),
    JSON.stringify({
      format: 'graph-model',
      modelTopology: { node, versions: { producer: 1 } },
      weightsManifest: [{ paths: ['group1-shard1of1.bin'], weights }],
    }),
  );
  return folder(path);
}

function batch(runtime: Runtime, rows: readonly (readonly (number | string)[])[]): Batch {
  const columns = runtime.wishes.map(({ as }, place) => {
    const values = rows.map((row) => row[place] ?? 0);
    return as === 'text'
      ? ({ kind: 'text', values: values.map(String) } as const)
      : ({ kind: 'number', values: Float64Array.from(values, Number), valid: null, target: 'late' } as const);
  });
  return { firstRow: 0, rows: rows.length, columns };
}

async function refusal(path: string, given: readonly Column[] = features): Promise<string> {
  return await loadModel({ path, task: 'binary', features: given, id: null, target: 'late' }).then(
    () => 'nothing was refused',
    (error: unknown) => String(error),
  );
}

describe('a TensorFlow.js model', () => {
  it('answers as its weights say, from a folder on disk', async () => {
    using saved = await savedModel();

    const runtime = await loadModel({ path: saved.path, task: 'binary', features, id: null, target: 'late' });
    const { scores, width } = await runtime.predict(
      batch(runtime, [
        [1, 2],
        [4, 0],
      ]),
    );
    await runtime.dispose();

    expect(width).toBe(1);
    expect(Array.from(scores ?? [])).toEqual([
      expect.closeTo(1 / (1 + Math.exp(-0.1)), 6),
      expect.closeTo(1 / (1 + Math.exp(-2.1)), 6),
    ]);
    expect(runtime.identity).toMatchObject({ format: 'tfjs-layers', digest: expect.stringMatching(/^sha256:/) });
  });

  it('may be a graph model', async () => {
    using saved = savedGraph();

    const runtime = await loadModel({ path: saved.path, task: 'regression', features, id: null, target: 'late' });
    const { scores } = await runtime.predict(
      batch(runtime, [
        [1, 2],
        [4, 0.5],
      ]),
    );
    await runtime.dispose();

    expect(Array.from(scores ?? [])).toEqual([3, 4.5]);
    expect(runtime.identity.format).toBe('tfjs-graph');
  });

  it('reads text columns by the categories beside it; a value that is not listed is −1', async () => {
    using saved = savedGraph();
    saved.write('categories.json', JSON.stringify({ city: ['Bern', 'Oslo', 'Riga'] }));

    const runtime = await loadModel({
      path: saved.path,
      task: 'regression',
      features: [city, ...features.slice(1)],
      id: null,
      target: 'late',
    });
    const { scores } = await runtime.predict(
      batch(runtime, [
        ['Riga', 10],
        ['Bern', 10],
        ['Nuuk', 10],
      ]),
    );
    await runtime.dispose();

    expect(Array.from(scores ?? [])).toEqual([12, 10, 9]);
  });

  it('leaves no tensors behind', async () => {
    using saved = await savedModel();
    const before = tf.memory().numTensors;

    const runtime = await loadModel({ path: saved.path, task: 'binary', features, id: null, target: 'late' });
    for (let at = 0; at < 5; at++) await runtime.predict(batch(runtime, [[1, 2]]));
    await runtime.dispose();

    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a bad TensorFlow.js folder is refused in one sentence', () => {
  it.each([
    ['../weights.bin', "expected weights inside the model's folder, found a path that leaves it"],
    ['/etc/hostname', 'found an absolute path'],
    ['https://example.com/w.bin', 'found an absolute path'],
    ['gone.bin', 'expected weights "gone.bin" beside the model, found no such file'],
  ])('when its weights are at %s', async (name, message) => {
    using saved = savedGraph();
    saved.edit((model) => ({ ...model, weightsManifest: [{ paths: [name], weights: [] }] }));

    expect(await refusal(saved.path)).toContain(message);
  });

  it('when model.json is not JSON, or not a model', async () => {
    using saved = savedGraph();
    saved.write('model.json', '{');
    const notJson = await refusal(saved.path);
    saved.write('model.json', '{"a": 1}');

    expect(notJson).toContain('to be a TensorFlow.js model with modelTopology and weightsManifest');
    expect(await refusal(saved.path)).toContain('to be a TensorFlow.js model with modelTopology and weightsManifest');
  });

  it('when its weights are cut off', async () => {
    using saved = await savedModel();
    saved.write('weights.bin', new Uint8Array(4));

    expect(await refusal(saved.path)).toMatch(
      /expected a tfjs-layers model that TensorFlow\.js can load, found in .*model\.json/,
    );
  });

  it('when it takes another number of features', async () => {
    using saved = await savedModel();

    expect(await refusal(saved.path, features.slice(1))).toContain(
      "expected 2 features for the model's input, found 1 (age)",
    );
  });

  it('when a text column has no categories', async () => {
    using saved = await savedModel();

    expect(await refusal(saved.path, [city, ...features.slice(1)])).toContain(
      'found city (VARCHAR); list their values in categories.json',
    );
  });
});
