import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { type Dataset, openDataset } from '../src/data/dataset.ts';
import type { ReadingOptions } from '../src/data/open-table.ts';
import { AppError } from '../src/error.ts';

/** Opens files and globs that a person typed: wherever they lie, through whatever links. */
export async function openFiles(options: {
  readonly folder: string;
  readonly paths: readonly string[];
  readonly csvTypes?: 'detect' | 'text';
  readonly reading?: Pick<ReadingOptions, 'csv' | 'embeddings'>;
}): Promise<Dataset> {
  return openDataset({ ...dataPlace(options), ...options.reading, csvTypes: options.csvTypes ?? 'detect' });
}

/** What a person typed as a folder that holds all of it, above any `name=value` folders, and paths from there. */
export function dataPlace(options: { readonly folder: string; readonly paths: readonly string[] }): {
  readonly root: string;
  readonly paths: readonly string[];
} {
  const paths = options.paths.map((path) => realPath(resolve(options.folder, path)));
  let root = commonFolder(paths.map(fixedFolder));
  while (basename(root).includes('=')) root = dirname(root);
  return { root, paths: paths.map((path) => relative(root, path)) };
}

/** The text of a file that a person typed. Throws `not-found`. */
export function readText(options: { readonly folder: string; readonly path: string; readonly what: string }): string {
  try {
    return readFileSync(resolve(options.folder, options.path), 'utf8');
  } catch (cause) {
    throw new AppError(
      'not-found',
      `expected ${options.what} at ${options.path}, found nothing to read; check the path`,
      {
        cause,
      },
    );
  }
}

/** A path with its links followed as far as it exists: a glob exists up to its first wild card. */
function realPath(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const parent = dirname(path);
  return parent === path ? path : join(realPath(parent), path.slice(parent.length));
}

/** The folder of a path before any wild card. */
function fixedFolder(path: string): string {
  let folder = dirname(path);
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
}

function commonFolder(folders: readonly string[]): string {
  const [first = sep, ...others] = folders;
  const isWithin = (folder: string, path: string) =>
    path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
  let common = first;
  while (!others.every((folder) => isWithin(common, folder))) common = dirname(common);
  return common;
}
