import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Column } from '../../data/column.ts';
import { AppError, messageOf } from '../../error.ts';
import { importNative, nativeFolder } from '../../natives.ts';
import type { ModelInput } from '../../policy/runtime-policy.ts';
import { fileWithin, identityOf } from './model-files.ts';
import { type OnnxFile, readOnnxFile, withTensorOutput } from './onnx-file.ts';
import { type InputPlan, inputPlan, rowsPerRun, slice } from './onnx-inputs.ts';
import { mappedPlan } from './onnx-mapped-inputs.ts';
import { answersOf, type OutputPlan, outputPlan } from './onnx-outputs.ts';
import type { Answers, Batch, ModelRequest, Runtime } from './runtime.ts';

const onnxBytesLimit = 2 ** 31 - 1;

/**
 * Loads an ONNX model for the CPU, or for CUDA where the policy asks for it and it is there. Inputs and outputs are those
 * that the policy names; else they are recognised. Inputs: one tensor [rows, features] fed with the features in order, or one input of
 * [rows, 1] or [rows] per feature, found by name. Outputs: a regression's value; a classifier's label and
 * probabilities, also as ZipMap; or one probability per row. Throws AppError when the file is not such a model.
 */
export async function loadOnnx(file: string, request: ModelRequest): Promise<Runtime> {
  const name = basename(file);
  const provider = request.runtime?.['execution-provider'] ?? 'cpu';
  const { ort, session, described, external, notes } = await openOnnx(file, { provider, threads: request.threads });
  try {
    const { features, task, runtime } = request;
    const mapping = runtime?.inputs ?? textMapping(session.inputMetadata, features);
    const inputs =
      mapping === null
        ? inputPlan(session.inputMetadata, { model: name, features })
        : mappedPlan(session.inputMetadata, { model: name, features, inputs: mapping });
    const named = runtime?.outputs;
    const outputs = outputPlan({ outputs: session.outputMetadata, described, model: name, task, named });
    return {
      identity: identityOf('onnx', [file, ...external]),
      wishes: inputs.wishes,
      classes: described.classes,
      isTimed: true,
      notes,
      predict: (batch) => predict({ ort, session, inputs, outputs, model: name }, batch),
      finish() {},
      dispose: () => session.release(),
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}

/** An ONNX file that runs, with what was read of it before. */
export interface OpenOnnx {
  readonly ort: Ort;
  readonly session: InferenceSession;
  readonly described: OnnxFile;
  /** Its files of weights beside it. */
  readonly external: readonly string[];
  /** What a person should know of where it runs. */
  readonly notes: readonly string[];
}

/** Opens an ONNX file, after a look at it that no native library takes part in. AppError when it is none that runs here. */
export async function openOnnx(
  file: string,
  { provider, threads }: { readonly provider: 'cpu' | 'cuda'; readonly threads: number | undefined },
): Promise<OpenOnnx> {
  const name = basename(file);
  if (statSync(file).size > onnxBytesLimit) {
    throw new AppError(
      'too-large',
      `expected an ONNX file below 2 GiB, found ${statSync(file).size} bytes in ${name}; export its weights as external data beside it`,
    );
  }
  const bytes = readFileSync(file);
  const described = readOnnxFile(bytes, name);
  const external = described.externalFiles.map((location) => fileWithin(dirname(file), location, 'external data'));
  const ort = await importNative('onnxruntime-node');
  const { session, notes } = await openWhereItRuns({ ort, file, bytes, described, threads }, provider);
  return { ort, session, described, external, notes };
}

/** A model of one text takes the one feature that it is given, whatever both are called. */
function textMapping(
  inputs: readonly InferenceSession.ValueMetadata[],
  features: readonly Column[],
): Readonly<Record<string, ModelInput>> | null {
  const [input] = inputs;
  const [feature] = features;
  if (input === undefined || feature === undefined || inputs.length > 1 || features.length > 1) return null;
  return input.isTensor && input.type === 'string' ? { [input.name]: { column: feature.name } } : null;
}

type Ort = typeof import('onnxruntime-node');

interface Openable {
  readonly ort: Ort;
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly described: OnnxFile;
  readonly threads: number | undefined;
}

/** On the GPU where that is asked for and onnxruntime's GPU files are there; else on the processor, and a note says why. */
async function openWhereItRuns(
  options: Openable,
  provider: 'cpu' | 'cuda',
): Promise<{ readonly session: InferenceSession; readonly notes: readonly string[] }> {
  if (provider === 'cpu') return { session: await openSession(options, 'cpu'), notes: [] };
  const name = basename(options.file);
  let found = 'no CUDA files of onnxruntime';
  if (hasCudaFiles()) {
    try {
      return { session: await openSession(options, 'cuda'), notes: [`${name} ran on CUDA`] };
    } catch (thrown) {
      found = oneLine(thrown instanceof AppError ? thrown.cause : thrown).slice(0, 200);
    }
  }
  const fix =
    'install onnxruntime-node with `--onnxruntime-node-install=cuda12`, beside CUDA 12 and cuDNN 9, on Linux x64 or Windows x64';
  const note = `expected CUDA for ${name}, found ${found}; it ran on the processor. To use CUDA, ${fix}`;
  return { session: await openSession(options, 'cpu'), notes: [note] };
}

/** Whether the provider for CUDA lies beside onnxruntime: to ask it without it writes to the terminal. */
function hasCudaFiles(): boolean {
  const folder = nativeFolder('onnxruntime-node');
  if (folder === null) return false;
  const files = readdirSync(join(folder, 'bin'), { recursive: true, encoding: 'utf8' });
  return files.some(
    (file) => file.includes(join(process.platform, process.arch)) && /onnxruntime_providers_cuda\.(so|dll)$/.test(file),
  );
}

async function openSession(options: Openable, provider: 'cpu' | 'cuda'): Promise<InferenceSession> {
  const { ort, file, bytes, described, threads } = options;
  const [zipMap] = described.zipMaps;
  if (zipMap !== undefined && described.externalFiles.length > 0) {
    throw new AppError(
      'unsupported',
      `expected a model without ZipMap or without external data, found both in ${basename(file)}; export it with zipmap=False`,
    );
  }
  // Errors reach the caller as exceptions; 4 (fatal) keeps the library from writing them to the terminal as well.
  const onThreads = threads === undefined ? {} : { intraOpNumThreads: threads, interOpNumThreads: threads };
  const settings = { executionProviders: [provider], logSeverityLevel: 4, ...onThreads } as const;
  try {
    if (zipMap === undefined) return await ort.InferenceSession.create(file, settings);
    const tensors = new Set(described.zipMaps.map(({ input }) => input));
    const readable = [...tensors].reduce((model, tensor) => withTensorOutput(model, tensor), bytes);
    return await ort.InferenceSession.create(readable, settings);
  } catch (cause) {
    throw new AppError(
      'bad-input',
      `expected a model that onnxruntime can load, found in ${basename(file)}: ${oneLine(cause).replaceAll(file, basename(file))}; export it again, or for an operator set that onnxruntime knows`,
      { cause },
    );
  }
}

interface Loaded {
  readonly ort: Ort;
  readonly session: InferenceSession;
  readonly inputs: InputPlan;
  readonly outputs: OutputPlan;
  readonly model: string;
}

async function predict(loaded: Loaded, batch: Batch): Promise<Answers> {
  const step = rowsPerRun(loaded.inputs, batch.rows);
  if (step === batch.rows) return await runOnce(loaded, batch);
  const parts: Answers[] = [];
  for (let start = 0; start < batch.rows; start += step) {
    parts.push(await runOnce(loaded, slice(batch, start, Math.min(step, batch.rows - start))));
  }
  return joined(parts);
}

async function runOnce(loaded: Loaded, batch: Batch): Promise<Answers> {
  const { ort, session, inputs, outputs, model } = loaded;
  let results: InferenceSession.OnnxValueMapType;
  try {
    const feeds: Record<string, Tensor> = {};
    for (const input of inputs.inputs) feeds[input.name] = input.tensor(ort, batch);
    results = await session.run(feeds, outputs.names);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError(
      'bad-input',
      `expected ${model} to answer for rows ${batch.firstRow} to ${batch.firstRow + batch.rows - 1}, found: ${oneLine(cause)}; run the model on the holdout where it was made`,
      { cause },
    );
  }
  return answersOf({ outputs, results, rows: batch.rows, fedRows: inputs.fixedRows ?? batch.rows, model });
}

function joined(parts: readonly Answers[]): Answers {
  const scores = parts.flatMap((part) => (part.scores === null ? [] : Array.from(part.scores)));
  const labels = parts.flatMap((part) => part.labels ?? []);
  const [first] = parts;
  return {
    scores: first === undefined || first.scores === null ? null : scores,
    width: first?.width ?? 1,
    labels: first === undefined || first.labels === null ? null : labels,
  };
}

function oneLine(cause: unknown): string {
  return messageOf(cause).replace(/\s+/g, ' ').slice(0, 300);
}
