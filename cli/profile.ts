import type { Dataset } from '../src/data/dataset.ts';
import { mergeProfiles } from '../src/data/merge-profiles.ts';
import { profileDataset } from '../src/data/profile.ts';
import { type Profile, parseProfile, profileDigest } from '../src/data/profile-document.ts';
import { AppError } from '../src/error.ts';
import { type Command, type ExitCode, exitCodes, flag, type Invocation, textOption } from './command.ts';
import { privacyOptions, readingOptions } from './data-options.ts';
import { readText } from './open-files.ts';
import { emittedDialect, pairsOf, profileOptions, shardOf } from './profile-options.ts';
import { cacheOptions, profilePaths, shown } from './profile-paths.ts';
import { emittedQuery, profileOfResult } from './profile-sql.ts';
import { profileTable } from './profile-table.ts';
import { progress } from './progress.ts';

export const profileCommand: Command = {
  usage: 'profile DATA… [--json]   or   profile merge PROFILE… [--json]   or   profile DATA --emit sql',
  options: { ...profileOptions, ...readingOptions, ...privacyOptions, ...cacheOptions },
  async run(invocation) {
    const { positionals, stdout } = invocation;
    const dialect = emittedDialect(invocation);
    if (dialect !== null) {
      const query = await emittedQuery(invocation, dialect);
      stdout.write(flag(invocation, 'json') ? `${JSON.stringify({ dialect, query })}\n` : query);
      return exitCodes.pass;
    }
    const started = performance.now();
    if (textOption(invocation, 'from-sql-result') !== undefined) {
      return written({ invocation, started, profile: shown(await profileOfResult(invocation), invocation) });
    }
    if (flag(invocation, 'merge') || positionals[0] === 'merge') {
      const paths = positionals[0] === 'merge' ? positionals.slice(1) : positionals;
      return written({ invocation, started, profile: shown(mergedProfiles(invocation, paths), invocation) });
    }
    if (positionals.length === 0) {
      throw new AppError('bad-input', 'expected data files, found none; type `siskin profile DATA…`');
    }
    const shard = shardOf(invocation);
    const found = await profilePaths({ invocation, paths: positionals, pairs: pairsOf(invocation), shard });
    return written({ invocation, started, ...found });
  },
};

/** Profiles with the progress line that work over two seconds shows. */
export async function profileWithProgress(dataset: Dataset, invocation: Invocation): Promise<Profile> {
  const line = progress({ stderr: invocation.stderr, what: 'profile', unit: 'cells' });
  try {
    return await profileDataset(dataset, ({ doneCells, totalCells }) => line.update(doneCells, totalCells));
  } finally {
    line.end();
  }
}

function mergedProfiles(invocation: Invocation, paths: readonly string[]): Profile {
  const profiles = paths.map((path) =>
    parseProfile(readText({ folder: invocation.folder, path, what: 'a profile' }), path),
  );
  // Means and spreads are floating point: one order for all makes their last digits the same, too.
  const digests = new Map(profiles.map((profile) => [profile, profileDigest(profile)]));
  const [first, ...others] = profiles.toSorted((a, b) => ((digests.get(a) ?? '') < (digests.get(b) ?? '') ? -1 : 1));
  if (first === undefined) {
    throw new AppError('bad-input', 'expected profiles to merge, found none; type `siskin profile merge PROFILE…`');
  }
  return others.reduce(mergeProfiles, first);
}

function written(options: {
  readonly invocation: Invocation;
  readonly started: number;
  readonly profile: Profile;
  readonly files?: number;
  readonly unread?: number;
}): ExitCode {
  const { invocation, started, profile, files = 0, unread = 0 } = options;
  const seconds = (performance.now() - started) / 1000;
  const text = flag(invocation, 'json') ? JSON.stringify(profile) : profileTable({ profile, seconds, files, unread });
  invocation.stdout.write(`${text}\n`);
  return exitCodes.pass;
}
