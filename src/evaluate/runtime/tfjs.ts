import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { io, Tensor } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { Column } from '../../data/column.ts';
import { type ColumnValues, hasValue } from '../../data/column-stream.ts';
import { AppError, messageOf } from '../../error.ts';
import { importNative } from '../../natives.ts';
import { filesOf, fileWithin, identityOf } from './model-files.ts';
import type { Answers, Batch, ModelRequest, Runtime } from './runtime.ts';
import { readArtifacts, type TfjsKind } from './tfjs-artifacts.ts';
import { openBackend, type TfjsCore, useCpu } from './tfjs-backend.ts';

/**
 * Loads a TensorFlow.js layers or graph model from a folder with model.json. It takes one input [rows, features] and
 * gives one output: [rows, 1] (the prediction, or the probability of the positive class) or [rows, classes]. Text
 * columns become numbers by the `categories.json` beside it, `{column: [values…]}`: a value's place in its list, −1 for
 * a value that is not listed (which tf.oneHot turns into zeros). Missing numbers are NaN.
 */
export async function loadTfjs(folder: string, request: ModelRequest): Promise<Runtime> {
  const read = readArtifacts(folder);
  const columns = inputColumns(request.features, readCategories(folder));
  const { core, model, kind } = await openRead(folder, read);
  try {
    checkInput(model, request.features);
    await warmUp({ core, model, data: new Float32Array(columns.length), rows: 1, columns: columns.length, folder });
  } catch (error) {
    model.dispose();
    throw error;
  }
  return {
    identity: identityOf(kind, filesOf(folder)),
    wishes: columns.map(({ name, places }) => ({ name, as: places === null ? 'number' : 'text' })),
    classes: null,
    isTimed: true,
    predict: (batch) => {
      const data = matrix(batch, columns);
      return answers({ core, model, data, rows: batch.rows, columns: columns.length, folder });
    },
    finish() {},
    async dispose() {
      model.dispose();
    },
  };
}

/** What layers and graph models have in common. */
export interface TfjsModel {
  readonly inputs: readonly TfjsTensor[];
  readonly outputs: readonly TfjsTensor[];
  predict(input: Tensor | Tensor[]): unknown;
  dispose(): unknown;
}

interface TfjsTensor {
  readonly name: string;
  readonly dtype?: string | undefined;
  readonly shape?: readonly (number | null)[] | undefined;
}

/** A model that runs, on the backend that was chosen for this process. */
export interface OpenTfjs {
  readonly core: TfjsCore;
  readonly model: TfjsModel;
  readonly kind: TfjsKind;
}

/** Opens the model of a folder. AppError when it holds none. */
export async function openTfjs(folder: string): Promise<OpenTfjs> {
  return await openRead(folder, readArtifacts(folder));
}

async function openRead(
  folder: string,
  { kind, artifacts }: { readonly kind: TfjsKind; readonly artifacts: io.ModelArtifacts },
): Promise<OpenTfjs> {
  const core = await openBackend();
  return { core, model: await openModel({ kind, artifacts, folder }), kind };
}

interface InputColumn {
  readonly name: string;
  /** The number of each text; null for a column of numbers. */
  readonly places: ReadonlyMap<string, number> | null;
}

async function openModel(options: {
  readonly kind: TfjsKind;
  readonly artifacts: io.ModelArtifacts;
  readonly folder: string;
}): Promise<TfjsModel> {
  const { kind, artifacts, folder } = options;
  const handler = { load: async () => artifacts };
  try {
    if (kind === 'tfjs-layers') return await (await importNative('@tensorflow/tfjs-layers')).loadLayersModel(handler);
    return await (await importNative('@tensorflow/tfjs-converter')).loadGraphModel(handler);
  } catch (cause) {
    throw new AppError(
      'bad-input',
      `expected a ${kind} model that TensorFlow.js can load, found in ${join(folder, 'model.json')}: ${oneLine(cause)}; save it again with model.save or tensorflowjs_converter`,
      { cause },
    );
  }
}

const Categories = z.record(z.string().max(200), z.array(z.string()).max(100_000));

function readCategories(folder: string): z.infer<typeof Categories> {
  if (!filesOf(folder).includes(join(folder, 'categories.json'))) return {};
  try {
    return Categories.parse(JSON.parse(readFileSync(fileWithin(folder, 'categories.json', 'categories'), 'utf8')));
  } catch (cause) {
    throw new AppError(
      'bad-input',
      `expected categories.json to be {"column": ["value", …]}, found: ${oneLine(cause)}; write it so`,
      { cause },
    );
  }
}

