import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { AppError } from '../../error.ts';
import type { ModelOutputs } from '../../policy/runtime-policy.ts';
import type { Task } from '../metric-name.ts';
import type { OnnxFile } from './onnx-file.ts';
import type { Answers } from './runtime.ts';

/** Which outputs of a model are read. */
export interface OutputPlan {
  readonly names: readonly string[];
  readonly label: string | null;
  /** The outputs that hold numbers, side by side; none when only labels are read. */
  readonly scores: readonly string[];
  /** Of two probabilities of each of several outputs, only that of "yes" counts. */
  readonly isPairwise: boolean;
}

interface Described {
  readonly outputs: readonly InferenceSession.ValueMetadata[];
  readonly described: OnnxFile;
  readonly model: string;
  readonly task: Task;
}

const valueTasks: readonly Task[] = ['regression', 'ranking', 'forecasting'];

/** Chooses the outputs that answer the task. Throws `bad-input` or `unsupported`, naming what the model has. */
export function outputPlan(options: Described & { readonly named: ModelOutputs | undefined }): OutputPlan {
  return options.named === undefined ? recognised(options) : namedPlan(options, options.named);
}

function recognised({ outputs, described, model, task }: Described): OutputPlan {
  const tensors = outputs.flatMap((output) =>
    output.isTensor ? [{ name: output.name, isFloat: output.type === 'float32' || output.type === 'float64' }] : [],
  );
  const isValue = valueTasks.includes(task);
  const zipMapInput = described.zipMaps[0]?.input;
  const floats = tensors.filter((output) => output.isFloat).map((output) => output.name);
  const whole = tensors.find((output) => !output.isFloat)?.name ?? null;
  const scores = floats.find((name) => name === zipMapInput) ?? preferred(floats, isValue);
  // Labels of a set come as one 0 or 1 for each.
  if (task === 'multilabel' && scores === null && whole !== null) return planOf({ label: null, scores: [whole] });
  const label = isValue || task === 'multilabel' ? null : whole;
  if (scores === null && label === null) {
    const found = outputs.map((output) => output.name).join(', ');
    const wanted = isValue ? 'a float output with the predicted value' : 'an output with labels or probabilities';
    throw new AppError(
      'bad-input',
      `expected ${wanted} from ${model} for task ${task}, found the outputs ${found}; export the model's prediction (a classifier with zipmap=False), or name the output in \`outputs\``,
    );
  }
  return planOf({ label, scores: scores === null ? [] : [scores] });
}

function namedPlan({ outputs, described, model, task }: Described, named: ModelOutputs): OutputPlan {
  const isValue = valueTasks.includes(task);
  const key = isValue ? 'value' : 'probabilities';
  const wanted = named[key];
  const scores = wanted === undefined ? [] : typeof wanted === 'string' ? [wanted] : wanted;
  const label = isValue ? null : (named.label ?? null);
  const problems: string[] = [];
  if (scores.length === 0 && label === null) {
    const expected = isValue ? '`outputs.value`' : '`outputs.probabilities` or `outputs.label`';
    problems.push(`no ${expected} for task ${task}`);
  }
  const tensorName = (name: string): string => {
    const output = outputs.find((one) => one.name === name);
    if (output?.isTensor === true) return name;
    const zipMap = described.zipMaps.find((one) => one.output === name);
    if (zipMap !== undefined) return zipMap.input;
    if (output === undefined) problems.push(`no output ${name} in the model, which has ${signatures(outputs)}`);
    else problems.push(`a sequence or map in output ${name}, which cannot be read: export it as a tensor`);
    return name;
  };
  const plan = planOf({ label: label === null ? null : tensorName(label), scores: scores.map(tensorName) });
  if (problems.length === 0) return plan;
  throw new AppError(
    'bad-input',
    `expected \`outputs\` that fit ${model}, found ${problems.slice(0, 10).join('; ')}; correct \`outputs\``,
  );
}

function planOf({ label, scores }: { readonly label: string | null; readonly scores: readonly string[] }): OutputPlan {
  const names = [...new Set([...(label === null ? [] : [label]), ...scores])];
  return { names, label, scores, isPairwise: scores.length > 1 };
}

