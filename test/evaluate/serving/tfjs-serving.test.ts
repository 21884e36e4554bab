import { mkdirSync, writeFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { evaluateModels } from '../../../src/evaluate/evaluate.ts';
import { openBackend } from '../../../src/evaluate/runtime/tfjs-backend.ts';
import { folderOf, modelFolder, policyFor } from '../fixture.ts';

it('a TensorFlow.js model is tried in WebAssembly, its layers are listed, its memory is not guessed', async () => {
  await openBackend();
  using folder = folderOf({});
  const path = folder.file('model');
  mkdirSync(path);
  const model = layers.sequential();
  model.add(layers.layers.dense({ units: 1, inputShape: [2], activation: 'sigmoid' }));
  model.setWeights([tf.tensor2d([[0.5], [-0.25]]), tf.tensor1d([0.1])]);
  await model.save({
    async save({ modelTopology, weightData, weightSpecs }) {
      writeFileSync(
        `${path}/weights.bin`,
        weightData instanceof ArrayBuffer ? Buffer.from(weightData) : Buffer.alloc(0),
      );
      const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
      writeFileSync(`${path}/model.json`, JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest }));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' as const } };
    },
  });
  model.dispose();

  const { report } = await evaluateModels({
    holdoutRoot: modelFolder,
    policy: policyFor({ edge: { 'runs-in-wasm': true } }),
    candidate: path,
    champion: null,
  });

  expect(report.serving?.candidate).toMatchObject({
    operators: { kinds: [{ name: 'Dense', count: 1 }] },
    throughput: { kind: 'value' },
    singleThread: { median: { kind: 'value' } },
    peakMemory: { kind: 'missing' },
    wasm: { runs: true, reason: '' },
  });
  expect(report.serving?.champion).toBeNull();
});
