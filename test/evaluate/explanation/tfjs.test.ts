import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { explainHoldout } from '../../../src/evaluate/explanation/explain-holdout.ts';
import { openBackend } from '../../../src/evaluate/runtime/tfjs-backend.ts';
import { ExplanationPolicy } from '../../../src/policy/explanation-policy.ts';
import { folderOf, policyFor } from '../fixture.ts';
import { stream } from './formula-model.ts';

/** A folder with a holdout and a layers model: 2·a − b + ½·(place of the city among Oslo and Riga). */
async function linearFolder() {
  await openBackend();
  const model = layers.sequential();
  model.add(layers.layers.dense({ units: 1, inputShape: [3] }));
  model.setWeights([tf.tensor2d([[2], [-1], [0.5]]), tf.tensor1d([0.1])]);
  const files: Record<string, string | Uint8Array> = {};
  await model.save({
    async save({ modelTopology, weightSpecs, weightData }) {
      files['weights.bin'] = weightData instanceof ArrayBuffer ? new Uint8Array(weightData) : new Uint8Array();
      const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
      files['model.json'] = JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest });
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' as const } };
    },
  });
  model.dispose();
  const next = stream(6);
  const rows = Array.from({ length: 100 }, (_, row) =>
    [next(), next(), row % 2 === 0 ? 'Oslo' : 'Riga', next()].join(','),
  );
  return folderOf({
    ...files,
    'categories.json': JSON.stringify({ city: ['Oslo', 'Riga'] }),
    'holdout.csv': ['a,b,city,y', ...rows].join('\n'),
  });
}

it('explains a TensorFlow.js model with numbers and categories, exactly where it is linear', async () => {
  using folder = await linearFolder();

  const { explanation, candidate } = await explainHoldout({
    holdoutRoot: folder.path,
    trainRoot: folder.path,
    policy: policyFor({ task: 'regression', target: 'y', features: ['a', 'b', 'city'] }),
    explanation: ExplanationPolicy.parse({ rows: 50 }),
    names: ['1', '2'],
    candidate: folder.path,
    champion: null,
  });

  expect(candidate.format).toBe('tfjs-layers');
  if (explanation.shapley?.kind !== 'value') throw new Error('expected Shapley values');
  expect(explanation.shapley.efficiencyGap).toBeLessThan(1e-5);
  const [oslo, riga] = explanation.shapley.locals.map(({ contributions }) =>
    contributions.find(({ name }) => name === 'city'),
  );
  // Half a unit apart, whatever the background.
  expect((riga?.candidate.value ?? 0) - (oslo?.candidate.value ?? 0)).toBeCloseTo(0.5, 5);
  expect(explanation.permutation).toMatchObject({ kind: 'value', loss: 'squared-error' });
});
