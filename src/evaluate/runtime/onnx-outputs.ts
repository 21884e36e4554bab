import type { InferenceSession } from 'onnxruntime-node';
import { AppError } from '../../error.ts';
import type { Task } from '../metric-name.ts';
import type { OnnxFile } from './onnx-file.ts';
import type { Answers } from './runtime.ts';

/** Which outputs of a model are read. */
export interface OutputPlan {
  readonly names: readonly string[];
  readonly label: string | null;
  readonly scores: string | null;
}

/** Chooses the outputs that answer the task. Throws `bad-input` or `unsupported`, naming what the model has. */
export function outputPlan(options: {
  readonly outputs: readonly InferenceSession.ValueMetadata[];
  readonly described: OnnxFile;
  readonly model: string;
  readonly task: Task;
}): OutputPlan {
  const { outputs, described, model, task } = options;
  const tensors = outputs.flatMap((output) =>
    output.isTensor ? [{ name: output.name, isFloat: output.type === 'float32' || output.type === 'float64' }] : [],
  );
  const zipMapInput = described.zipMaps[0]?.input;
  const floats = tensors.filter((output) => output.isFloat).map((output) => output.name);
  const label = task === 'regression' ? null : (tensors.find((output) => !output.isFloat)?.name ?? null);
  const scores = floats.find((name) => name === zipMapInput) ?? preferred(floats, task);
  if (scores === null && label === null) {
    const found = outputs.map((output) => output.name).join(', ');
    const wanted =
      task === 'regression' ? 'a float output with one value per row' : 'an output with labels or probabilities';
    throw new AppError(
      'bad-input',
      `expected ${wanted} from ${model} for task ${task}, found the outputs ${found}; export the model's prediction (a classifier with zipmap=False)`,
    );
  }
  return { names: [label, scores].filter((name) => name !== null), label, scores };
}

/** Turns outputs into answers. Throws `bad-input` when shapes do not fit the rows. */
export function answersOf(options: {
  readonly outputs: OutputPlan;
  readonly results: InferenceSession.OnnxValueMapType;
  readonly rows: number;
  /** Rows that were fed: more than `rows` when a fixed batch was filled up. */
  readonly fedRows: number;
  readonly model: string;
}): Answers {
  const { outputs, results, rows, fedRows } = options;
  const scores = outputs.scores === null ? undefined : results[outputs.scores];
  const label = outputs.label === null ? undefined : results[outputs.label];
  const width = scores === undefined ? 1 : scores.dims.slice(1).reduce((product, side) => product * side, 1);
  for (const tensor of [scores, label]) {
    if (tensor === undefined || tensor.dims[0] === fedRows) continue;
    throw new AppError(
      'bad-input',
      `expected ${options.model} to give an answer for each of ${fedRows} rows, found an output of shape [${tensor.dims}]; export it with a free first dimension`,
    );
  }
  return {
    // Float outputs were chosen by type in the plan; their data is a float array.
    scores: scores === undefined ? null : (scores.data as Float32Array | Float64Array).subarray(0, rows * width),
    width,
    labels:
      label === undefined ? null : Array.from({ length: rows }, (_, row) => labelText(label.data[row], label.type)),
  };
}

/** With several float outputs the name decides; scikit-learn and boosting converters call probabilities so. */
function preferred(floats: readonly string[], task: Task): string | null {
  const pattern = task === 'regression' ? /variable|predict|output/i : /prob/i;
  return floats.find((name) => pattern.test(name)) ?? floats[0] ?? null;
}

function labelText(value: unknown, type: string): string {
  return type === 'bool' ? String(value === 1 || value === true) : String(value);
}
