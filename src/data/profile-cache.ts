import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Digest, digestOf } from '../digest.ts';
import { makeFolder } from '../make-folder.ts';
import type { Profile } from './profile-document.ts';

/**
 * Where profiles of files are kept under what they were made from. An entry that cannot be read, or is not what was written, is as
 * good as none; what cannot be written is not kept. Neither is an error: the data are then read again.
 */
export interface ProfileCache {
  readProfile(key: string): Profile | null;
  writeProfile(key: string, profile: Profile): void;
  /** The digest of a file known by its stamp (file-stamp.ts). */
  readDigest(stamp: string): Digest | null;
  writeDigest(stamp: string, digest: Digest): void;
}

/** A cache for as long as the process lives. */
export function memoryCache(): ProfileCache {
  const profiles = new Map<string, Profile>();
  const digests = new Map<string, Digest>();
  return {
    readProfile: (key) => profiles.get(key) ?? null,
    writeProfile: (key, profile) => void profiles.set(key, profile),
    readDigest: (stamp) => digests.get(stamp) ?? null,
    writeDigest: (stamp, digest) => void digests.set(stamp, digest),
  };
}

/** So many entries stay in each of the 256 folders of a cache; of more the oldest are removed. */
const mostPerFolder = 64;

/**
 * A cache in a folder that only its owner may read: profiles tell much about data. Whoever may write there may forge
 * profiles: it must not be a folder that untrusted jobs can write to.
 */
export function folderCache(folder: string): ProfileCache {
  const place = (kind: 'profiles' | 'digests', key: string) => {
    const name = digestOf(key).slice('sha256:'.length);
    return join(folder, kind, name.slice(0, 2), `${name}.json`);
  };
  return {
    readProfile(key) {
      const [digest, text = ''] = (readEntry(place('profiles', key)) ?? '').split('\n');
      // What was written was a profile of the version that the key names, and these are the bytes that were written.
      return digest === digestOf(text) ? (JSON.parse(text) as Profile) : null;
    },
    writeProfile(key, profile) {
      const text = JSON.stringify(profile);
      writeEntry(place('profiles', key), `${digestOf(text)}\n${text}`);
    },
    readDigest(stamp) {
      const [known, digest] = (readEntry(place('digests', stamp)) ?? '').split('\t');
      return known === digestOf(stamp) && isDigest(digest) ? digest : null;
    },
    writeDigest(stamp, digest) {
      writeEntry(place('digests', stamp), `${digestOf(stamp)}\t${digest}`);
    },
  };
}

function isDigest(text: string | undefined): text is Digest {
  return text !== undefined && /^sha256:[0-9a-f]{64}$/.test(text);
}

function readEntry(path: string): string | null {
  try {
    const entry = readFileSync(path, 'utf8');
    const now = new Date();
    utimesSync(path, now, now);
    return entry;
  } catch {
    return null;
  }
}

/** Whole or not at all: written beside its place and moved there. */
function writeEntry(path: string, entry: string): void {
  const folder = dirname(path);
  const fresh = join(folder, `.${randomUUID()}`);
  try {
    makeFolder(folder, 0o700);
    writeFileSync(fresh, entry, { mode: 0o600 });
    renameSync(fresh, path);
    removeOldest(folder);
  } catch {
    // A full or read-only disk: the data will be read again.
    removeQuietly(fresh);
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The folder itself is none.
  }
}

function removeOldest(folder: string): void {
  const names = readdirSync(folder);
  if (names.length <= mostPerFolder) return;
  const aged = names.map((name) => ({ path: join(folder, name), at: statSync(join(folder, name)).mtimeMs }));
  for (const { path } of aged.sort((a, b) => b.at - a.at).slice(mostPerFolder)) rmSync(path, { force: true });
}
