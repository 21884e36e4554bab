import { AppError } from '../error.ts';

/** What reads a blob by its SHA; throws `too-large` beyond the limit. */
export interface BlobReader {
  readBlob(sha: string, limitBytes: number): Promise<Uint8Array>;
}

/** How the list of a pull request's files stands for a blob whose SHA it does not tell. No SHA has this form. */
export function unknownBlob(path: string): string {
  return `unknown ${path}`;
}

/** The bytes of a blob; null when it is larger than the limit, or nobody told its SHA. */
export async function readSmallBlob(github: BlobReader, sha: string, limitBytes: number): Promise<Uint8Array | null> {
  if (!/^[0-9a-f]{40,64}$/.test(sha)) return null;
  try {
    return await github.readBlob(sha, limitBytes);
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'too-large') return null;
    throw thrown;
  }
}
