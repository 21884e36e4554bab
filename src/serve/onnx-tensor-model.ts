import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { AppError } from '../error.ts';
import { openOnnx } from '../evaluate/runtime/onnx.ts';
import type { Datatype, Elements } from './datatype.ts';
import type { TensorSpec, TensorValue } from './tensor.ts';
import type { TensorModel } from './tensor-model.ts';

/** Loads an ONNX file with all its tensor inputs and outputs. Maps of ZipMap become the tensor that they were made of. */
export async function loadOnnxTensorModel(
  file: string,
  { threads }: { readonly threads: number },
): Promise<TensorModel> {
  const { ort, session } = await openOnnx(file, { threads, provider: 'cpu' });
  const inputs = session.inputMetadata.map((input) => specOf(input, 'input'));
  const outputs = session.outputMetadata.filter(({ isTensor }) => isTensor).map((output) => specOf(output, 'output'));
  return {
    platform: 'onnxruntime_onnx',
    inputs,
    outputs,
    async run(values, names) {
      const feeds: Record<string, Tensor> = {};
      for (const { name, datatype, shape, elements } of values) {
        // The element array of a datatype is the one that its ONNX type is made from.
        feeds[name] = new ort.Tensor(onnxTypes[datatype], elements as Float32Array, shape) as unknown as Tensor;
      }
      const results = await session.run(feeds, [...names]);
      return names.map((name) => tensorValue(name, results[name]));
    },
    dispose: () => session.release(),
  };
}

/** The runtime's names of the datatypes; the cast above needs one of them with its array. */
const onnxTypes: Readonly<Record<Datatype, 'float32'>> = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FP32: 'float32',
  FP64: 'float64',
  BYTES: 'string',
} as unknown as Readonly<Record<Datatype, 'float32'>>;

const datatypes = new Map(Object.entries(onnxTypes).map(([datatype, type]) => [String(type), datatype as Datatype]));

function specOf(value: InferenceSession.ValueMetadata, what: string): TensorSpec {
  const datatype = value.isTensor ? datatypes.get(value.type) : undefined;
  if (!value.isTensor || datatype === undefined) {
    const found = value.isTensor ? value.type : 'a sequence or map';
    throw new AppError(
      'unsupported',
      `expected ${what} ${value.name} to be a tensor of numbers, booleans or text, found ${found}; export the model with such a one`,
    );
  }
  return { name: value.name, datatype, shape: value.shape.map((side) => (typeof side === 'number' ? side : -1)) };
}

function tensorValue(name: string, tensor: Tensor | undefined): TensorValue {
  const datatype = tensor === undefined ? undefined : datatypes.get(tensor.type);
  if (tensor === undefined || datatype === undefined) {
    throw new AppError('bad-input', `expected an output ${name} of a known type, found none; export the model again`);
  }
  // As above: the array of a type is the one of its datatype.
  return { name, datatype, shape: tensor.dims, elements: tensor.data as Elements };
}
