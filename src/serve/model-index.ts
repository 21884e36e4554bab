import { open, readFile } from 'node:fs/promises';
import { AppError } from '../error.ts';

/** One file of a model of several files, as the index that has the model's digest lists it. */
export interface IndexedFile {
  readonly path: string;
  readonly digest: string;
}

const indexBytesLimit = 4_000_000;
const line = /^(.{1,500}) (sha256:[0-9a-f]{64})$/u;

/** The files that an index lists; null where the file is no index but a model itself. AppError when a path would leave the model's folder. */
export async function readIndex(path: string): Promise<readonly IndexedFile[] | null> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    if (size === 0 || size > indexBytesLimit) return null;
    const first = Buffer.alloc(Math.min(size, 600));
    await handle.read(first, 0, first.length, 0);
    if (!line.test(first.toString('utf8').split('\n')[0] ?? '')) return null;
  } finally {
    await handle.close();
  }
  const files = (await readFile(path, 'utf8')).split('\n').map((text) => line.exec(text));
  if (files.some((match) => match === null)) return null;
  const found = files.map((match) => ({ path: match?.[1] ?? '', digest: match?.[2] ?? '' }));
  const odd = found.find(({ path }) => !isInside(path));
  if (odd === undefined) return found;
  throw new AppError(
    'not-permitted',
    `expected paths inside the model in its index, found ${JSON.stringify(odd.path.slice(0, 200))}; release the model again`,
  );
}

function isInside(path: string): boolean {
  if (/[\\\p{Cc}]/u.test(path) || path.startsWith('/')) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
