import { AppError } from '../error.ts';
import { findModel } from '../evaluate/runtime/model-files.ts';
import type { TensorSpec, TensorValue } from './tensor.ts';

/** A loaded model that is asked with tensors, whatever its format. */
export interface TensorModel {
  /** The name of the format as the Open Inference Protocol calls platforms. */
  readonly platform: 'onnxruntime_onnx' | 'tensorflowjs';
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** One tensor per input, in that order; gives the outputs that are named, in their order. Throws what the runtime throws. */
  run(inputs: readonly TensorValue[], outputs: readonly string[]): Promise<readonly TensorValue[]>;
  dispose(): Promise<void>;
}

/** Loads the model that lies at a path: an ONNX file, or a folder of TensorFlow.js. AppError when there is none that can be served. */
export async function loadTensorModel(path: string, options: { readonly threads: number }): Promise<TensorModel> {
  const place = findModel(path);
  switch (place.kind) {
    case 'onnx':
      return (await import('./onnx-tensor-model.ts')).loadOnnxTensorModel(place.file, options);
    case 'tfjs':
      return (await import('./tfjs-tensor-model.ts')).loadTfjsTensorModel(place.folder);
    case 'predictions':
      throw new AppError(
        'unsupported',
        'expected a model as .onnx or TensorFlow.js model.json, found a predictions file; release the model itself',
      );
    default:
      return place satisfies never;
  }
}
