import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Entry, fromBufferPromise, openPromise, type ZipFile } from 'yauzl';
import { AppError, messageOf } from './error.ts';

/** How much an archive may hold. Sizes are of the unpacked content, in bytes. */
export interface ZipLimits {
  readonly entries: number;
  readonly totalBytes: number;
}

/**
 * Reads the named entries of an untrusted zip in memory, by name; a name that it does not hold is absent. Throws
 * `too-large` beyond the limits (sizes are counted while inflating, so a zip bomb stops at the limit) and `bad-input`
 * for a broken archive, a symbolic link, a name twice, or one that leaves the folder (absolute, `..`, backslash).
 */
export async function readZip(
  bytes: Uint8Array,
  options: { readonly names: readonly string[]; readonly limits: ZipLimits },
): Promise<ReadonlyMap<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>();
  await visit(
    () => fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), yauzlOptions),
    options.limits,
    async (entry, stream) => {
      const pieces: Buffer[] = [];
      for await (const piece of stream) if (options.names.includes(entry)) pieces.push(piece);
      if (options.names.includes(entry)) contents.set(entry, Buffer.concat(pieces));
    },
  );
  return contents;
}

/** Unpacks an untrusted zip file into a folder, under the same rules as {@link readZip}; returns the names it wrote. */
export async function unpackZip(
  zip: string,
  options: { readonly folder: string; readonly limits: ZipLimits },
): Promise<readonly string[]> {
  const names: string[] = [];
  await visit(
    () => openPromise(zip, yauzlOptions),
    options.limits,
    async (entry, stream) => {
      const target = join(options.folder, entry);
      mkdirSync(dirname(target), { recursive: true });
      await pipeline(stream, createWriteStream(target, { flags: 'wx' }));
      names.push(entry);
    },
  );
  return names;
}

const yauzlOptions = { lazyEntries: true, autoClose: false, strictFileNames: true, validateEntrySizes: true } as const;

/** The bits of a Unix mode that tell a symbolic link, as the high half of a zip entry's external attributes. */
const fileTypeMask = 0o170000;
const symbolicLink = 0o120000;

async function visit(
  open: () => Promise<ZipFile>,
  limits: ZipLimits,
  take: (name: string, stream: AsyncIterable<Buffer> & Readable) => Promise<void>,
): Promise<void> {
  let archive: ZipFile | null = null;
  try {
    archive = await open();
    if (archive.entryCount > limits.entries)
      throw new AppError(
        'too-large',
        `expected an archive of at most ${limits.entries} files, found ${archive.entryCount}; upload only what is asked for`,
      );
    const seen = new Set<string>();
    let left = limits.totalBytes;
    for await (const entry of archive.eachEntry()) {
      refuseStrange(entry, seen);
      if (entry.fileName.endsWith('/')) continue;
      if (entry.uncompressedSize > left)
        throw new AppError(
          'too-large',
          `expected an archive of at most ${limits.totalBytes} bytes unpacked, found more; upload only what is asked for`,
        );
      left -= entry.uncompressedSize;
      await take(entry.fileName, await archive.openReadStreamPromise(entry));
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('bad-input', `expected a zip archive, found: ${messageOf(cause)}; upload it again`, { cause });
  } finally {
    archive?.close();
  }
}

function refuseStrange(entry: Entry, seen: Set<string>): void {
  const mode = entry.externalFileAttributes >>> 16;
  if ((mode & fileTypeMask) === symbolicLink)
    throw new AppError(
      'bad-input',
      `expected plain files in the archive, found the symbolic link ${JSON.stringify(entry.fileName)}; upload the file itself`,
    );
  if (entry.isEncrypted())
    throw new AppError(
      'bad-input',
      `expected plain files in the archive, found ${JSON.stringify(entry.fileName)} encrypted; upload it without a password`,
    );
  if (seen.has(entry.fileName))
    throw new AppError(
      'bad-input',
      `expected each name once in the archive, found ${JSON.stringify(entry.fileName)} twice; upload it again`,
    );
  seen.add(entry.fileName);
}
