import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, digestOf } from '../digest.ts';

/** What a training has saved of its progress. */
export interface Checkpoint {
  readonly files: number;
  readonly bytes: number;
  /** ISO 8601: when the newest of the files was written. */
  readonly writtenAt: string;
  /** Changes whenever a file is written: of paths, sizes and times, because a checkpoint may be larger than one wants to read. */
  readonly digest: string;
}

const filesLimit = 10_000;

/** Looks at a checkpoint folder; null when it holds no file. Links are not followed, and files beyond ten thousand not looked at. */
export function lookAtCheckpoint(folder: string): Checkpoint | null {
  const seen: (readonly [string, number, number])[] = [];
  const visit = (path: string, name: string): void => {
    if (seen.length >= filesLimit) return;
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory() === true) {
      for (const child of readdirSync(path).sort()) visit(join(path, child), `${name}/${child}`);
    }
    if (stat?.isFile() === true) seen.push([name, stat.size, stat.mtimeMs]);
  };
  visit(folder, '');
  if (seen.length === 0) return null;
  return {
    files: seen.length,
    bytes: seen.reduce((sum, [, bytes]) => sum + bytes, 0),
    writtenAt: new Date(Math.max(...seen.map(([, , at]) => at))).toISOString(),
    digest: digestOf(canonicalJson(seen)),
  };
}
