import {
  closeSync,
  existsSync,
  globSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { AppError } from '../error.ts';
import type { CsvDialect } from './csv-dialect.ts';

/** The formats of data files; compression is part of the file's ending. */
export type DataFormat = 'csv' | 'json' | 'parquet' | 'arrow';

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
  [/\.(arrow|arrows|feather|ipc)$/i, 'arrow'],
];

const endings = '.csv, .tsv, .jsonl, .ndjson, .json (also .gz, .zst), .parquet, .arrow or .feather';

/**
 * The data files that paths, globs and folders name, in path order, each once. They may not leave `root`: absolute paths, `..` and
 * symbolic links are refused. Throws `not-found`, `bad-input`, `not-permitted` or `unsupported` with what to do.
 */
export function sourceFiles(options: {
  readonly root: string;
  readonly paths: readonly string[];
  readonly csv?: CsvDialect | undefined;
}): readonly SourceFile[] {
  const root = realRoot(options.root);
  const found = new Set(options.paths.flatMap((path) => matches(root, path)));
  if (found.size === 0) {
    throw new AppError('bad-input', 'expected at least one data file, found an empty list; name a file or a glob');
  }
  const files = [...found].sort().map((path) => sourceFile({ root, path, isWide: options.csv?.encoding === 'utf-16' }));
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
  const named = join(root, path);
  if (existsSync(named)) {
    const inside = relative(root, resolve(root, path));
    return lstatSync(named).isDirectory() ? filesIn(root, inside) : [inside];
  }
  const found = globSync(path, { cwd: root }).filter((match) => statSync(join(root, match)).isFile());
  if (found.length > 0) return found;
  throw new AppError('not-found', missing(root, path));
}

/** The data files of a folder and those inside it. What begins with `_` or `.` is a writer's own business, e.g. `_SUCCESS`. */
function filesIn(root: string, folder: string): readonly string[] {
  const shown = folder === '' ? 'the folder' : folder.split(sep).join('/');
  if (existsSync(join(root, folder, '_delta_log'))) {
    throw new AppError(
      'unsupported',
      `expected a folder of data files, found the Delta table ${shown}, whose log says which of its files count; write a snapshot of it as Parquet`,
    );
  }
  const found = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter(
      (path) =>
        !relative(folder, path)
          .split(sep)
          .some((part) => /^[._]/.test(part)),
    )
    .filter((path) => formatsByEnding.some(([ending]) => ending.test(path)));
  if (found.length > 0) return found;
  throw new AppError('not-found', `expected data files in ${shown}, found none that end in ${endings}; check the path`);
}

function missing(root: string, path: string): string {
  if (existsSync(join(root, `${path}.dvc`))) {
    return `expected the data of ${path}, found only its DVC pointer ${path}.dvc; run \`dvc pull ${path}\``;
  }
  const what = /[*?[{]/.test(path) ? 'files that match' : 'a file at';
  return `expected ${what} ${path}, found nothing; check the spelling and the folder it is relative to`;
}

function sourceFile(options: { readonly root: string; readonly path: string; readonly isWide: boolean }): SourceFile {
  const { root, path, isWide } = options;
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
    throw new AppError(
      'bad-input',
      `expected a file, found that ${shown} is something else; copy its content to a file`,
    );
  }
  if (status.size === 0) {
    throw new AppError('bad-input', `expected data, found that ${shown} is empty (0 bytes); check what writes it`);
  }
  const start = firstBytes(absolutePath);
  refusePointer(start, shown);
  const format = formatsByEnding.find(([ending]) => ending.test(shown))?.[1];
  if (format === undefined) {
    throw new AppError('unsupported', `expected a file ending in ${endings}, found ${shown}; rename or convert it`);
  }
  refuseOtherContent({ start, shown, format, isWide });
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
  readonly isWide: boolean;
}): void {
  const { start, shown, format, isWide } = options;
  const magic = start.subarray(0, 4).toString('latin1');
  const refuse = (expected: string) =>
    new AppError('bad-input', `expected ${expected}, found other content in ${shown}; check what writes the file`);
  if (format === 'parquet') {
    if (magic !== 'PAR1') throw refuse('a Parquet file (it begins with PAR1)');
    return;
  }
  if (format === 'arrow') {
    refuseFeather1(magic, shown);
    // A stream has no name of its own: it begins with the length of its schema, after a mark that old ones lack.
    if (magic !== 'ARRO' && magic !== '\xff\xff\xff\xff')
      throw refuse('an Arrow file (it begins with ARROW1) or stream');
    return;
  }
  if (/\.gz$/i.test(shown)) {
    if (!magic.startsWith('\x1f\x8b')) throw refuse('a gzip file');
  } else if (/\.zst$/i.test(shown)) {
    if (magic !== '\x28\xb5\x2f\xfd') throw refuse('a zstd file');
  } else if (start.includes(0) && !isWide) {
    throw refuse(`text in UTF-8 (${format === 'csv' ? 'CSV' : 'JSON lines'}) without NUL bytes`);
  }
}

function refuseFeather1(magic: string, shown: string): void {
  if (magic !== 'FEA1') return;
  throw new AppError(
    'unsupported',
    `expected an Arrow file, found that ${shown} is of Feather's first version; write it again with Feather 2 (the default since 2020)`,
  );
}
