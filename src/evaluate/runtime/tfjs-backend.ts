import { AppError } from '../../error.ts';
import { importNative, type Natives } from '../../natives.ts';

/** The core package as it is imported at run time. */
export type TfjsCore = Natives['@tensorflow/tfjs-core'];

let opened: Promise<TfjsCore> | null = null;

/**
 * TensorFlow.js with the fastest backend that loads here: native where somebody installed @tensorflow/tfjs-node, else
 * WebAssembly, else plain JavaScript. It is chosen once in a process.
 */
export function openBackend(): Promise<TfjsCore> {
  opened ??= open();
  return opened;
}

/** Changes to plain JavaScript, which has every operation; weights move by themselves. False when it does not load. */
export function useCpu(core: TfjsCore): Promise<boolean> {
  return isReady(core, 'cpu');
}

async function open(): Promise<TfjsCore> {
  const core = await importNative('@tensorflow/tfjs-core');
  core.env().set('PROD', true);
  for (const backend of ['tensorflow', 'wasm', 'cpu'] as const) {
    if (await isReady(core, backend)) return core;
  }
  throw new AppError(
    'unavailable',
    'expected a TensorFlow.js backend, found none that loads; install the packages again',
  );
}

async function isReady(core: TfjsCore, backend: 'tensorflow' | 'wasm' | 'cpu'): Promise<boolean> {
  try {
    if (backend === 'tensorflow') await importNative('@tensorflow/tfjs-node');
    if (backend === 'cpu') await importNative('@tensorflow/tfjs-backend-cpu');
    if (backend === 'wasm') {
      await importNative('@tensorflow/tfjs-backend-wasm');
      // Its threads would keep the process alive after the last answer.
      core.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    }
    return await core.setBackend(backend);
  } catch {
    return false;
  }
}
