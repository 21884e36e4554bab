import { closeSync, existsSync, globSync, lstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { AppError } from '../error.ts';

/** The formats of data files; compression is part of the file's ending. */
export type DataFormat = 'csv' | 'json' | 'parquet';

/** One data file: readable, inside its root, and of a format that its first bytes confirm. */
export interface SourceFile {
  /** Relative to the root, with `/`. What messages show. */
  readonly path: string;
  readonly absolutePath: string;
  readonly format: DataFormat;
  readonly bytes: number;
}

const formatsByEnding: readonly (readonly [RegExp, DataFormat])[] = [
  [/\.(csv|tsv)(\.gz|\.zst)?$/i, 'csv'],
  [/\.(jsonl|ndjson|json)(\.gz|\.zst)?$/i, 'json'],
  [/\.(parquet|pq)$/i, 'parquet'],
];

/**
 * The data files that paths and globs name, in path order, each once. They may not leave `root`: absolute paths, `..` and
 * symbolic links are refused. Throws `not-found`, `bad-input`, `not-permitted` or `unsupported` with what to do.
 */
export function sourceFiles(options: {
  readonly root: string;
  readonly paths: readonly string[];
}): readonly SourceFile[] {
  const root = realRoot(options.root);
  const found = new Set(options.paths.flatMap((path) => matches(root, path)));
  if (found.size === 0) {
    throw new AppError('bad-input', 'expected at least one data file, found an empty list; name a file or a glob');
  }
  const files = [...found].sort().map((path) => sourceFile(root, path));
  const formats = new Set(files.map((file) => file.format));
  if (formats.size > 1) {
    const [first, other] = [files[0], files.find((file) => file.format !== files[0]?.format)];
    throw new AppError(
      'bad-input',
      `expected files of one format, found ${first?.path} (${first?.format}) and ${other?.path} (${other?.format}); convert them or name fewer files`,
    );
  }
  return files;
}

function realRoot(root: string): string {
  try {
    return realpathSync(root);
  } catch (cause) {
    throw new AppError('not-found', `expected a folder at ${root}, found nothing; check the path`, { cause });
  }
}

function matches(root: string, path: string): readonly string[] {
  if (isAbsolute(path) || path.split(/[\\/]/).includes('..')) {
    throw new AppError(
      'not-permitted',
      `expected a data path inside the folder it is relative to, found ${path}; write it without .. and without a leading /`,
    );
  }
  if (path.includes('\0'))
    throw new AppError('bad-input', 'expected a file path, found a NUL character in it; correct it');
  if (existsSync(join(root, path))) return [relative(root, resolve(root, path))];
  const found = globSync(path, { cwd: root }).filter((match) => statSync(join(root, match)).isFile());
  if (found.length > 0) return found;
  throw new AppError('not-found', missing(root, path));
}

function missing(root: string, path: string): string {
  if (existsSync(join(root, `${path}.dvc`))) {
    return `expected the data of ${path}, found only its DVC pointer ${path}.dvc; run \`dvc pull ${path}\``;
  }
  const what = /[*?[{]/.test(path) ? 'files that match' : 'a file at';
  return `expected ${what} ${path}, found nothing; check the spelling and the folder it is relative to`;
}

function sourceFile(root: string, path: string): SourceFile {
  const absolutePath = join(root, path);
  const shown = path.split(sep).join('/');
  if (realpathSync(absolutePath) !== absolutePath) {
    throw new AppError(
      'not-permitted',
      `expected a plain file, found that ${shown} passes through a symbolic link; name the file itself`,
    );
  }
  const status = lstatSync(absolutePath);
  if (!status.isFile()) {
    const hint = status.isDirectory() ? `name its files, e.g. \`${shown}/*.parquet\`` : 'copy its content to a file';
    throw new AppError('bad-input', `expected a file, found that ${shown} is something else; ${hint}`);
  }
  if (status.size === 0) {
    throw new AppError('bad-input', `expected data, found that ${shown} is empty (0 bytes); check what writes it`);
  }
  const start = firstBytes(absolutePath);
  refusePointer(start, shown);
  const format = formatsByEnding.find(([ending]) => ending.test(shown))?.[1];
  if (format === undefined) {
    throw new AppError(
      'unsupported',
      `expected a file ending in .csv, .tsv, .jsonl, .ndjson, .json (also .gz, .zst) or .parquet, found ${shown}; rename or convert it`,
    );
  }
  refuseOtherContent({ start, shown, format });
  return { path: shown, absolutePath, format, bytes: status.size };
}

function firstBytes(path: string): Buffer {
  const buffer = Buffer.alloc(65_536);
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (cause) {
    throw new AppError('not-permitted', `expected to read ${path}, found no permission; allow it`, { cause });
  }
  try {
    return buffer.subarray(0, readSync(file, buffer));
  } finally {
    closeSync(file);
  }
}

function refusePointer(start: Buffer, shown: string): void {
  const text = start.subarray(0, 300).toString('latin1');
  if (text.startsWith('version https://git-lfs.github.com/spec/')) {
    throw new AppError(
      'bad-input',
      `expected the data of ${shown}, found only its Git LFS pointer; run \`git lfs pull --include ${shown}\``,
    );
  }
  if (shown.endsWith('.dvc')) {
    const data = shown.slice(0, -'.dvc'.length);
    throw new AppError('bad-input', `expected data, found the DVC pointer ${shown}; run \`dvc pull\` and name ${data}`);
  }
}

function refuseOtherContent(options: {
  readonly start: Buffer;
  readonly shown: string;
  readonly format: DataFormat;
}): void {
  const { start, shown, format } = options;
  const magic = start.subarray(0, 4).toString('latin1');
  const refuse = (expected: string) =>
    new AppError('bad-input', `expected ${expected}, found other content in ${shown}; check what writes the file`);
  if (format === 'parquet') {
    if (magic !== 'PAR1') throw refuse('a Parquet file (it begins with PAR1)');
    return;
  }
  if (/\.gz$/i.test(shown)) {
    if (!magic.startsWith('\x1f\x8b')) throw refuse('a gzip file');
  } else if (/\.zst$/i.test(shown)) {
    if (magic !== '\x28\xb5\x2f\xfd') throw refuse('a zstd file');
  } else if (start.includes(0)) {
    throw refuse(`text in UTF-8 (${format === 'csv' ? 'CSV' : 'JSON lines'}) without NUL bytes`);
  }
}
