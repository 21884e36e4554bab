import type { Tensor } from '@tensorflow/tfjs-core';
import { AppError } from '../error.ts';
import { openTfjs, type TfjsModel } from '../evaluate/runtime/tfjs.ts';
import { type TfjsCore, useCpu } from '../evaluate/runtime/tfjs-backend.ts';
import type { Datatype, Elements } from './datatype.ts';
import type { TensorSpec, TensorValue } from './tensor.ts';
import type { TensorModel } from './tensor-model.ts';

/** Loads a TensorFlow.js layers or graph model with all its inputs and outputs. */
export async function loadTfjsTensorModel(folder: string): Promise<TensorModel> {
  const { core, model } = await openTfjs(folder);
  const inputs = model.inputs.map((input) => specOf(input, 'input'));
  const outputs = model.outputs.map((output) => specOf(output, 'output'));
  return {
    platform: 'tensorflowjs',
    inputs,
    outputs,
    run: (values, names) => runOrChangeBackend({ core, model, outputs }, values, names),
    async dispose() {
      model.dispose();
    },
  };
}

interface Opened {
  readonly core: TfjsCore;
  readonly model: TfjsModel;
  readonly outputs: readonly TensorSpec[];
}

/** Not every backend has every operation; the one in plain JavaScript has. */
async function runOrChangeBackend(
  opened: Opened,
  values: readonly TensorValue[],
  names: readonly string[],
): Promise<readonly TensorValue[]> {
  try {
    return await run(opened, values, names);
  } catch (error) {
    const isLacking =
      error instanceof Error && /not registered for the backend|Kernel '.*' not registered/.test(error.message);
    if (!isLacking || !(await useCpu(opened.core))) throw error;
    return await run(opened, values, names);
  }
}

async function run(
  { core, model, outputs }: Opened,
  values: readonly TensorValue[],
  names: readonly string[],
): Promise<readonly TensorValue[]> {
  const made: Tensor[] = [];
  try {
    for (const { datatype, shape, elements } of values) {
      const data = elements instanceof Uint8Array || Array.isArray(elements) ? elements : (elements as Float32Array);
      made.push(core.tensor(data, [...shape], tfjsTypes[datatype]));
    }
    const [only] = made;
    const answer: unknown = model.predict(made.length === 1 && only !== undefined ? only : made);
    const tensors = (Array.isArray(answer) ? answer : [answer]).filter((one) => one instanceof core.Tensor);
    made.push(...tensors);
    return await Promise.all(
      names.map(async (name) => {
        const tensor = tensors[outputs.findIndex((output) => output.name === name)];
        if (tensor === undefined)
          throw new AppError('bad-input', `expected an output ${name}, found none; save the model again`);
        // The types that TensorFlow.js gives are those of the table below.
        const elements = (await tensor.data()) as unknown as Elements;
        return { name, datatype: datatypeOf(tensor.dtype), shape: tensor.shape, elements };
      }),
    );
  } finally {
    core.dispose(made);
  }
}

const tfjsTypes: Readonly<Partial<Record<Datatype, 'float32' | 'int32' | 'bool' | 'string'>>> = {
  FP32: 'float32',
  INT32: 'int32',
  BOOL: 'bool',
  BYTES: 'string',
};

function datatypeOf(type: string): Datatype {
  const found = Object.entries(tfjsTypes).find(([, known]) => known === type)?.[0];
  if (found === undefined) {
    throw new AppError(
      'unsupported',
      `expected float32, int32, bool or string, found ${type}; save the model with such`,
    );
  }
  return found as Datatype; // a key of the table above
}

function specOf(value: TfjsModel['inputs'][number], what: string): TensorSpec {
  const { name, shape, dtype } = value;
  if (shape === undefined || shape.length === 0) {
    throw new AppError(
      'unsupported',
      `expected ${what} ${name} with a known number of dimensions, found none; save the model with its shapes`,
    );
  }
  return { name, datatype: datatypeOf(dtype ?? 'float32'), shape: shape.map((side) => side ?? -1) };
}
