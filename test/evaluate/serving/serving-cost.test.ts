import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluateModels } from '../../../src/evaluate/evaluate.ts';
import { onnxOperators } from '../../../src/evaluate/serving/onnx-operators.ts';
import { probeOnnx } from '../../../src/evaluate/serving/probe-onnx.ts';
import { tfjsOperators } from '../../../src/evaluate/serving/tfjs-operators.ts';
import { locateNative } from '../../../src/natives.ts';
import { modelFolder, policyFor } from '../fixture.ts';

const model = (name: string) => join(modelFolder, name);

describe('the operators of a model', () => {
  it('are those of its graph, with the domain of those that are not of the default one', () => {
    const found = onnxOperators(readFileSync(model('binary-zipmap.onnx')));

    expect(found?.kinds.map(({ name }) => name)).toContain('ai.onnx.ml:ZipMap');
    expect(found?.total).toBe(found?.kinds.reduce((sum, { count }) => sum + count, 0));
    expect(found?.opsets.map(({ domain }) => domain)).toContain('ai.onnx.ml');
  });

  it('of bytes that are no model are unknown', () => {
    expect(onnxOperators(Uint8Array.of(255, 255, 255))).toBeNull();
  });

  it('of TensorFlow.js are its nodes or its layers', () => {
    const layers = [{ class_name: 'InputLayer' }, { class_name: 'Dense' }, { class_name: 'Dense' }];
    const graph = { modelTopology: { node: [{ op: 'Placeholder' }, { op: 'MatMul' }, { op: 7 }] } };

    expect(tfjsOperators({ modelTopology: { model_config: { config: { layers } } } })?.kinds).toEqual([
      { name: 'Dense', count: 2 },
    ]);
    expect(tfjsOperators({ modelTopology: { config: layers } })?.total).toBe(2);
    expect(tfjsOperators(graph)?.kinds).toEqual([{ name: 'MatMul', count: 1 }]);
    expect(tfjsOperators({ modelTopology: { __proto__: null } })).toBeNull();
    expect(tfjsOperators(null)).toBeNull();
  });
});

describe('a process that tries a model', () => {
  const runtime = locateNative('onnxruntime-node') ?? '';

  it('says how much memory it came to hold', async () => {
    const found = await probeOnnx(model('binary-tensor.onnx'), { runtime, provider: 'cpu' });

    expect(found).toMatchObject({ kind: 'ran' });
    expect(found.kind === 'ran' ? found.bytes : 0).toBeGreaterThan(1_000_000);
  });

  it('says why a model is refused, and that it knows nothing without a runtime', async () => {
    expect(await probeOnnx(model('holdout.csv'), { runtime, provider: 'cpu' })).toMatchObject({ kind: 'refused' });
    expect(await probeOnnx(model('binary-tensor.onnx'), { runtime: '/nobody.js', provider: 'wasm' })).toMatchObject({
      kind: 'unknown',
    });
  });
});

it('an edge gate has the cost of both models measured, and no gate none', async () => {
  const metrics = { accuracy: { kind: 'info' } };
  const request = {
    holdoutRoot: modelFolder,
    candidate: model('binary-tensor.onnx'),
    champion: model('binary-zipmap.onnx'),
  };
  const { report } = await evaluateModels({ ...request, policy: policyFor({ metrics, edge: { 'max-bytes': 1000 } }) });
  const plain = await evaluateModels({ ...request, policy: policyFor({ metrics }) });

  expect(plain.report.serving).toBeUndefined();
  expect(report.serving?.champion?.bytes).toBe(614);
  expect(report.serving?.candidate).toMatchObject({
    bytes: 464,
    throughput: { kind: 'value' },
    singleThread: { median: { kind: 'value' }, low: expect.any(Number), high: expect.any(Number) },
    peakMemory: { kind: 'value' },
    wasm: { runs: null, reason: expect.stringContaining('onnxruntime-web') },
  });
});
