import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../digest.ts';
import { git } from './git.ts';
import type { GitTag } from './registry-state.ts';
import { parseTag, type RegistryTag } from './tags.ts';

/** The registry's tags of a clone. */
export interface ReadTags {
  readonly tags: readonly GitTag[];
  /** Tags with names of the registry that say nothing, because they are not annotated or of no commit. */
  readonly ignored: readonly string[];
}

/** What was read of one tag object; null for what is no annotated tag of a commit. Objects never change. */
type Known = Pick<GitTag, 'commit' | 'at' | 'by'> | null;

const cacheFormat = 'siskin.tags/v1';
const prefix = 'refs/tags/';

/**
 * Reads the annotated tags of a clone whose names are a registry's. Tag objects that were read before come from a file
 * of this clone's in `cache`; null reads all anew. What cannot be written there is read again the next time.
 */
export async function readTags(options: { readonly folder: string; readonly cache: string | null }): Promise<ReadTags> {
  const { folder, cache } = options;
  const file = cache === null ? null : join(cache, `tags-${digestOf(folder).slice(7, 39)}.txt`);
  const [listing, known] = await Promise.all([
    git(folder, ['for-each-ref', '--format=%(objectname) %(refname)', prefix]),
    file === null ? new Map<string, Known>() : readCache(file),
  ]);
  const refs = registryRefs(listing.toString());
  const missing = [...new Set(refs.map(({ object }) => object))].filter((object) => !known.has(object));
  for (const [object, tag] of await readObjects(folder, missing)) known.set(object, tag);
  if (file !== null && missing.length > 0) await writeCache(file, refs, known);
  const tags: GitTag[] = [];
  const ignored: string[] = [];
  for (const { name, means, object } of refs) {
    const tag = known.get(object) ?? null;
    if (tag === null) ignored.push(name);
    else tags.push({ name, means, commit: tag.commit, at: tag.at, by: tag.by });
  }
  return { tags, ignored };
}

interface Ref {
  readonly object: string;
  readonly means: RegistryTag;
  readonly name: string;
}

function registryRefs(listing: string): readonly Ref[] {
  const refs: Ref[] = [];
  for (const line of listing.split('\n')) {
    const space = line.indexOf(' ');
    const name = line.slice(space + 1 + prefix.length);
    const means = space > 0 ? parseTag(name) : null;
    if (means !== null) refs.push({ object: line.slice(0, space), name, means });
  }
  return refs;
}

async function readObjects(folder: string, objects: readonly string[]): Promise<ReadonlyMap<string, Known>> {
  const read = new Map<string, Known>();
  if (objects.length === 0) return read;
  const answer = await git(folder, ['cat-file', '--batch', '--buffer'], { input: `${objects.join('\n')}\n` });
  let at = 0;
  while (at < answer.length) {
    const end = answer.indexOf(10, at);
    const [object = '', kind, size] = answer.toString('latin1', at, end).split(' ');
    at = end + 1;
    // What is not there has one line and no content.
    if (size === undefined) {
      read.set(object, null);
      continue;
    }
    // Nobody needs the message, and only the first lines hold the rest.
    const head = answer.toString('utf8', at, at + Math.min(Number(size), 4000));
    read.set(object, kind === 'tag' ? tagOf(head) : null);
    at += Number(size) + 1;
  }
  return read;
}

/** The header of a tag object: https://git-scm.com/docs/git-mktag. */
function tagOf(head: string): Known {
  const [header = ''] = head.split('\n\n', 1);
  const commit = /^object ([0-9a-f]{40,64})\ntype commit$/m.exec(header)?.[1];
  const tagger = /^tagger (.*?) ?<[^>\n]*> ([0-9]{1,12})(?: |$)/m.exec(header);
  if (commit === undefined || tagger === null) return null;
  return { commit, at: Number(tagger[2]), by: (tagger[1] ?? '').replaceAll(/\p{Cc}/gu, ' ').slice(0, 200) };
}

/** One line per object, under the digest of them all: half a file, or one of another version, is no file. */
async function readCache(file: string): Promise<Map<string, Known>> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const known = new Map<string, Known>();
  const end = text.indexOf('\n');
  if (text.slice(0, end) !== `${cacheFormat} ${digestOf(text.slice(end + 1))}`) return known;
  for (const line of text.slice(end + 1).split('\n')) {
    const [object, commit, at, by] = line.split('\t');
    if (object === undefined || object === '') continue;
    known.set(
      object,
      commit === undefined || at === undefined || by === undefined ? null : { commit, at: Number(at), by },
    );
  }
  return known;
}

/** Only what refs still name is kept. */
async function writeCache(file: string, refs: readonly Ref[], known: ReadonlyMap<string, Known>): Promise<void> {
  const lines = [...new Set(refs.map(({ object }) => object))].map((object) => {
    const tag = known.get(object) ?? null;
    return tag === null ? `${object}\n` : `${object}\t${tag.commit}\t${tag.at}\t${tag.by}\n`;
  });
  const text = lines.join('');
  const own = `${file}.${process.pid}`;
  try {
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(own, `${cacheFormat} ${digestOf(text)}\n${text}`);
    await rename(own, file);
  } catch {
    // A cache that cannot be kept costs time only.
  }
}
