import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Column } from '../../data/column.ts';
import { hasValue } from '../../data/column-stream.ts';
import { AppError } from '../../error.ts';
import type { ModelInput } from '../../policy/runtime-policy.ts';
import type { InputPlan } from './onnx-inputs.ts';
import type { Batch, ColumnWish } from './runtime.ts';

type Ort = typeof import('onnxruntime-node');

/** The types that can be filled from columns, each with what its numbers must be. */
const numberRanges: Readonly<Record<string, readonly [number, number] | 'real'>> = {
  float32: 'real',
  float64: 'real',
  float16: 'real',
  int64: [-(2 ** 53), 2 ** 53],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  int8: [-128, 127],
  uint8: [0, 255],
  bool: [0, 1],
};

/**
 * Fills the inputs of a model as a policy's `inputs` says. Throws `bad-input` naming every input, column, type and shape
 * that does not fit the model.
 */
export function mappedPlan(
  metadata: readonly InferenceSession.ValueMetadata[],
  options: {
    readonly model: string;
    readonly features: readonly Column[];
    readonly inputs: Readonly<Record<string, ModelInput>>;
  },
): InputPlan {
  const { model, features, inputs } = options;
  const problems: string[] = [];
  const known = new Map(metadata.map((input) => [input.name, input]));
  for (const name of Object.keys(inputs)) {
    if (!known.has(name)) problems.push(`no input ${name} in the model, which has ${[...known.keys()].join(', ')}`);
  }
  const plans = metadata.flatMap((input) => {
    const given = Object.hasOwn(inputs, input.name) ? inputs[input.name] : undefined;
    if (given === undefined) {
      problems.push(`nothing for input ${input.name} (${signature(input)})`);
      return [];
    }
    const found = inputProblems(input, given, features);
    problems.push(...found);
    return found.length > 0 || !input.isTensor ? [] : [{ input, given, columns: columnsOf(given) }];
  });
  if (problems.length > 0) {
    throw new AppError(
      'bad-input',
      `expected \`inputs\` that fit ${model}, found ${problems.slice(0, 10).join('; ')}; correct \`inputs\``,
    );
  }
  const wishes: ColumnWish[] = [];
  const placeOf = (wish: ColumnWish) => {
    const place = wishes.findIndex(({ name, as }) => name === wish.name && as === wish.as);
    return place >= 0 ? place : wishes.push(wish) - 1;
  };
  const fixed = plans.map(({ input }) => input.shape[0]).find((size) => typeof size === 'number' && size > 0);
  const fixedRows = typeof fixed === 'number' ? fixed : null;
  return {
    wishes,
    fixedRows,
    inputs: plans.map(({ input, given, columns }) => {
      const type = given.type ?? input.type;
      const as = type === 'string' ? 'text' : 'number';
      const places = columns.map((name) => placeOf({ name, as }));
      const row = given.shape ?? ownShape(input, columns.length);
      const wanted = { name: input.name, type, model, columns, places, row, missing: given.missing ?? null, fixedRows };
      return { name: input.name, tensor: (ort: Ort, batch: Batch) => tensorOf(wanted, { ort, batch }) };
    }),
  };
}

/** The columns that a mapping names, each once, in the order in which they come. */
export function mappedColumns(inputs: Readonly<Record<string, ModelInput>>): readonly string[] {
  return [...new Set(Object.values(inputs).flatMap(columnsOf))];
}

function columnsOf({ column, columns }: ModelInput): readonly string[] {
  return columns ?? (column === undefined ? [] : [column]);
}

function inputProblems(
  input: InferenceSession.ValueMetadata,
  given: ModelInput,
  features: readonly Column[],
): readonly string[] {
  if (!input.isTensor) return [`a sequence or map for input ${input.name}, which no column can fill`];
  const problems: string[] = [];
  const type = given.type ?? input.type;
  if (type !== input.type) problems.push(`type ${type} for input ${input.name}, which takes ${input.type}`);
  if (type !== 'string' && !Object.hasOwn(numberRanges, type)) {
    problems.push(`type ${type} for input ${input.name}, which no column can fill`);
  }
  const columns = columnsOf(given);
  for (const name of columns) {
    const feature = features.find((one) => one.name === name);
    if (feature === undefined) problems.push(`no column ${name} for input ${input.name}`);
    else if (type !== 'string' && feature.kind !== 'number' && feature.kind !== 'boolean') {
      problems.push(`${feature.type} in column ${name} for input ${input.name}, which takes ${type}`);
    }
  }
  const row = given.shape ?? ownShape(input, columns.length);
  const size = row.reduce((product, side) => product * side, 1);
  if (size !== columns.length) {
    problems.push(
      `${columns.length} columns for input ${input.name} of [rows${row.map((side) => `, ${side}`).join('')}]`,
    );
  } else if (!fitsShape(input.shape, row)) {
    problems.push(
      `shape [rows${row.map((side) => `, ${side}`).join('')}] for input ${input.name} (${signature(input)})`,
    );
  }
  return problems;
}

