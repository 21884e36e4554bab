import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-layers';

/**
 * Writes the model as a TensorFlow.js layers model: raw features in, probability of a late arrival out. The first layer
 * turns features into places, the second looks up their weights; their mean times their number is their sum.
 */
export async function saveModel({ folder, weights, categories, layout, hidden }) {
  const width = layout.columns.length;
  const table = weights.table.map((value, index) => value * width + weights.bias[index % hidden]);
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [width], units: width, trainable: false, name: 'places' }),
      tf.layers.embedding({ inputDim: layout.size, outputDim: hidden, name: 'weights' }),
      tf.layers.globalAveragePooling1d({ name: 'sum' }),
      tf.layers.activation({ activation: 'relu', name: 'hidden' }),
      tf.layers.dense({ units: 1, activation: 'sigmoid', name: 'late' }),
    ],
  });
  const scales = layout.columns.map(({ scale }, row) =>
    layout.columns.map((_, column) => (row === column ? scale : 0)),
  );
  model.getLayer('places').setWeights([tensor2d(scales), tensor1d(layout.columns.map(({ offset }) => offset))]);
  model.getLayer('weights').setWeights([tensor2d(table, [layout.size, hidden])]);
  model.getLayer('late').setWeights([tensor2d(weights.head, [hidden, 1]), tensor1d(weights.headBias)]);
  await model.save({ save: (artifacts) => write(folder, artifacts) });
  writeFileSync(join(folder, 'categories.json'), JSON.stringify(categories));
}

function write(folder, { modelTopology, weightSpecs, weightData, format, generatedBy }) {
  mkdirSync(folder, { recursive: true });
  const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
  writeFileSync(join(folder, 'model.json'), JSON.stringify({ format, generatedBy, modelTopology, weightsManifest }));
  writeFileSync(join(folder, 'weights.bin'), Buffer.from(weightData));
  return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
}
