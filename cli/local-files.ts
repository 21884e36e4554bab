import { execFile } from 'node:child_process';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../src/error.ts';
import type { ListedFile } from '../src/onboard/inspect.ts';

const mostFiles = 100_000;

/** The files of a folder that belong to its repository: what git tracks or would add, or without git all of them. */
export async function listFiles(folder: string): Promise<readonly ListedFile[]> {
  const paths = (await gitFiles(folder)) ?? (await walk(folder));
  const files: ListedFile[] = [];
  for (const path of paths.slice(0, mostFiles)) {
    const bytes = await stat(join(folder, path)).then(
      (found) => (found.isFile() ? found.size : null),
      // Listed by git but deleted, or a link that leads nowhere.
      () => null,
    );
    if (bytes !== null) files.push({ path, bytes });
  }
  return files;
}

/** The beginning of a file as text. */
export async function readBeginning(path: string, bytes: number): Promise<string> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
  return buffer.toString('utf8', 0, bytesRead);
}

async function gitFiles(folder: string): Promise<readonly string[] | null> {
  try {
    const { stdout } = await promisify(execFile)(
      'git',
      ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
      {
        cwd: folder,
        maxBuffer: 100_000_000,
      },
    );
    return [...new Set(stdout.split('\0').filter((path) => path !== ''))];
  } catch {
    // No git, or no repository: the folder itself is all there is to look at.
    return null;
  }
}

async function walk(folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  const open = [''];
  for (let inner = open.pop(); inner !== undefined; inner = open.pop()) {
    const entries = await readdir(join(folder, inner), { withFileTypes: true }).catch((cause: unknown) => {
      throw new AppError(
        'not-found',
        `expected a readable folder, found none at ${folder}; go to the repository's root`,
        { cause },
      );
    });
    for (const entry of entries) {
      const path = inner === '' ? entry.name : `${inner}/${entry.name}`;
      if (entry.isDirectory() && !['.git', 'node_modules', '.venv'].includes(entry.name)) open.push(path);
      else if (entry.isFile()) paths.push(path);
      if (paths.length >= mostFiles) return paths;
    }
  }
  return paths;
}
