import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { io } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { AppError, messageOf } from '../../error.ts';
import { fileWithin } from './model-files.ts';

/** The two forms in which TensorFlow.js saves models. */
export type TfjsKind = 'tfjs-layers' | 'tfjs-graph';

const jsonBytesLimit = 200_000_000;
const weightBytesLimit = 2_000_000_000;

const ModelJson = z.looseObject({
  format: z.string().optional(),
  modelTopology: z.looseObject({}),
  weightsManifest: z.array(
    z.strictObject({ paths: z.array(z.string()).max(10_000), weights: z.array(z.looseObject({ name: z.string() })) }),
  ),
});

/**
 * Reads model.json and the weight files it names, all from the model's own folder. Throws `bad-input`, `not-found`,
 * `not-permitted` or `too-large`.
 */
export function readArtifacts(folder: string): { readonly kind: TfjsKind; readonly artifacts: io.ModelArtifacts } {
  const path = fileWithin(folder, 'model.json', 'the model');
  const description = parseModelJson(path);
  const names = description.weightsManifest.flatMap((group) => group.paths);
  const files = names.map((name) => fileWithin(folder, name, 'weights'));
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  if (bytes > weightBytesLimit) {
    throw new AppError(
      'too-large',
      `expected at most ${weightBytesLimit} bytes of weights, found ${bytes}; make the model smaller`,
    );
  }
  const weights = Buffer.concat(files.map((file) => readFileSync(file)));
  const isGraph = description.format === 'graph-model' || 'node' in description.modelTopology;
  const artifacts = {
    ...description,
    weightSpecs: description.weightsManifest.flatMap((group) => group.weights),
    weightData: new Uint8Array(weights).buffer,
  };
  // model.json was written by TensorFlow.js in this shape; where it was not, loading the model says so.
  return { kind: isGraph ? 'tfjs-graph' : 'tfjs-layers', artifacts: artifacts as unknown as io.ModelArtifacts };
}

function parseModelJson(path: string): z.infer<typeof ModelJson> {
  if (statSync(path).size > jsonBytesLimit) {
    throw new AppError('too-large', `expected model.json below ${jsonBytesLimit} bytes, found ${statSync(path).size}`);
  }
  try {
    return ModelJson.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    const found = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw new AppError(
      'bad-input',
      `expected ${join(path)} to be a TensorFlow.js model with modelTopology and weightsManifest, found otherwise: ${found.replace(/\s+/g, ' ').slice(0, 300)}; save it again with model.save`,
      { cause },
    );
  }
}
