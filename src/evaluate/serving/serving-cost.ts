import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { locateNative } from '../../natives.ts';
import { type Measurement, measured } from '../../verdict.ts';
import type { Side } from '../compare-models.ts';
import { medianTime, timeModels } from '../latency.ts';
import { loadModel } from '../runtime/load-model.ts';
import { findModel, type ModelPlace } from '../runtime/model-files.ts';
import type { ModelRequest } from '../runtime/runtime.ts';
import { onnxOperators } from './onnx-operators.ts';
import { probeOnnx } from './probe-onnx.ts';
import type { Operators, ServingCost, ServingReport } from './serving-report.ts';
import { tfjsOperators } from './tfjs-operators.ts';
import { runsInTfjsWasm } from './tfjs-wasm.ts';

/** A model that has answered, and what it was loaded by. */
export interface Served {
  readonly side: Side;
  readonly request: ModelRequest;
}

/** What it costs to serve both models. Each is looked at by itself, after the other. */
export async function compareServing(candidate: Served, champion: Served | null): Promise<ServingReport> {
  return { candidate: await servingCost(candidate), champion: champion && (await servingCost(champion)) };
}

async function servingCost({ side, request }: Served): Promise<ServingCost> {
  const { identity } = side.runtime;
  const place = side.runtime.isTimed && identity.format !== 'command' ? findModel(request.path) : null;
  return {
    bytes: identity.bytes,
    operators: place && operatorsIn(place),
    throughput: throughputOf(side),
    singleThread: await singleThread({ side, request }),
    ...(await probed(place, { side, request })),
  };
}

function operatorsIn(place: ModelPlace): Operators | null {
  switch (place.kind) {
    case 'onnx':
      return onnxOperators(readFileSync(place.file));
    case 'tfjs':
      return tfjsOperators(JSON.parse(readFileSync(join(place.folder, 'model.json'), 'utf8')));
    default:
      return null;
  }
}

function throughputOf({ runtime, asked }: Side): Measurement {
  if (!runtime.isTimed) return { kind: 'missing', reason: 'a predictions file has no model to time' };
  if (asked === undefined || asked.rows === 0) return { kind: 'missing', reason: 'it answered for no rows' };
  return measured(asked.rows / (Math.max(asked.milliseconds, 0.001) / 1000));
}

/** The model loaded anew for one thread; null ends where no time was taken. */
async function singleThread({ side, request }: Served): Promise<ServingCost['singleThread']> {
  const missing = (reason: string) => ({ median: { kind: 'missing', reason } as const, low: null, high: null });
  const { format } = side.runtime.identity;
  if (format === 'command') return missing('a command has threads of its own');
  if (!side.runtime.isTimed || side.sample === null) return missing('a predictions file has no model to time');
  if (format !== 'onnx') {
    const timing = await timeModels({ runtime: side.runtime, sample: side.sample }, null);
    return medianTime(timing.candidate);
  }
  const runtime = await loadModel({ ...request, threads: 1 });
  try {
    return medianTime((await timeModels({ runtime, sample: side.sample }, null)).candidate);
  } finally {
    await runtime.dispose();
  }
}

async function probed(
  place: ModelPlace | null,
  { side, request }: Served,
): Promise<Pick<ServingCost, 'peakMemory' | 'wasm'>> {
  const unloaded = { kind: 'missing', reason: 'only a model that is loaded holds memory' } as const;
  if (place === null || place.kind === 'predictions') {
    return { peakMemory: unloaded, wasm: { runs: null, reason: 'only a model file can be tried in WebAssembly' } };
  }
  if (place.kind === 'tfjs') {
    const reason = 'the memory of TensorFlow.js models is not told from that of the library';
    return { peakMemory: { kind: 'missing', reason }, wasm: await runsInTfjsWasm({ side, request }) };
  }
  return { peakMemory: await memoryOf(place.file), wasm: await onnxInWasm(place.file) };
}

async function memoryOf(model: string): Promise<Measurement> {
  const runtime = locateNative('onnxruntime-node');
  if (runtime === null) return { kind: 'missing', reason: 'onnxruntime-node is not installed' };
  const probe = await probeOnnx(model, { runtime, provider: 'cpu' });
  return probe.kind === 'ran' ? measured(probe.bytes) : { kind: 'failed', reason: probe.reason.slice(0, 500) };
}

async function onnxInWasm(model: string): Promise<ServingCost['wasm']> {
  const runtime = locateNative('onnxruntime-web');
  if (runtime === null) {
    return {
      runs: null,
      reason: 'to try it, install onnxruntime-web (150 MB) beside Siskin: npm install onnxruntime-web',
    };
  }
  const probe = await probeOnnx(model, { runtime, provider: 'wasm' });
  if (probe.kind === 'ran') return { runs: true, reason: '' };
  return { runs: probe.kind === 'refused' ? false : null, reason: probe.reason.slice(0, 500) };
}
