import { messageOf } from '../../error.ts';
import { loadModel } from '../runtime/load-model.ts';
import { openBackend } from '../runtime/tfjs-backend.ts';
import type { Served } from './serving-cost.ts';
import type { ServingCost } from './serving-report.ts';

/**
 * Whether a TensorFlow.js model answers on the WebAssembly backend: it is loaded anew there and asked for the sample. Where
 * an operator is missing, the runtime changes to plain JavaScript by itself, which is seen afterwards.
 */
export async function runsInTfjsWasm({ side, request }: Served): Promise<ServingCost['wasm']> {
  if (side.sample === null) return { runs: null, reason: 'there is no row to ask it for' };
  const core = await openBackend();
  const before = core.getBackend();
  if (before !== 'wasm' && !(await tried(() => core.setBackend('wasm')))) {
    return { runs: null, reason: 'the WebAssembly backend of TensorFlow.js does not load here' };
  }
  try {
    const runtime = await loadModel(request);
    try {
      await runtime.predict(side.sample);
    } finally {
      await runtime.dispose();
    }
    const found = core.getBackend();
    if (found === 'wasm') return { runs: true, reason: '' };
    return { runs: false, reason: 'it has an operator that WebAssembly lacks, so it ran in plain JavaScript' };
  } catch (error) {
    return { runs: false, reason: messageOf(error).slice(0, 500) };
  } finally {
    await core.setBackend(before);
  }
}

async function tried(work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch {
    return false;
  }
}
