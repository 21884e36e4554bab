import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { getTrustedRoot } from '@sigstore/tuf';
import { AppError, messageOf } from '../../error.ts';

/** Where what Sigstore publishes is kept between uses: a place that only this user may write, since it is believed. */
export function sigstoreCache(): string {
  return join(homedir(), '.cache', 'siskin', 'sigstore');
}

/**
 * The certificates and logs that identities are verified against: those of a file (of an instance of one's own, or where there is no
 * network), else Sigstore's own, which The Update Framework keeps fresh in a folder. Throws `bad-input` or `unavailable`.
 */
export async function readTrustedRoot(options: {
  readonly file: string | null;
  readonly cacheFolder: string;
}): Promise<TrustedRoot> {
  const { file, cacheFolder } = options;
  if (file !== null) {
    try {
      return TrustedRoot.fromJSON(JSON.parse(readFileSync(file, 'utf8')));
    } catch (cause) {
      throw new AppError(
        'bad-input',
        `expected a trusted root of Sigstore (trusted_root.json), found none in ${file} (${messageOf(cause).slice(0, 200)}); correct the path, or leave it out to ask Sigstore`,
        { cause },
      );
    }
  }
  try {
    return await getTrustedRoot({ cachePath: cacheFolder });
  } catch (cause) {
    throw new AppError(
      'unavailable',
      `expected Sigstore’s trusted root, found that it cannot be fetched (${messageOf(cause).slice(0, 200)}); try again, or keep a trusted_root.json and name it`,
      { cause },
    );
  }
}
