import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { digestOf } from '../../digest.ts';
import { AppError } from '../../error.ts';
import { digestOfFile } from '../../file-digest.ts';
import type { ModelIdentity } from '../evaluation-report.ts';

/** What a path holds that can be evaluated. */
export type ModelPlace =
  | { readonly kind: 'onnx' | 'predictions'; readonly file: string }
  | { readonly kind: 'tfjs'; readonly folder: string };

/** The largest model, all its files together. ONNX itself ends at 2 GiB per file. */
export const modelBytesLimit = 4_000_000_000;
const modelFilesLimit = 10_000;

const predictionsEnding = /\.(csv|tsv|jsonl|ndjson|parquet|pq)(\.gz|\.zst)?$/i;

/** Finds the one model that a file or folder holds. Throws `not-found`, `bad-input` or `unsupported`. */
export function findModel(path: string): ModelPlace {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) {
    throw new AppError('not-found', `expected a model at ${path}, found nothing; check the path or train it first`);
  }
  if (!status.isDirectory()) return placeOfFile(path);
  const names = readdirSync(path);
  if (names.includes('model.json')) return { kind: 'tfjs', folder: path };
  const models = names.filter((name) => name.endsWith('.onnx') || predictionsEnding.test(name));
  const [only] = models;
  if (only !== undefined && models.length === 1) return placeOfFile(join(path, only));
  const found = models.length === 0 ? 'none of them' : models.slice(0, 5).join(', ');
  throw new AppError(
    'bad-input',
    `expected one .onnx file, one predictions file or a TensorFlow.js model.json in ${path}, found ${found}; leave exactly one there or name the file`,
  );
}

/** The identity of a model: for one file its own digest, else that of all files' paths and digests in path order. */
export function identityOf(format: ModelIdentity['format'], files: readonly string[]): ModelIdentity {
  const [only] = files;
  if (only === undefined) throw new AppError('bad-input', 'expected a model file, found none; check what writes it');
  let bytes = 0;
  for (const file of files) bytes += statSync(file).size;
  if (bytes > modelBytesLimit) {
    throw new AppError(
      'too-large',
      `expected a model of at most ${modelBytesLimit} bytes, found ${bytes} in ${basename(only)}; make it smaller`,
    );
  }
  if (files.length === 1) return { format, digest: digestOfFile(only), bytes };
  const root = dirname(only);
  const lines = files.map((file) => `${relative(root, file).split(sep).join('/')} ${digestOfFile(file)}`).sort();
  return { format, digest: digestOf(lines.join('\n')), bytes };
}

/**
 * The path of a file that a model names inside its own folder. Refuses absolute paths, `..`, symbolic links that lead
 * outside, and what is not a file: a model is data from somebody else.
 */
export function fileWithin(folder: string, name: string, what: string): string {
  const refused = (found: string) =>
    new AppError(
      'not-permitted',
      `expected ${what} inside the model's folder, found ${found} (${JSON.stringify(name.slice(0, 200))}); export the model with its files beside it`,
    );
  if (name === '' || name.includes('\0')) throw refused('no usable name');
  if (isAbsolute(name) || /^[a-z]:|^[a-z]+:\/\//i.test(name)) throw refused('an absolute path');
  if (name.split(/[\\/]/).includes('..')) throw refused('a path that leaves it');
  const path = join(folder, name);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new AppError(
      'not-found',
      `expected ${what} ${JSON.stringify(name.slice(0, 200))} beside the model, found no such file; upload the whole folder`,
    );
  }
  if (!realpathSync(path).startsWith(realpathSync(folder) + sep)) throw refused('a symbolic link that leaves it');
  return path;
}

/** Every plain file of a folder, in path order. Throws `not-permitted` on symbolic links and `too-large` on too many. */
export function filesOf(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  if (names.length > modelFilesLimit) {
    throw new AppError(
      'too-large',
      `expected at most ${modelFilesLimit} files in a model folder, found ${names.length}; write the model alone there`,
    );
  }
  return names.flatMap((name) => {
    const path = join(folder, name);
    const status = lstatSync(path);
    if (status.isSymbolicLink()) {
      throw new AppError(
        'not-permitted',
        `expected plain files in ${folder}, found the symbolic link ${name}; copy the file`,
      );
    }
    return status.isFile() ? [path] : [];
  });
}

function placeOfFile(path: string): ModelPlace {
  if (basename(path) === 'model.json') return { kind: 'tfjs', folder: dirname(path) };
  if (path.endsWith('.onnx')) return { kind: 'onnx', file: path };
  if (predictionsEnding.test(path)) return { kind: 'predictions', file: path };
  throw new AppError(
    'unsupported',
    `expected a model as .onnx, TensorFlow.js model.json, or predictions as .csv, .jsonl or .parquet, found ${basename(path)}; export it in one of these`,
  );
}
