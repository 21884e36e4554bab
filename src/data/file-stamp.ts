import { statSync } from 'node:fs';

/** A file touched more recently may be written again without its times showing it. */
const settledMs = 2000;

/**
 * What changes with every ordinary write to a file: its place, size and times (to the nanosecond; the time of the last change
 * of its metadata cannot be set back by a program). Null while a change could still hide in the same tick of the clock.
 */
export function fileStamp(path: string): string | null {
  const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
  const newest = Number((mtimeNs > ctimeNs ? mtimeNs : ctimeNs) / 1_000_000n);
  if (Date.now() - newest < settledMs) return null;
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}
