import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, sep } from 'node:path';
import { AppError } from '../error.ts';
import { filesOf, fileWithin, identityOf } from '../evaluate/runtime/model-files.ts';
import { readOnnxFile } from '../evaluate/runtime/onnx-file.ts';
import { digestOfFile } from '../file-digest.ts';
import type { WaivableFormat } from '../policy/release-policy.ts';
import { unpackZip } from '../zip.ts';
import { formatProblems } from './model-format.ts';
import type { ReleaseRequest } from './release-request.ts';
import { indexOf, type StoredFile } from './stores/artifact-store.ts';

/** A candidate on this disk: its files by content, and where each of them lies. */
export interface CandidateFiles {
  /** The files of the model itself, in order. */
  readonly files: readonly (StoredFile & { readonly bytes: number })[];
  /** Those, and their index where they are several: what is stored. */
  readonly stored: readonly StoredFile[];
  readonly pathOf: (file: StoredFile) => string;
}

/** The most of a candidate, unpacked: what the workflow itself allows, and the report beside it. */
export const candidateLimits = { entries: 10_001, totalBytes: 4 * 2 ** 30 + 10_000_000 };

/** A temporary folder that goes when it is disposed of. */
export function temporaryFolder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'siskin-release-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/**
 * Unpacks the archive that a training left, which is not to be trusted, and finds the model in it that was judged. Throws
 * `conflict` when the bytes are others.
 */
export async function unpackedCandidate(
  zip: string,
  { folder, request }: { readonly folder: string; readonly request: ReleaseRequest },
): Promise<CandidateFiles> {
  await unpackZip(zip, { folder, limits: candidateLimits });
  const model = join(folder, 'model');
  if (!existsSync(model)) {
    throw new AppError(
      'bad-input',
      `expected a folder \`model\` in the artifact of \`${request.model}\`, found none; train it again`,
    );
  }
  return candidateIn(model, request);
}

/** The files of a judged model below a folder. Throws `conflict` when their digest is not the one that was judged. */
export function candidateIn(folder: string, request: ReleaseRequest): CandidateFiles {
  const paths = modelFiles(folder, request);
  const { digest } = identityOf('onnx', paths);
  if (digest !== request.digest) {
    throw new AppError(
      'conflict',
      `expected the bytes of \`${request.model}\` that were judged (${request.digest}), found ${digest}; have it judged again with \`/evaluate -m ${request.model}\``,
    );
  }
  const root = dirname(paths[0] ?? folder);
  const files = paths.map((path) => ({
    path: relative(root, path).split(sep).join('/'),
    digest: digestOfFile(path),
    bytes: lstatSync(path).size,
  }));
  const places = new Map<string, string>(files.map(({ digest }, at) => [digest, paths[at] ?? '']));
  if (files.length === 1) return { files, stored: files, pathOf: (file) => places.get(file.digest) ?? '' };
  const text = indexOf(files);
  const index = { path: 'index', digest, bytes: Buffer.byteLength(text) };
  const path = join(dirname(folder), 'index');
  writeFileSync(path, text);
  places.set(digest, path);
  return { files, stored: [...files, index], pathOf: (file) => places.get(file.digest) ?? '' };
}

/** Throws `not-permitted`, with a sentence for each file that can run code when it is loaded, unless its format is waived. */
export function refuseCode({ files, pathOf }: CandidateFiles, waivers: readonly WaivableFormat[]): void {
  const found = formatProblems(
    files.map((file) => ({ path: file.path, place: pathOf(file) })),
    waivers,
  );
  if (found.length === 0) return;
  const more = found.length > mostSaid ? `; and ${found.length - mostSaid} more` : '';
  throw new AppError('not-permitted', `${found.slice(0, mostSaid).join('; ')}${more}`);
}

/** So many files are named; of a model of thousands the rest is counted. */
const mostSaid = 5;

/** The files that the evaluation counted to the model, in its order. */
function modelFiles(folder: string, { format, model }: ReleaseRequest): readonly string[] {
  const all = filesOf(folder);
  const [only] = all;
  if (only === undefined) {
    throw new AppError('bad-input', `expected files of \`${model}\`, found none; train it again`);
  }
  if (all.length === 1 || format !== 'onnx') return all;
  const named = all.filter((path) => path.endsWith('.onnx'));
  const [file] = named;
  if (file === undefined || named.length !== 1) {
    throw new AppError(
      'bad-input',
      `expected one .onnx file in the artifact of \`${model}\`, found ${named.length}; leave exactly one there`,
    );
  }
  const { externalFiles } = readOnnxFile(readFileSync(file), basename(file));
  return [file, ...externalFiles.map((location) => fileWithin(dirname(file), location, 'external data'))];
}