function inputColumns(
  features: readonly Column[],
  categories: Readonly<Record<string, readonly string[]>>,
): readonly InputColumn[] {
  const odd: string[] = [];
  const columns = features.map((feature) => {
    const values = Object.hasOwn(categories, feature.name) ? categories[feature.name] : undefined;
    if (values !== undefined) {
      return { name: feature.name, places: new Map(values.map((value, place) => [value, place])) };
    }
    if (feature.kind !== 'number' && feature.kind !== 'boolean') odd.push(`${feature.name} (${feature.type})`);
    return { name: feature.name, places: null };
  });
  if (odd.length > 0) {
    throw new AppError(
      'bad-input',
      `expected numbers, booleans or columns of categories.json for a TensorFlow.js model, found ${odd.slice(0, 20).join(', ')}; list their values in categories.json beside model.json, or leave them out of \`features\``,
    );
  }
  return columns;
}

function checkInput(model: TfjsModel, features: readonly Column[]): void {
  const [input] = model.inputs;
  const shape = input?.shape ?? [];
  if (model.inputs.length !== 1 || input === undefined || (shape.length !== 2 && shape.length !== 0)) {
    const found = model.inputs.map((one) => `[${one.shape?.map((size) => size ?? 'rows').join(', ')}]`).join(' and ');
    throw new AppError(
      'unsupported',
      `expected a model with one input [rows, features], found ${found || 'none'}; save it with one input`,
    );
  }
  const width = shape[1];
  if (width === undefined || width === null || width < 0 || width === features.length) return;
  const names = features.map((feature) => feature.name).join(', ');
  throw new AppError(
    'bad-input',
    `expected ${width} features for the model's input, found ${features.length} (${names}); name the model's columns in \`features\`, in its order`,
  );
}

function matrix(batch: Batch, columns: readonly InputColumn[]): Float32Array {
  const data = new Float32Array(batch.rows * columns.length);
  for (const [place, { places }] of columns.entries()) {
    const column = batch.columns[place];
    if (column === undefined) continue;
    const valueAt = numberAt(column, places);
    for (let row = 0; row < batch.rows; row++) data[row * columns.length + place] = valueAt(row);
  }
  return data;
}

function numberAt(column: ColumnValues, places: ReadonlyMap<string, number> | null): (row: number) => number {
  if (column.kind === 'text') return (row) => places?.get(column.values[row] ?? '') ?? -1;
  return (row) => (hasValue(column.valid, row) ? (column.values[row] ?? Number.NaN) : Number.NaN);
}

interface Question {
  readonly core: TfjsCore;
  readonly model: TfjsModel;
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly folder: string;
}

/** One answer now shows what does not fit before the holdout is read, and whether this backend has every operation. */
async function warmUp(question: Question): Promise<void> {
  try {
    await answers(question);
  } catch (error) {
    if (!/not registered for the backend|Kernel '.*' not registered/.test(messageOf(error))) throw error;
    if (!(await useCpu(question.core))) throw error;
    await answers(question);
  }
}

async function answers({ core, model, data, rows, columns, folder }: Question): Promise<Answers> {
  const input = core.tensor2d(data, [rows, columns]);
  let output: unknown;
  try {
    output = model.predict(input);
    if (!(output instanceof core.Tensor)) {
      throw new AppError(
        'unsupported',
        `expected one output from the model in ${folder}, found several; save it with one`,
      );
    }
    if (output.shape[0] !== rows) {
      throw new AppError(
        'bad-input',
        `expected an answer for each of ${rows} rows from the model in ${folder}, found shape [${output.shape}]; save it with a free first dimension`,
      );
    }
    return { scores: await output.data(), width: output.size / rows, labels: null };
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError(
      'bad-input',
      `expected the model in ${folder} to answer, found: ${oneLine(cause)}; run it on the holdout where it was made`,
      { cause },
    );
  } finally {
    core.dispose([input, ...(output instanceof core.Tensor ? [output] : [])]);
  }
}

function oneLine(cause: unknown): string {
  return messageOf(cause).replace(/\s+/g, ' ').slice(0, 300);
}
