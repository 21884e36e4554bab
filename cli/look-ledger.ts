import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Look } from '../src/evaluate/holdout/count-looks.ts';
import { makeFolder } from '../src/make-folder.ts';

const file = 'looks.jsonl';
/** Of a longer file only the newest looks count. */
const bytesLimit = 4_000_000;

const Entry = z.object({ holdout: z.string().max(80), candidate: z.string().max(80) });

/**
 * What holdouts judged on this machine, by digests alone. Null where nothing may be kept; a line that cannot be read counts
 * for nothing.
 */
export function readLooks(folder: string | null): readonly Look[] | null {
  if (folder === null) return null;
  const path = join(folder, file);
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8').slice(-bytesLimit);
  return text.split('\n').flatMap((line) => {
    try {
      const parsed = Entry.safeParse(JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch {
      return [];
    }
  });
}

/** Notes one look; nothing is written for one that is known. A ledger that cannot be written is no reason to fail. */
export function noteLook(
  folder: string | null,
  { look, known }: { readonly look: Look; readonly known: readonly Look[] },
): void {
  if (folder === null) return;
  if (known.some((one) => one.holdout === look.holdout && one.candidate === look.candidate)) return;
  try {
    makeFolder(folder);
    appendFileSync(join(folder, file), `${JSON.stringify(look)}\n`);
  } catch {
    return;
  }
}
