import { findModel } from './model-files.ts';
import type { ModelRequest, Runtime } from './runtime.ts';

/**
 * Loads a model as data, or asks the program that the policy names in its place. Only the runtime that the format needs is imported. Throws AppError when the file is not a
 * model, or not one that these columns fit.
 */
export async function loadModel(request: ModelRequest): Promise<Runtime> {
  const predict = request.runtime?.predict;
  if (predict !== undefined) return (await import('./command.ts')).loadCommand(predict, request);
  const place = findModel(request.path);
  switch (place.kind) {
    case 'onnx':
      return (await import('./onnx.ts')).loadOnnx(place.file, request);
    case 'tfjs':
      return (await import('./tfjs.ts')).loadTfjs(place.folder, request);
    case 'predictions':
      return (await import('./predictions.ts')).loadPredictions(place.file, request);
    default:
      return place satisfies never;
  }
}
