import { createHash } from 'node:crypto';
import type { SourceFile } from './source-file.ts';

/** Opening a file takes as long as reading so much of one. */
const smallBytes = 1_000_000;

/** Up to so many small files are taken one by one. */
const fewFiles = 16;

/** More are taken in so many batches: one that changes has its batch read again. */
const batches = 16;

/**
 * Files to be profiled together: large ones alone, many small ones in batches that their names decide, so that a batch stays as it
 * is whatever becomes of files in others.
 */
export function fileBatches<File extends SourceFile>(files: readonly File[]): readonly (readonly File[])[] {
  const isSmall = ({ bytes }: File) => bytes < smallBytes;
  if (files.filter(isSmall).length <= fewFiles) return files.map((file) => [file]);
  const byBatch = new Map<number | string, File[]>();
  for (const file of files) {
    const place = isSmall(file) ? placeOf(file.path) : file.path;
    const known = byBatch.get(place);
    if (known === undefined) byBatch.set(place, [file]);
    else known.push(file);
  }
  return [...byBatch.values()];
}

function placeOf(path: string): number {
  return (createHash('sha256').update(path).digest()[0] ?? 0) % batches;
}
