import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Column } from '../../data/column.ts';
import { type ColumnValues, hasValue } from '../../data/column-stream.ts';
import { AppError } from '../../error.ts';
import type { Batch, ColumnWish } from './runtime.ts';

/** How holdout columns become the inputs of a model. */
export interface InputPlan {
  readonly wishes: readonly ColumnWish[];
  /** Rows that every run must have; null when the model takes any number. */
  readonly fixedRows: number | null;
  readonly inputs: readonly {
    readonly name: string;
    readonly tensor: (ort: typeof import('onnxruntime-node'), batch: Batch) => Tensor;
  }[];
}

type NumberType = 'float32' | 'float64' | 'int64' | 'int32' | 'bool';
const numberTypes: readonly string[] = ['float32', 'float64', 'int64', 'int32', 'bool'];

/** Fits inputs to features. Throws `bad-input` naming every input that no feature can fill. */
export function inputPlan(
  inputs: readonly InferenceSession.ValueMetadata[],
  { model, features }: { readonly model: string; readonly features: readonly Column[] },
): InputPlan {
  const tensors = inputs.map((input) => {
    if (!input.isTensor) throw unsupportedInput(model, input.name, 'a sequence or map');
    return { name: input.name, type: input.type, shape: input.shape };
  });
  const firstDimensions = tensors.map((input) => input.shape[0]).filter((size) => typeof size === 'number');
  const fixedRows = firstDimensions[0] ?? null;
  const [only] = tensors;
  const isNamed = tensors.every((input) => features.some((feature) => feature.name === input.name));
  if (only !== undefined && tensors.length === 1 && only.shape.length === 2 && !(isNamed && features.length > 1)) {
    return matrixPlan(only, { model, features, fixedRows });
  }
  return columnsPlan(tensors, { model, features, fixedRows });
}

/** The rows of one run: all of them, or as many as the model was exported for. */
export function rowsPerRun({ fixedRows }: InputPlan, rows: number): number {
  return fixedRows === null || fixedRows <= 0 ? rows : fixedRows;
}

/** Some consecutive rows of a batch. */
export function slice(batch: Batch, start: number, rows: number): Batch {
  const columns = batch.columns.map((column): ColumnValues => {
    if (column.kind === 'text') return { kind: 'text', values: column.values.slice(start, start + rows) };
    const valid = new Uint8Array(Math.ceil(rows / 8));
    for (let row = 0; row < rows; row++) {
      if (hasValue(column.valid, start + row)) valid[row >> 3] = (valid[row >> 3] ?? 0) | (1 << (row & 7));
    }
    return { kind: 'number', values: column.values.slice(start, start + rows), valid };
  });
  return { firstRow: batch.firstRow + start, rows, columns };
}

