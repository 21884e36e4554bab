import { closeSync, openSync, readSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { PairRequest } from '../src/data/pair-scan.ts';
import { refuseUnknownColumns, withPrivacy } from '../src/data/privacy.ts';
import { folderCache, memoryCache, type ProfileCache } from '../src/data/profile-cache.ts';
import { type Profile, parseProfile, profileDigest, profileSchema } from '../src/data/profile-document.ts';
import { profileFiles, type Shard } from '../src/data/profile-files.ts';
import type { ProfiledData } from '../src/drift/compare.ts';
import { cacheFolder } from './cache-folder.ts';
import { type CommandOptions, flag, type Invocation } from './command.ts';
import { privacyOf, readingOf } from './data-options.ts';
import { dataPlace, readText } from './open-files.ts';
import { progress } from './progress.ts';

/** The option that keeps profiles of unchanged files from being used. */
export const cacheOptions: CommandOptions = {
  'no-cache': { type: 'boolean', help: 'read every file, also those whose profile is known' },
};

/** A profile of the files that were named, and how many of them were not read because they are as they were. */
export interface ProfiledPaths extends ProfiledData {
  readonly files: number;
  readonly unread: number;
}

/** Profiles files, folders and globs, or reads one profile document; what the options redact is not in it. */
export async function profilePaths(options: {
  readonly invocation: Invocation;
  readonly paths: readonly string[];
  readonly pairs?: PairRequest | undefined;
  /** Every `count`-th file, from that of `index` (from 1) on. */
  readonly shard?: Shard | null;
}): Promise<ProfiledPaths> {
  const { invocation, paths, pairs, shard = null } = options;
  const { folder } = invocation;
  const [path = ''] = paths;
  if (paths.length === 1 && isProfile({ folder, path })) {
    const profile = shown(parseProfile(readText({ folder, path, what: 'a profile' }), path), invocation);
    return { profile, digest: profileDigest(profile), files: 0, unread: 0 };
  }
  const line = progress({ stderr: invocation.stderr, what: 'profile', unit: 'cells' });
  try {
    const found = await profileFiles({
      ...dataPlace({ folder, paths }),
      ...readingOf(invocation),
      pairs,
      shard,
      cache: cacheOf(invocation),
      onProgress: ({ doneCells, totalCells }) => line.update(doneCells, totalCells),
    });
    return { ...found, profile: shown(found.profile, invocation) };
  } finally {
    line.end();
  }
}

/**
 * Whether a path means a profile document rather than data: by its name, as `profile.json` and `train.profile.json`, or as
 * a `.json` file that begins as one, whose only row would else be taken for the data.
 */
export function isProfile({ folder, path }: { readonly folder: string; readonly path: string }): boolean {
  if (/profile[^/]*\.json$/i.test(path)) return true;
  return /\.json$/i.test(path) && /^\s*\{\s*"schema"\s*:\s*"siskin\.profile\//.test(beginning(resolve(folder, path)));
}

/** The first characters of a file; none where there is no such file, as for a glob. */
function beginning(path: string): string {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    const bytes = Buffer.alloc(200);
    return bytes.toString('utf8', 0, readSync(file, bytes));
  } catch {
    return '';
  } finally {
    closeSync(file);
  }
}

/** The profile as the options of privacy let it be seen. */
export function shown(profile: Profile, invocation: Invocation): Profile {
  const policy = privacyOf(invocation);
  if (policy === null) return profile;
  refuseUnknownColumns([profile], policy);
  return withPrivacy(profile, policy);
}

/**
 * Where profiles of unchanged files are kept: $SISKIN_CACHE, else the user's folder for such things. `off` and --no-cache: nowhere.
 */
function cacheOf(invocation: Invocation): ProfileCache {
  const folder = flag(invocation, 'no-cache') ? null : cacheFolder(invocation.folder);
  return folder === null ? memoryCache() : folderCache(join(folder, profileSchema.replace('/', '-')));
}
