import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as core from '@actions/core';
import { mergeProfiles } from '../../src/data/merge-profiles.ts';
import { refuseUnknownColumns, withPrivacy } from '../../src/data/privacy.ts';
import { distinctCount, type Profile, parseProfile, profileDigest } from '../../src/data/profile-document.ts';
import { profileFiles, type Shard } from '../../src/data/profile-files.ts';
import { AppError } from '../../src/error.ts';
import { PrivacyPolicy } from '../../src/policy/privacy-policy.ts';
import { runAction } from '../door.ts';
import { linesInput } from '../lines-input.ts';
import { provideNatives } from '../natives.ts';
import { profileCache } from '../profile-cache.ts';

await runAction(async () => {
  const root = core.getInput('path');
  const privacy = privacyInput();
  const whole = linesInput('data').length > 0 ? await profiled(root) : merged(root);
  refuseUnknownColumns([whole], privacy);
  const profile = withPrivacy(whole, privacy);
  const output = core.getInput('output');
  writeFileSync(resolve(root, output), `${JSON.stringify(profile)}\n`);
  core.setOutput('digest', profileDigest(profile));
  core.setOutput('rows', profile.rows);
  core.summary.addHeading(`Profile of ${profile.rows} rows`, 3).addTable([
    ['column', 'kind', 'empty', 'distinct'].map((data) => ({ data, header: true })),
    ...profile.columns.slice(0, 200).map((column) => [
      // The summary is HTML: a name is data.
      column.name.replaceAll('&', '&amp;').replaceAll('<', '&lt;'),
      column.kind,
      String(column.nulls),
      String(distinctCount(column) ?? '–'),
    ]),
  ]);
  await core.summary.write();
  core.info(`${profile.rows} rows × ${profile.columns.length} columns in ${output}`);
});

async function profiled(root: string): Promise<Profile> {
  await provideNatives();
  const options = { root, paths: linesInput('data'), shard: shardInput(), cache: profileCache() };
  const { profile, files, unread } = await profileFiles(options);
  core.info(`${files} files, of which ${unread} were as they are known`);
  return profile;
}

function merged(root: string): Profile {
  const patterns = linesInput('profiles');
  const paths = patterns.flatMap((pattern) => globSync(pattern, { cwd: root }).sort());
  const profiles = paths.map((path) => parseProfile(readFileSync(join(root, path), 'utf8'), path));
  const [first, ...others] = profiles;
  if (first === undefined) {
    throw new AppError(
      'bad-input',
      `expected \`data\` to profile or \`profiles\` to merge, found ${patterns.join(', ') || 'neither'}; name files that are there`,
    );
  }
  return others.reduce(mergeProfiles, first);
}

function shardInput(): Shard | null {
  const text = core.getInput('shard');
  if (text === '') return null;
  const match = /^(\d{1,5})\/(\d{1,5})$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (match !== null && index >= 1 && index <= count) return { index, count };
  throw new AppError(
    'bad-config',
    `expected shard to be K/N with K from 1 to N, found ${JSON.stringify(text)}; correct it`,
  );
}

function privacyInput(): PrivacyPolicy {
  const parsed = PrivacyPolicy.safeParse({
    'fold-below': Number(core.getInput('fold-below')),
    redact: [...linesInput('redact')],
    hash: [...linesInput('hash')],
  });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new AppError('bad-config', `expected inputs as the action's README says, found ${problems}; correct them`);
}
