import { AppError } from '../error.ts';
import { git } from './git.ts';
import { modelOfManifest } from './manifest.ts';

/** One commit of the branch that changed a model's manifest. */
export interface ManifestChange {
  readonly commit: string;
  /** When it came to the branch: seconds since 1970. */
  readonly at: number;
  readonly by: string;
  /** Null when the manifest was removed, or is not in this clone. */
  readonly text: string | null;
}

/** What a clone knows of the manifests of a branch. */
export interface ReadManifests {
  /** By model, the newest first. */
  readonly changes: ReadonlyMap<string, readonly ManifestChange[]>;
  /** Whether the clone was cut off: what was before its first commits is not known. */
  readonly isShallow: boolean;
}

const none = /^0+$/;

/**
 * Reads all manifests that a branch ever had, along its first parents, so that a merge counts when it was merged. AppError
 * `bad-input` when there is no such commit.
 */
export async function readManifests(options: {
  readonly folder: string;
  /** A branch, tag or commit. */
  readonly ref: string;
  /** Only this model's; null for all. */
  readonly model: string | null;
}): Promise<ReadManifests> {
  const { folder, model } = options;
  const [commit, shallow] = await Promise.all([
    commitOf(folder, options.ref),
    git(folder, ['rev-parse', '--is-shallow-repository']),
  ]);
  const path = `:(top,glob)models/${model ?? '*'}/release.yml`;
  const format = '--format=%x01%H%x02%ct%x02%cn%x02%an';
  const how = [
    '--first-parent',
    '--diff-merges=first-parent',
    '--raw',
    '--no-abbrev',
    '--no-renames',
    '--no-show-signature',
  ];
  const log = await git(folder, ['log', '-z', ...how, format, commit, '--', path]);
  const entries = changesIn(log.toString());
  const texts = await readBlobs(folder, [...new Set(entries.map(({ blob }) => blob))]);
  const changes = new Map<string, ManifestChange[]>();
  for (const { name, blob, ...change } of entries) {
    const known = changes.get(name) ?? [];
    if (known.length === 0) changes.set(name, known);
    known.push({ ...change, text: texts.get(blob) ?? null });
  }
  return { changes, isShallow: shallow.toString().trim() === 'true' };
}

async function commitOf(folder: string, ref: string): Promise<string> {
  // A folder that is no repository is told apart from a ref that is none.
  await git(folder, ['rev-parse', '--git-dir']);
  try {
    const found = await git(folder, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]);
    return found.toString().trim();
  } catch (cause) {
    throw new AppError(
      'bad-input',
      `expected a commit, found none called ${JSON.stringify(ref)}; fetch it, or name another with --ref`,
      { cause },
    );
  }
}

interface Entry extends Omit<ManifestChange, 'text'> {
  readonly name: string;
  readonly blob: string;
}

/** The raw format: https://git-scm.com/docs/git-diff-index#_raw_output_format, with NUL for the ends of lines. */
function changesIn(log: string): readonly Entry[] {
  return log.split('\u0001').flatMap((part): readonly Entry[] => {
    const [head = '', ...raw] = part.split('\0');
    const [commit = '', at = '', committer = '', author = ''] = head.split('\u0002');
    // Who presses the button on the web is the author; the committer is then GitHub itself.
    const by = committer === 'GitHub' ? author : committer;
    const entries: Entry[] = [];
    for (const [index, field] of raw.entries()) {
      const blob = /^\n?:[0-7]+ [0-7]+ [0-9a-f]+ ([0-9a-f]+) [A-Z]/.exec(field)?.[1];
      const name = blob === undefined ? null : modelOfManifest(raw[index + 1] ?? '');
      if (blob !== undefined && name !== null) entries.push({ name, blob, commit, at: Number(at), by });
    }
    return entries;
  });
}

async function readBlobs(folder: string, blobs: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  const wanted = blobs.filter((blob) => !none.test(blob));
  if (wanted.length === 0) return texts;
  const answer = await git(folder, ['cat-file', '--batch', '--buffer'], { input: `${wanted.join('\n')}\n` });
  let at = 0;
  while (at < answer.length) {
    const end = answer.indexOf(10, at);
    const [blob = '', kind, size] = answer.toString('latin1', at, end).split(' ');
    at = end + 1;
    // What is not there has one line and no content.
    if (size === undefined) continue;
    if (kind === 'blob') texts.set(blob, answer.toString('utf8', at, at + Number(size)));
    at += Number(size) + 1;
  }
  return texts;
}
