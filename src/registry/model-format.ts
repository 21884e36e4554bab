import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { AppError } from '../error.ts';
import { type OnnxFile, readOnnxFile } from '../evaluate/runtime/onnx-file.ts';
import type { WaivableFormat } from '../policy/release-policy.ts';

/**
 * What a file of a model is, by its content and never by its name alone, and whether loading it can run code. `unknown` is
 * what nobody looked into: it counts as code.
 */
export type FileFormat =
  | {
      readonly name: 'onnx' | 'tfjs' | 'safetensors' | 'gguf' | 'tflite' | 'weights' | 'npy' | 'table' | 'text';
      readonly runs: 'nothing';
    }
  /** Python's pickle and what is made of it: loading one calls whatever it names. */
  | { readonly name: WaivableFormat; readonly runs: 'code' };

/** What is read of a file at most, unless its format needs all of it. */
const headBytes = 65_536;
/** The longest header of a safetensors file, by the format's own limit: https://github.com/huggingface/safetensors#format. */
const longestHeader = 100_000_000;

/** A file of a model: its path inside of the model, and where it lies on this disk. */
export interface ModelFile {
  readonly path: string;
  readonly place: string;
}

/**
 * Why files may not be released, a sentence each; none when they may. What can run code when somebody loads it, or was not understood, needs a
 * waiver by its name.
 */
export function formatProblems(files: readonly ModelFile[], waivers: readonly WaivableFormat[]): readonly string[] {
  const weights = new Set(files.flatMap((file) => namedWeights(file)));
  return files.flatMap(({ path, place }) => {
    const format: FileFormat = weights.has(path) ? { name: 'weights', runs: 'nothing' } : formatOfFile(place);
    if (format.runs === 'nothing' || waivers.includes(format.name)) return [];
    const found =
      format.name === 'unknown' ? 'a format that is not known' : `${format.name}, which can run code when it is loaded`;
    return [
      `expected \`${path}\` to be data (ONNX, TensorFlow.js, safetensors, GGUF, TensorFlow Lite, tables or texts), found ${found}; export the model to one of these, or name \`${format.name}\` under \`release.waivers\` with a reason`,
    ];
  });
}

/** The format of one file on this disk. */
export function formatOfFile(path: string): FileFormat {
  const size = statSync(path).size;
  const head = headOf(path);
  const text = head.toString('latin1');
  if (text.startsWith('GGUF') && size >= 24 && [2, 3].includes(head.readUInt32LE(4)))
    return { name: 'gguf', runs: 'nothing' };
  if (text.slice(4, 8) === 'TFL3') return { name: 'tflite', runs: 'nothing' };
  if (text.startsWith('PAR1')) return { name: 'table', runs: 'nothing' };
  if (text.startsWith('\x89HDF\r\n')) return { name: 'keras', runs: 'code' };
  if (text.startsWith('PK\x03\x04') || text.startsWith('\x1f\x8b')) return { name: 'archive', runs: 'code' };
  if (text.startsWith('\x93NUMPY')) return npy(text);
  if (isSafetensors(head, size)) return { name: 'safetensors', runs: 'nothing' };
  if (isPickle(path, { head, size })) return { name: 'pickle', runs: 'code' };
  if (isText(head)) return { name: weightsManifest(path) === null ? 'text' : 'tfjs', runs: 'nothing' };
  return onnxFile(path) === null ? { name: 'unknown', runs: 'code' } : { name: 'onnx', runs: 'nothing' };
}

/** The files that a model names as its weights, by their paths inside of the model. */
function namedWeights({ path, place }: ModelFile): readonly string[] {
  const names = path.endsWith('.onnx') ? (onnxFile(place)?.externalFiles ?? []) : (weightsManifest(place) ?? []);
  return names.map((name) => posix.join(posix.dirname(path), name));
}

/** The names of the weight files that a TensorFlow.js model.json lists; null when the file is none. */
function weightsManifest(path: string): readonly string[] | null {
  if (statSync(path).size > 2 ** 28 || !path.endsWith('.json')) return null;
  try {
    const model: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const groups: unknown = Reflect.get(Object(model), 'weightsManifest');
    if (!Array.isArray(groups) || Reflect.get(Object(model), 'modelTopology') === undefined) return null;
    return groups.flatMap((group: unknown) => {
      const paths: unknown = Reflect.get(Object(group), 'paths');
      return Array.isArray(paths) ? paths.filter((one) => typeof one === 'string') : [];
    });
  } catch {
    return null;
  }
}

function headOf(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(headBytes);
    return bytes.subarray(0, readSync(file, bytes, 0, headBytes, 0));
  } finally {
    closeSync(file);
  }
}

/** Arrays of Python objects are pickled inside: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html. */
function npy(text: string): FileFormat {
  const descr = /'descr': *'([^']*)'/.exec(text.slice(0, 1000))?.[1];
  const isPlain = descr !== undefined && /^[<>|=]?[biufc?]\d*$/.test(descr);
  return isPlain ? { name: 'npy', runs: 'nothing' } : { name: 'pickle', runs: 'code' };
}

/** A length, and so many bytes of JSON that describe the tensors behind them. */
function isSafetensors(head: Buffer, size: number): boolean {
  if (head.length < 10) return false;
  const length = Number(head.readBigUInt64LE(0));
  return length >= 2 && length <= longestHeader && length + 8 <= size && head[8] === 0x7b;
}

/** Protocols 2 to 5 begin with their number; 0 and 1 are text that names what it calls by GLOBAL or INST. */
function isPickle(path: string, { head, size }: { readonly head: Buffer; readonly size: number }): boolean {
  const protocol = head[1] ?? 0;
  if (head[0] === 0x80 && protocol >= 2 && protocol <= 5) return true;
  if (/\.(pkl|pickle|joblib|pt|pth|ckpt|dill)$/i.test(path)) return true;
  return size <= headBytes && /(?:^|[\n(])[ci][\w.]+\n[\w.]+\n[\s\S]*\.$/.test(head.toString('latin1'));
}

function isText(head: Buffer): boolean {
  if (head.includes(0)) return false;
  // The end of what was read may cut a character in two.
  const text = head.subarray(0, Math.max(0, head.length - 3)).toString('utf8');
  return !text.includes('\ufffd');
}

function onnxFile(path: string): OnnxFile | null {
  if (statSync(path).size >= 2 ** 31) return null;
  try {
    return readOnnxFile(readFileSync(path), path);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
