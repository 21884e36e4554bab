import { createHash } from 'node:crypto';
import type { Digest } from '../../digest.ts';
import { AppError } from '../../error.ts';

/** One file of a model by its content. The path is inside the model, with `/`. */
export interface StoredFile {
  readonly path: string;
  readonly digest: Digest;
  /** Null where it is not known: then only the digest is held against the bytes. */
  readonly bytes: number | null;
}

/**
 * The bytes of one version. One of the files has the model's own digest: the model itself, or, where it has several
 * files, their index. So whatever stands at the address of a model has the model's digest.
 */
export interface StoredModel {
  readonly model: string;
  readonly version: string;
  readonly digest: Digest;
  readonly files: readonly StoredFile[];
}

/** The index of a model of several files: a line for each, sorted, whose digest is the digest of the model. */
export function indexOf(files: readonly StoredFile[]): string {
  return files
    .map(({ path, digest }) => `${path} ${digest}`)
    .sort()
    .join('\n');
}

/** Where bytes of releases are kept for good. Every method throws AppError when the store refuses or cannot be asked. */
export interface ArtifactStore {
  /** The address of a version whose every file is kept whole; null when one is missing. */
  has(model: StoredModel): Promise<string | null>;
  /**
   * Keeps every file that is not kept yet, from `read`, and returns the address. It may be called again after it was
   * killed anywhere: what is there whole is left as it is, what is there in part is done anew.
   */
  put(model: StoredModel, read: (file: StoredFile) => string): Promise<string>;
  /** The bytes of a file of the model at an address of this store, as they come; `not-found` when they are gone. See {@link verified}. */
  open(uri: string, file: StoredFile): Promise<AsyncIterable<Uint8Array>>;
}

/** The name of a file in a store: its content. */
export function storedName(file: Pick<StoredFile, 'digest'>): string {
  return file.digest.replace(':', '-');
}

/**
 * The same bytes, hashed while they pass. Throws `conflict` at their end when they are not the file's, and as soon as
 * there are more of them than there should be: nobody may use the bytes before the end was reached.
 */
export async function* verified(bytes: AsyncIterable<Uint8Array>, file: StoredFile): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let count = 0;
  for await (const chunk of bytes) {
    count += chunk.byteLength;
    if (count > (file.bytes ?? mostBytes)) throw mismatch(file, `more than ${file.bytes ?? mostBytes} bytes`);
    hash.update(chunk);
    yield chunk;
  }
  const digest = `sha256:${hash.digest('hex')}`;
  if (file.bytes !== null && count !== file.bytes) throw mismatch(file, `${count} bytes`);
  if (digest !== file.digest) throw mismatch(file, digest);
}

/** Reads bytes to their end only to see that they are what they should be; throws as {@link verified} does. */
export async function verify(bytes: AsyncIterable<Uint8Array>, file: StoredFile): Promise<void> {
  for await (const _ of verified(bytes, file)) {
    // Each piece was hashed as it passed.
  }
}

/** No model that the workflow lets through is larger. */
const mostBytes = 4 * 2 ** 30;

function mismatch({ path, digest, bytes }: StoredFile, found: string): AppError {
  return new AppError(
    'conflict',
    `expected ${JSON.stringify(path.slice(0, 200))} to be ${bytes === null ? 'the bytes' : `the ${bytes} bytes`} of ${digest}, found ${found}; somebody exchanged them: release the model again under a new version`,
  );
}
