import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../error.ts';
import { makeFolder } from '../make-folder.ts';
import { ServiceName, TrafficDocument } from '../rollout/serving/http-contract.ts';

/** What is kept of one service: it is written before a write is acknowledged. */
export const KeptTraffic = z.strictObject({
  format: z.literal(1),
  service: ServiceName,
  /** By which later writes are told from earlier ones; null before the first. */
  order: z.strictObject({ fence: z.number(), timestamp: z.number(), key: z.string() }).nullable(),
  wish: TrafficDocument.nullable(),
  /** The champion that really answered last: a new one takes over only once it is ready. */
  serving: TrafficDocument.shape.champion,
});
/** What is kept of one service. */
export type KeptTraffic = z.infer<typeof KeptTraffic>;

/** The services of a folder. AppError when a file of it is none that was written here. */
export function readTraffic(folder: string): readonly KeptTraffic[] {
  makeFolder(folder);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => {
      const path = join(folder, name);
      try {
        const kept = KeptTraffic.parse(JSON.parse(readFileSync(path, 'utf8')));
        if (`${kept.service}.json` === name) return kept;
      } catch {
        // Told below, without what the file holds.
      }
      throw new AppError(
        'world-broken',
        `expected what this server wrote in ${path}, found something else; put it back from a backup, or remove it and roll out again`,
      );
    });
}

/** Writes the whole file beside the old one, brings it to the disk, and exchanges them: a kill leaves one or the other. */
export function writeTraffic(folder: string, kept: KeptTraffic): void {
  const path = join(folder, `${kept.service}.json`);
  const part = `${path}.part`;
  const file = openSync(part, 'w');
  try {
    writeSync(file, `${JSON.stringify(kept, null, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(part, path);
  const parent = openSync(folder, 'r');
  try {
    fsyncSync(parent);
  } finally {
    closeSync(parent);
  }
}
