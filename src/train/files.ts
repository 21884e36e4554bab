import { lstatSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { AppError } from '../error.ts';
import { digestOfFile } from '../file-digest.ts';

/** The files of an output, by path relative to the output (a single file: its own name), in path order. */
export interface ListedFiles {
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly digest: string }[];
}

const filesLimit = 10_000;

/**
 * Lists and digests what a training wrote at `output`, relative to `root`. Nothing there is an empty list. Symbolic links
 * and special files are refused: followed, they would carry files of the machine into an artifact.
 */
export function listFiles(root: string, output: string): ListedFiles {
  const start = join(root, output);
  const outside = relative(root, start);
  if (outside === '' || outside.startsWith('..')) {
    throw new AppError(
      'bad-config',
      `expected train.output inside the repository, found \`${output}\`; name a file or folder below its root`,
    );
  }
  const files: { path: string; bytes: number; digest: string }[] = [];
  const visit = (path: string, name: string): void => {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (stat.isDirectory()) {
      for (const child of readdirSync(path).sort()) visit(join(path, child), name === '' ? child : `${name}/${child}`);
      return;
    }
    if (!stat.isFile()) {
      throw new AppError(
        'bad-input',
        `expected plain files in \`${output}\`, found \`${relative(root, path).split(sep).join('/')}\`, a link or special file; write a copy of the file instead`,
      );
    }
    if (files.length >= filesLimit) {
      throw new AppError(
        'too-large',
        `expected at most ${filesLimit} files in \`${output}\`, found more; write only the model there`,
      );
    }
    files.push({
      path: name === '' ? (path.split(sep).at(-1) ?? output) : name,
      bytes: stat.size,
      digest: digestOfFile(path),
    });
  };
  visit(start, '');
  return { files };
}
