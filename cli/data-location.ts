import { basename, dirname, resolve, sep } from 'node:path';

/** Data files as a folder that exists and what to look for in it. */
export interface DataLocation {
  readonly root: string;
  readonly pattern: string;
}

/** Splits a file or glob that a person typed, wherever it is, before its first folder with a wildcard. */
export function dataLocation(folder: string, typed: string): DataLocation {
  const path = resolve(folder, typed);
  const parts = path.split(sep);
  const wild = parts.findIndex((part) => /[*?[{]/.test(part));
  if (wild < 0) return { root: dirname(path), pattern: basename(path) };
  return { root: parts.slice(0, wild).join(sep) || sep, pattern: parts.slice(wild).join('/') };
}
