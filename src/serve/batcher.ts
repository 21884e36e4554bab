import { AppError, messageOf } from '../error.ts';
import { parseInferRequest } from './infer-request.ts';
import { type InferResponse, renderInferError, renderInferResponse } from './infer-response.ts';
import { rowsOf, stacked, type TensorValue } from './tensor.ts';
import type { TensorModel } from './tensor-model.ts';

/** One request as it arrives in a model's process. */
export interface WaitingRequest {
  readonly body: Uint8Array;
  readonly jsonBytes: number | null;
  readonly answer: (status: number, response: InferResponse) => void;
}

/** How requests are answered together. */
export interface BatchSettings {
  readonly model: TensorModel;
  readonly name: string;
  readonly version: string;
  readonly isRowByRow: boolean;
  /** Rows of one run at most, where requests are put together. */
  readonly mostRows: number;
  /** A request that waited longer is not run any more: nobody waits for its answer. */
  readonly timeoutMs: number;
  readonly now: () => number;
}

interface Parsed {
  readonly id: string | null;
  readonly inputs: readonly TensorValue[];
  readonly outputs: readonly { readonly name: string; readonly isBinary: boolean }[];
  readonly rows: number;
  /** Requests of the same shape may run together. */
  readonly shape: string;
  readonly since: number;
  readonly answer: WaitingRequest['answer'];
}

/**
 * Answers requests in the order in which they came. Whatever has come by the time the model is free is run at once, where
 * the model answers each row by itself; nothing waits for others to come.
 */
export function openBatcher(settings: BatchSettings): { readonly add: (request: WaitingRequest) => void } {
  const waiting: Parsed[] = [];
  let isRunning = false;

  function add({ body, jsonBytes, answer }: WaitingRequest): void {
    const { inputs: specs, outputs } = settings.model;
    const parsed = parseInferRequest({ body, jsonBytes, inputs: specs, outputs });
    if (parsed.kind === 'invalid') {
      answer(400, { body: renderInferError(parsed.problems.join('; ')), jsonBytes: null });
      return;
    }
    const { id, inputs } = parsed;
    const shape = inputs.map((tensor) => tensor.shape.slice(1).join('x')).join(',');
    const rows = inputs[0]?.shape[0] ?? 1;
    waiting.push({ id, inputs, outputs: parsed.outputs, rows, shape, since: settings.now(), answer });
    if (isRunning) return;
    isRunning = true;
    setImmediate(() => void work());
  }

  async function work(): Promise<void> {
    for (let batch = nextBatch(); batch.length > 0; batch = nextBatch()) {
      await runBatch(settings, batch);
    }
    isRunning = false;
  }

  function nextBatch(): readonly Parsed[] {
    const late = settings.now() - settings.timeoutMs;
    while (waiting[0] !== undefined && waiting[0].since < late) {
      const error = `expected the model to be free within ${settings.timeoutMs} ms, found that it is not; ask again later`;
      waiting.shift()?.answer(504, { body: renderInferError(error), jsonBytes: null });
    }
    const [first] = waiting;
    if (first === undefined) return [];
    if (!settings.isRowByRow || !hasOneRowCount(first)) return waiting.splice(0, 1);
    let rows = 0;
    const end = waiting.findIndex((one) => {
      rows += one.rows;
      return one !== first && (one.shape !== first.shape || !hasOneRowCount(one) || rows > settings.mostRows);
    });
    return waiting.splice(0, end < 0 ? waiting.length : end);
  }

  return { add };
}

function hasOneRowCount({ inputs, rows }: Parsed): boolean {
  return inputs.every(({ shape }) => shape[0] === rows);
}

async function runBatch(settings: BatchSettings, batch: readonly Parsed[]): Promise<void> {
  const [first] = batch;
  if (first === undefined) return;
  const names = [...new Set(batch.flatMap(({ outputs }) => outputs.map(({ name }) => name)))];
  const inputs = first.inputs.map((_, at) => stacked(batch.flatMap((one) => one.inputs[at] ?? [])));
  let results: readonly TensorValue[];
  try {
    results = await settings.model.run(inputs, names);
    const rows = batch.reduce((sum, one) => sum + one.rows, 0);
    if (batch.length > 1 && results.some(({ shape }) => shape[0] !== rows))
      throw new Error('not an answer for each row');
  } catch (error) {
    // What one request brought about is not the others' fault.
    if (batch.length > 1) for (const one of batch) await runBatch(settings, [one]);
    else first.answer(500, { body: renderInferError(failureOf(error, settings)), jsonBytes: null });
    return;
  }
  let from = 0;
  for (const { id, outputs, rows, answer } of batch) {
    const wanted = outputs.flatMap(({ name, isBinary }) => {
      const tensor = results[names.indexOf(name)];
      if (tensor === undefined) return [];
      return { tensor: batch.length === 1 ? tensor : rowsOf(tensor, from, from + rows), isBinary };
    });
    answer(200, renderInferResponse({ model: settings.name, version: settings.version, id, outputs: wanted }));
    from += rows;
  }
}

function failureOf(error: unknown, { name, version }: BatchSettings): string {
  const found = messageOf(error).replace(/\s+/g, ' ').slice(0, 300);
  if (error instanceof AppError) return found;
  return `expected ${name} ${version} to answer, found: ${found}; check the values, or roll the model back`;
}
