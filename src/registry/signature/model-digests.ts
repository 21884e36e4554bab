import { lstatSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { AppError } from '../../error.ts';
import { digestOfFile } from '../../file-digest.ts';
import type { SignedFile } from './oms-statement.ts';

/** What belongs to git or GitHub and is never part of a model, as model-signing leaves it out. */
const ignored: readonly string[] = ['.git', '.gitattributes', '.github', '.gitignore'];

/** The files of a model on this disk as a signature names them: `.` for one file, else paths in its folder. Throws `bad-input`. */
export function modelDigests(
  path: string,
  options: { readonly except?: readonly string[] } = {},
): readonly SignedFile[] {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isFile()) return [{ path: '.', sha256: sha256Of(path) }];
  if (!stat?.isDirectory()) {
    throw new AppError('bad-input', `expected a model file or folder, found none at ${path}; correct the path`);
  }
  const except = new Set(options.except ?? []);
  const files = filesBelow(path).filter((file) => !except.has(file));
  if (files.length === 0) throw new AppError('bad-input', `expected files in ${path}, found none; name the model`);
  return files.map((file) => ({ path: relative(path, file).split(sep).join('/'), sha256: sha256Of(file) }));
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (ignored.includes(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    if (entry.isFile()) return [path];
    throw new AppError(
      'bad-input',
      `expected files and folders only, found another thing at ${path}; replace links by files`,
    );
  });
}

function sha256Of(path: string): string {
  return digestOfFile(path).slice('sha256:'.length);
}
