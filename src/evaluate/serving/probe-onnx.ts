import { execFile } from 'node:child_process';

const secondsLimit = 60;

/** What a process of its own saw when it loaded an ONNX model on one thread and answered 64 rows of zeros. */
export type Probe =
  | { readonly kind: 'ran'; readonly bytes: number }
  | { readonly kind: 'refused'; readonly reason: string }
  /** The process itself did not come so far as to try. */
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * Tries a model in a process of its own, on the processor or in WebAssembly. `bytes` is its peak resident set after the
 * answer less that before loading. `runtime` is the file of onnxruntime-node or onnxruntime-web. The process is given no
 * environment.
 */
export function probeOnnx(
  model: string,
  { runtime, provider }: { readonly runtime: string; readonly provider: 'cpu' | 'wasm' },
): Promise<Probe> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--input-type=module', '--eval', script, runtime, model, provider],
      { timeout: secondsLimit * 1000, env: {}, maxBuffer: 1_000_000 },
      (error, stdout) => resolve(probeOf(stdout, error?.killed === true)),
    );
  });
}

function probeOf(stdout: string, isLate: boolean): Probe {
  const line = stdout.split('\n').find((one) => one.startsWith('siskin-probe '));
  if (line === undefined) {
    const reason = isLate ? `it had not answered after ${secondsLimit} s` : 'a process to try it in did not run';
    return { kind: 'unknown', reason };
  }
  const [, word, ...rest] = line.split(' ');
  const said = rest.join(' ').slice(0, 300);
  if (word === 'ran') return { kind: 'ran', bytes: Math.max(0, Number(said)) * 1024 };
  return word === 'refused' ? { kind: 'refused', reason: said } : { kind: 'unknown', reason: said };
}

/** Runs in the child. Nothing of ours can be imported there: it may be started from a bundle. */
const script = `
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
const [runtime, model, provider] = process.argv.slice(1);
const say = (word, text) => process.stdout.write('siskin-probe ' + word + ' ' + String(text).replace(/\\s+/g, ' ') + '\\n');
let ort;
try {
  const module = await import(pathToFileURL(runtime).href);
  ort = module.InferenceSession === undefined ? module.default : module;
  if (provider === 'wasm') ort.env.wasm.numThreads = 1;
} catch (error) {
  say('unknown', error.message);
  process.exit();
}
try {
  const before = process.resourceUsage().maxRSS;
  const settings = { executionProviders: [provider], logSeverityLevel: 4, intraOpNumThreads: 1, interOpNumThreads: 1 };
  const source = provider === 'wasm' ? new Uint8Array(readFileSync(model)) : model;
  const session = await ort.InferenceSession.create(source, settings);
  const arrays = { float32: Float32Array, float64: Float64Array, int64: BigInt64Array, int32: Int32Array, int16: Int16Array,
    int8: Int8Array, uint8: Uint8Array, bool: Uint8Array, float16: Uint16Array };
  const feeds = {};
  for (const { name, type, shape } of session.inputMetadata) {
    const dims = shape.map((size, at) => (typeof size === 'number' && size > 0 && size < 2 ** 31 ? size : at === 0 ? 64 : 1));
    const length = dims.reduce((product, size) => product * size, 1);
    const data = type === 'string' ? new Array(length).fill('') : new arrays[type](length);
    feeds[name] = new ort.Tensor(type, data, dims);
  }
  const tensors = session.outputMetadata.filter((one) => one.isTensor !== false).map(({ name }) => name);
  await session.run(feeds, tensors);
  say('ran', process.resourceUsage().maxRSS - before);
} catch (error) {
  say('refused', error.message);
}
`;