interface TensorInput {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

interface Context {
  readonly model: string;
  readonly features: readonly Column[];
  readonly fixedRows: number | null;
}

function matrixPlan(input: TensorInput, { model, features, fixedRows }: Context): InputPlan {
  const width = input.shape[1];
  const names = features.map((feature) => feature.name);
  if (typeof width === 'number' && width >= 0 && width !== features.length) {
    throw new AppError(
      'bad-input',
      `expected ${width} features for input ${input.name} of ${model}, found ${features.length} (${listed(names)}); name the model's columns in \`features\`, in its order`,
    );
  }
  if (!numberTypes.includes(input.type)) throw unsupportedInput(model, input.name, `a matrix of ${input.type}`);
  const odd = features.filter(({ kind }) => kind !== 'number' && kind !== 'boolean');
  if (odd.length > 0) {
    const found = odd.map((feature) => `${feature.name} (${feature.type})`);
    throw new AppError(
      'bad-input',
      `expected numbers and booleans for input ${input.name} of ${model}, found ${listed(found)}; leave them out of \`features\`, encode them in the data, or export the model with one input per column`,
    );
  }
  // Checked against numberTypes above.
  const type = input.type as NumberType;
  return {
    wishes: names.map((name) => ({ name, as: 'number' })),
    fixedRows,
    inputs: [
      {
        name: input.name,
        tensor: (ort, batch) => {
          const places = batch.columns.map((_, place) => ({ place, name: names[place] ?? '' }));
          return numberTensor({ ort, type, batch, model, places, dims: [fixedRows ?? batch.rows, names.length] });
        },
      },
    ],
  };
}

function columnsPlan(inputs: readonly TensorInput[], { model, features, fixedRows }: Context): InputPlan {
  const known = new Map(features.map((feature) => [feature.name, feature]));
  const missing = inputs.filter((input) => !known.has(input.name)).map((input) => input.name);
  if (missing.length > 0) {
    throw new AppError(
      'bad-input',
      `expected a feature for every input of ${model}, found none for ${listed(missing)}; the features are ${listed([...known.keys()])}: name the inputs after columns, or add the columns to \`features\``,
    );
  }
  for (const input of inputs) {
    const size = input.shape.slice(1).reduce<number>((product, side) => product * Number(side), 1);
    if (input.shape.length > 2 || size !== 1) throw unsupportedInput(model, input.name, `shape [${input.shape}]`);
    const isText = known.get(input.name)?.kind === 'string';
    if (input.type === 'string' || (numberTypes.includes(input.type) && !isText)) continue;
    const found = isText ? `text in column ${input.name}` : `type ${input.type}`;
    throw new AppError(
      'bad-input',
      `expected ${isText ? input.type : 'float, double, int32, int64, bool or string'} for input ${input.name} of ${model}, found ${found}; export the model with a type that fits the column`,
    );
  }
  return {
    wishes: inputs.map((input) => ({ name: input.name, as: input.type === 'string' ? 'text' : 'number' })),
    fixedRows,
    inputs: inputs.map((input, place) => ({
      name: input.name,
      tensor: (ort, batch) => {
        const dims = [fixedRows ?? batch.rows, ...input.shape.slice(1).map(() => 1)];
        if (input.type === 'string') return new ort.Tensor('string', textsOf(batch, place, dims[0] ?? 0), dims);
        // Every other type was checked against numberTypes above.
        const type = input.type as NumberType;
        return numberTensor({ ort, type, batch, model, places: [{ place, name: input.name }], dims });
      },
    })),
  };
}

interface NumberTensor {
  readonly ort: typeof import('onnxruntime-node');
  readonly type: NumberType;
  readonly batch: Batch;
  readonly model: string;
  readonly places: readonly { readonly place: number; readonly name: string }[];
  readonly dims: readonly number[];
}

/** A missing number is NaN where the type has it, as in training with pandas; other types have no such value. */
function numberTensor(wanted: NumberTensor): Tensor {
  const { ort, type, batch, model, places, dims } = wanted;
  const size = dims.reduce((product, side) => product * side, 1);
  const data = {
    float32: () => new Float32Array(size),
    float64: () => new Float64Array(size),
    int64: () => new BigInt64Array(size),
    int32: () => new Int32Array(size),
    bool: () => new Uint8Array(size),
  }[type]();
  for (const [offset, { place, name }] of places.entries()) {
    const column = batch.columns[place];
    if (column?.kind !== 'number') continue;
    if (data instanceof Float32Array || data instanceof Float64Array) {
      fillFloats({ data, column, rows: batch.rows, offset, width: places.length });
      continue;
    }
    for (let row = 0; row < batch.rows; row++) {
      const value = hasValue(column.valid, row) ? (column.values[row] ?? Number.NaN) : Number.NaN;
      const at = row * places.length + offset;
      if (!Number.isInteger(value)) throw notWhole({ model, name, type, value, row: batch.firstRow + row });
      if (data instanceof BigInt64Array) data[at] = BigInt(value);
      else data[at] = value;
    }
  }
  return new ort.Tensor(type, data, dims);
}

function fillFloats(options: {
  readonly data: Float32Array | Float64Array;
  readonly column: ColumnValues & { readonly kind: 'number' };
  readonly rows: number;
  readonly offset: number;
  readonly width: number;
}): void {
  const { data, column, rows, offset, width } = options;
  const { values, valid } = column;
  for (let row = 0, at = offset; row < rows; row++, at += width) {
    data[at] = hasValue(valid, row) ? (values[row] ?? Number.NaN) : Number.NaN;
  }
}

function notWhole(options: {
  readonly model: string;
  readonly name: string;
  readonly type: string;
  readonly value: number;
  readonly row: number;
}): AppError {
  const found = Number.isNaN(options.value) ? 'a missing value' : String(options.value);
  return new AppError(
    'bad-input',
    `expected ${options.type} in column ${options.name} for ${options.model}, found ${found} in row ${options.row + 1}; fill the column or export the model with a float input`,
  );
}

function textsOf(batch: Batch, place: number, size: number): readonly string[] {
  const column = batch.columns[place];
  const texts = column?.kind === 'text' ? column.values.slice(0, batch.rows).map((value) => value ?? '') : [];
  while (texts.length < size) texts.push('');
  return texts;
}

function unsupportedInput(model: string, input: string, found: string): AppError {
  return new AppError(
    'unsupported',
    `expected one input [rows, features] or one input [rows, 1] per feature, found ${found} for input ${input} of ${model}; export the model so`,
  );
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 20).join(', ');
  return names.length > 20 ? `${shown}, … (${names.length})` : shown || 'none';
}
