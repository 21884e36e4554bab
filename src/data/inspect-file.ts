import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { Digest } from '../digest.ts';
import { AppError, messageOf } from '../error.ts';
import { fileStamp } from './file-stamp.ts';
import type { SourceFile } from './source-file.ts';

/** DuckDB's own limits of a line of CSV and of an object of JSON, in bytes. */
const lineLimits = { csv: 2_000_000, json: 16_777_216 } as const;

/** Small enough to be still in the cache when it is digested. */
const blockBytes = 1 << 19;

/** Digests by path and stamp: what one part of a run has read another need not read again. */
const known = new Map<string, Digest>();
const mostKnown = 10_000;

/** The digest of a file that was read from end to end, now or since its last change. Throws `bad-input` for what cannot be read whole. */
export async function inspectFile(file: SourceFile): Promise<Digest> {
  const stamp = fileStamp(file.absolutePath);
  const key = `${file.absolutePath}\n${stamp}`;
  const seen = stamp === null ? undefined : known.get(key);
  if (seen !== undefined) return seen;
  const digest = await readWhole(file);
  if (stamp !== null && fileStamp(file.absolutePath) === stamp) {
    if (known.size >= mostKnown) known.clear();
    known.set(key, digest);
  }
  return digest;
}

/**
 * Reads a file once from end to end: returns its digest and finds what DuckDB passes over in silence — a compressed file
 * that was cut off, whose rest would be missing, and a last line beyond its limit, which it drops. Throws `bad-input`.
 */
async function readWhole(file: SourceFile): Promise<Digest> {
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const lines = lineLengths(file);
  try {
    if (file.format === 'parquet' || file.format === 'arrow') return await digestOfBytes(file.absolutePath);
    const source = createReadStream(file.absolutePath, { highWaterMark: 1 << 20 });
    if (/\.gz$/i.test(file.path)) await pipeline(source, hashing, createGunzip(), lines);
    else if (/\.zst$/i.test(file.path)) await pipeline(source, hashing, createZstdDecompress(), lines);
    else await pipeline(source, hashing, lines);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError(
      'bad-input',
      `expected a whole file, found that reading ${file.path} fails (${messageOf(cause)}); write or download it again`,
      { cause },
    );
  }
  return `sha256:${hash.digest('hex')}`;
}

/** Digests a block while the next one is read: streams take as long again as the digest itself. */
async function digestOfBytes(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  const file = await open(path);
  try {
    let [block, next] = [Buffer.allocUnsafe(blockBytes), Buffer.allocUnsafe(blockBytes)];
    let reading = file.read(block);
    for (;;) {
      const { bytesRead } = await reading;
      if (bytesRead === 0) return `sha256:${hash.digest('hex')}`;
      reading = file.read(next);
      hash.update(block.subarray(0, bytesRead));
      [block, next] = [next, block];
    }
  } finally {
    await file.close();
  }
}

/** Takes all bytes and refuses a line beyond the limit. Only the ends of a chunk are looked at: it is shorter than any limit. */
function lineLengths(file: SourceFile): Writable {
  const hasLines = file.format === 'csv' || /\.(jsonl|ndjson)/i.test(file.path);
  const limit = hasLines ? lineLimits[file.format === 'csv' ? 'csv' : 'json'] : Number.POSITIVE_INFINITY;
  let open = 0;
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const first = chunk.indexOf(10);
      const length = open + (first === -1 ? chunk.length : first);
      open = first === -1 ? length : chunk.length - 1 - chunk.lastIndexOf(10);
      done(length > limit ? tooLong(file, limit) : null);
    },
  });
}

function tooLong(file: SourceFile, limit: number): AppError {
  return new AppError(
    'bad-input',
    `expected lines of at most ${limit} bytes, found a longer one in ${file.path}; shorten its cells or check its line breaks`,
  );
}
