import { basename, dirname, join, relative, resolve, sep } from 'node:path';

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

/** Several of them from one folder, the deepest that holds all. */
export function commonLocation(locations: readonly DataLocation[]): {
  readonly root: string;
  readonly patterns: readonly string[];
} {
  const [first, ...others] = locations.map(({ root }) => root);
  let root = first ?? sep;
  const isWithin = (one: string) => one === root || one.startsWith(root.endsWith(sep) ? root : root + sep);
  while (!others.every(isWithin)) root = dirname(root);
  const patterns = locations.map((one) => join(relative(root, one.root), one.pattern).split(sep).join('/'));
  return { root, patterns };
}