function signatures(outputs: readonly InferenceSession.ValueMetadata[]): string {
  const words = outputs.map((output) =>
    output.isTensor
      ? `${output.name} (${output.type} [${output.shape.join(', ')}])`
      : `${output.name} (sequence or map)`,
  );
  return words.slice(0, 10).join(', ');
}

/** Turns outputs into answers. Throws `bad-input` when shapes or types do not fit the rows. */
export function answersOf(options: {
  readonly outputs: OutputPlan;
  readonly results: InferenceSession.OnnxValueMapType;
  readonly rows: number;
  /** Rows that were fed: more than `rows` when a fixed batch was filled up. */
  readonly fedRows: number;
  readonly model: string;
}): Answers {
  const { outputs, results, rows, fedRows, model } = options;
  const scores = outputs.scores.flatMap((name) => results[name] ?? []);
  const label = outputs.label === null ? undefined : results[outputs.label];
  for (const tensor of [...scores, ...(label === undefined ? [] : [label])]) {
    if (tensor.dims[0] === fedRows) continue;
    throw new AppError(
      'bad-input',
      `expected ${model} to give an answer for each of ${fedRows} rows, found an output of shape [${tensor.dims}]; export it with a free first dimension`,
    );
  }
  return {
    ...numbersOf(scores, { rows, isPairwise: outputs.isPairwise, model }),
    labels: label === undefined ? null : labelTexts(label, rows),
  };
}

function numbersOf(
  tensors: readonly Tensor[],
  { rows, isPairwise, model }: { readonly rows: number; readonly isPairwise: boolean; readonly model: string },
): Pick<Answers, 'scores' | 'width'> {
  const [first] = tensors;
  if (first === undefined) return { scores: null, width: 1 };
  if (tensors.length === 1) {
    const width = widthOf(first);
    const { data } = first;
    if (data instanceof Float32Array || data instanceof Float64Array) {
      return { scores: data.subarray(0, rows * width), width };
    }
    return { scores: Float64Array.from({ length: rows * width }, (_, at) => numberAt(first, at, model)), width };
  }
  const parts = tensors.map((tensor) => {
    const width = widthOf(tensor);
    if (width === 1 || (isPairwise && width === 2)) return { tensor, width };
    throw new AppError(
      'bad-input',
      `expected one number per row in each of several outputs of ${model}, found shape [${tensor.dims}]; name a single output, or export them apart`,
    );
  });
  const scores = new Float64Array(rows * parts.length);
  for (const [place, { tensor, width }] of parts.entries()) {
    for (let row = 0; row < rows; row++) {
      scores[row * parts.length + place] = numberAt(tensor, row * width + width - 1, model);
    }
  }
  return { scores, width: parts.length };
}

function widthOf({ dims }: Tensor): number {
  return dims.slice(1).reduce((product, side) => product * side, 1);
}

function numberAt(tensor: Tensor, at: number, model: string): number {
  const value: unknown = tensor.data[at];
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
  throw new AppError(
    'bad-input',
    `expected numbers in the output of ${model}, found ${tensor.type}; name another output in \`outputs\``,
  );
}

/** With several float outputs the name decides; scikit-learn and boosting converters call probabilities so. */
function preferred(floats: readonly string[], isValue: boolean): string | null {
  const pattern = isValue ? /variable|predict|output|score/i : /prob/i;
  return floats.find((name) => pattern.test(name)) ?? floats[0] ?? null;
}

/** Each label's text, made once: rows are many and labels few. */
function labelTexts({ data, type }: Tensor, rows: number): readonly string[] {
  const texts = new Map<unknown, string>();
  // Whole numbers are told apart by their lower halves where that is all of them: a BigInt per row is slow.
  const halves = data instanceof BigInt64Array ? new Int32Array(data.buffer, data.byteOffset, 2 * data.length) : null;
  return Array.from({ length: rows }, (_, row) => {
    const low = halves?.[2 * row] ?? 0;
    const value = halves !== null && halves[2 * row + 1] === low >> 31 ? low : data[row];
    const known = texts.get(value);
    if (known !== undefined) return known;
    const text = labelText(value, type);
    texts.set(value, text);
    return text;
  });
}

function labelText(value: unknown, type: string): string {
  return type === 'bool' ? String(value === 1 || value === true) : String(value);
}