/** One free dimension of a row takes as many as there are columns; several cannot be told. */
function ownShape(input: InferenceSession.ValueMetadata, columns: number): readonly number[] {
  if (!input.isTensor) return [];
  const sides = input.shape.slice(1);
  const known = sides.reduce<number>(
    (product, side) => (typeof side === 'number' && side > 0 ? product * side : product),
    1,
  );
  let isFree = true;
  return sides.map((side) => {
    if (typeof side === 'number' && side > 0) return side;
    if (!isFree) return 1;
    isFree = false;
    return Math.max(1, Math.floor(columns / known));
  });
}

function fitsShape(own: readonly (number | string)[], row: readonly number[]): boolean {
  // A model without any shape takes every one.
  if (own.length === 0) return true;
  if (own.length !== row.length + 1) return false;
  return own.slice(1).every((side, at) => typeof side !== 'number' || side <= 0 || side === row[at]);
}

function signature(input: InferenceSession.ValueMetadata): string {
  return input.isTensor ? `${input.type} [${input.shape.join(', ')}]` : 'a sequence or map';
}

interface WantedTensor {
  readonly name: string;
  readonly type: string;
  readonly model: string;
  readonly columns: readonly string[];
  readonly places: readonly number[];
  readonly row: readonly number[];
  readonly missing: number | null;
  readonly fixedRows: number | null;
}

function tensorOf(wanted: WantedTensor, { ort, batch }: { readonly ort: Ort; readonly batch: Batch }): Tensor {
  const { type, places, row, fixedRows } = wanted;
  const rows = fixedRows ?? batch.rows;
  const dims = [rows, ...row];
  if (type === 'string') return new ort.Tensor('string', textsOf(batch, { places, rows }), dims);
  const numbers = numbersOf(batch, { ...wanted, rows });
  switch (type) {
    case 'float64':
      return new ort.Tensor('float64', numbers, dims);
    case 'int64':
      return new ort.Tensor('int64', BigInt64Array.from(numbers, BigInt), dims);
    case 'int32':
      return new ort.Tensor('int32', Int32Array.from(numbers), dims);
    case 'int16':
      return new ort.Tensor('int16', Int16Array.from(numbers), dims);
    case 'int8':
      return new ort.Tensor('int8', Int8Array.from(numbers), dims);
    case 'uint8':
      return new ort.Tensor('uint8', Uint8Array.from(numbers), dims);
    case 'bool':
      return new ort.Tensor('bool', Uint8Array.from(numbers), dims);
    case 'float16':
      return halves(ort, { numbers, dims });
    default:
      return new ort.Tensor('float32', Float32Array.from(numbers), dims);
  }
}

/**
 * A tensor of halves. The package makes Float16Array of its data where the runtime has it, which its native part does not
 * read; so the bits go in under another type, and the name of the type is put right afterwards.
 */
function halves(
  ort: Ort,
  { numbers, dims }: { readonly numbers: Float64Array; readonly dims: readonly number[] },
): Tensor {
  // Node 24 has it; the library of types does not name it yet.
  const { Float16Array: Halves } = globalThis as unknown as {
    readonly Float16Array: new (values: Float64Array) => { readonly buffer: ArrayBuffer };
  };
  const tensor: Tensor = new ort.Tensor('uint16', new Uint16Array(new Halves(numbers).buffer), dims);
  return Object.defineProperty(tensor, 'type', { value: 'float16' });
}

function numbersOf(batch: Batch, wanted: WantedTensor & { readonly rows: number }): Float64Array {
  const { columns, places, type, rows, missing } = wanted;
  const range = numberRanges[type] ?? 'real';
  const numbers = new Float64Array(rows * places.length);
  for (const [offset, place] of places.entries()) {
    const column = batch.columns[place];
    if (column?.kind !== 'number') continue;
    for (let row = 0; row < batch.rows; row++) {
      const known = hasValue(column.valid, row) ? (column.values[row] ?? Number.NaN) : Number.NaN;
      const value = Number.isNaN(known) && missing !== null ? missing : known;
      if (range !== 'real' && !(Number.isInteger(value) && value >= range[0] && value <= range[1])) {
        const found = Number.isNaN(value) ? 'a missing value' : String(value);
        throw new AppError(
          'bad-input',
          `expected ${type} in column ${columns[offset]} for input ${wanted.name} of ${wanted.model}, found ${found} in row ${batch.firstRow + row + 1}; fill the column, say what stands for it in \`inputs.${wanted.name}.missing\`, or export the model with a float input`,
        );
      }
      numbers[row * places.length + offset] = value;
    }
  }
  return numbers;
}

function textsOf(
  batch: Batch,
  { places, rows }: { readonly places: readonly number[]; readonly rows: number },
): readonly string[] {
  const texts = new Array<string>(rows * places.length).fill('');
  for (const [offset, place] of places.entries()) {
    const column = batch.columns[place];
    if (column?.kind !== 'text') continue;
    for (let row = 0; row < batch.rows; row++) texts[row * places.length + offset] = column.values[row] ?? '';
  }
  return texts;
}
