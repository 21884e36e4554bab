import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { AppError } from '../src/error.ts';
import type { CommandOptions } from './command.ts';

/** The options that compare a model with a quantised copy of itself. */
export const quantiseOptions: CommandOptions = {
  quantise: {
    type: 'boolean',
    help: 'judge a copy whose weights are 8-bit integers against the model itself (needs Python with onnxruntime and onnx)',
  },
  python: { type: 'string', value: 'PATH', help: 'the Python that has them (default: python3)' },
};

/** A quantised copy of a model, in a folder that goes when it is disposed of. */
export interface QuantisedModel extends Disposable {
  readonly path: string;
}

const secondsLimit = 600;

/**
 * Quantises the weights of an ONNX model to 8-bit integers, activations on the fly, with onnxruntime's own tool. Throws
 * `unavailable` where Python or its packages are not there, and `bad-input` for a model that it cannot quantise.
 */
export async function quantisedModel(model: string, python: string): Promise<QuantisedModel> {
  if (!model.endsWith('.onnx')) {
    throw new AppError(
      'bad-input',
      `expected an .onnx file to quantise, found ${basename(model)}; export the model as ONNX first`,
    );
  }
  if (!existsSync(model)) {
    throw new AppError('not-found', `expected a model at ${model}, found nothing; check the path or train it first`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'siskin-quantise-'));
  const path = join(folder, basename(model));
  try {
    const said = await run(python, ['-c', script, model, path]);
    if (said.word === 'done' && existsSync(path)) {
      return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
    }
    throw refusal(said, { python, model });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

interface Said {
  readonly word: 'done' | 'no-python' | 'no-package' | 'refused';
  readonly text: string;
}

const script = `
import sys
try:
    from onnxruntime.quantization import QuantType, quantize_dynamic
except ImportError as error:
    print("no-package", error)
    sys.exit(0)
try:
    quantize_dynamic(sys.argv[1], sys.argv[2], weight_type=QuantType.QInt8)
    print("done")
except Exception as error:
    print("refused", " ".join(str(error).split())[:300])
`;

function run(python: string, args: readonly string[]): Promise<Said> {
  return new Promise((resolve) => {
    execFile(python, [...args], { timeout: secondsLimit * 1000, maxBuffer: 10_000_000 }, (error, stdout) => {
      const line = stdout.trimEnd().split('\n').at(-1) ?? '';
      const word = (['done', 'no-package', 'refused'] as const).find((one) => line.split(' ')[0] === one);
      if (word !== undefined) resolve({ word, text: line.slice(word.length + 1) });
      else if (error !== null && 'code' in error && error.code === 'ENOENT') resolve({ word: 'no-python', text: '' });
      else
        resolve({ word: 'refused', text: `Python ended without an answer: ${(error?.message ?? line).slice(-200)}` });
    });
  });
}

function refusal(
  { word, text }: Said,
  { python, model }: { readonly python: string; readonly model: string },
): AppError {
  if (word === 'no-python') {
    return new AppError(
      'unavailable',
      `expected Python to quantise with, found no ${python}; install it with onnxruntime and onnx, or name it with --python`,
    );
  }
  if (word === 'no-package') {
    return new AppError(
      'unavailable',
      `expected ${python} to have onnxruntime and onnx, found: ${text}; run \`${python} -m pip install onnxruntime onnx\`, or name another with --python`,
    );
  }
  return new AppError(
    'bad-input',
    `expected a model that onnxruntime can quantise, found in ${basename(model)}: ${text || 'no file was written'}; quantise it where it was made`,
  );
}
