import { createHash } from 'node:crypto';

export type ObjectType = 'blob' | 'tree' | 'commit' | 'tag';

export interface TreeEntry {
  /** As GitHub spells it: `100644`, `100755`, `040000`, `120000`, `160000`. */
  readonly mode: string;
  readonly name: string;
  readonly sha: string;
}

/** Author, committer or tagger. The offset is kept because it is part of what was signed and hashed. */
export interface Person {
  readonly name: string;
  readonly email: string;
  readonly date: Date;
  readonly offset: string;
}

export interface CommitObject {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  readonly message: string;
}

export interface TagObject {
  readonly sha: string;
  readonly object: string;
  readonly type: ObjectType;
  readonly tag: string;
  readonly tagger: Person | null;
  readonly message: string;
}

/** Whether a text is a full object name, and not another way to name an object. */
export function isSha(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

/** The object's name: SHA-1 over its header and content. */
export function objectSha(type: ObjectType, content: Uint8Array): string {
  return createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex');
}

/** What kind of object a tree entry's mode points at. */
export function entryType(mode: string): 'blob' | 'tree' | 'commit' {
  return mode === '040000' ? 'tree' : mode === '160000' ? 'commit' : 'blob';
}

/** Git's own order compares folders as if their names ended in a slash. */
export function encodeTree(entries: readonly TreeEntry[]): Buffer {
  const keyed = entries.map((entry) => ({
    entry,
    key: Buffer.from(entryType(entry.mode) === 'tree' ? `${entry.name}/` : entry.name),
  }));
  keyed.sort((left, right) => Buffer.compare(left.key, right.key));
  return Buffer.concat(
    keyed.flatMap(({ entry }) => [
      Buffer.from(`${entry.mode.replace(/^0/, '')} ${entry.name}\0`),
      Buffer.from(entry.sha, 'hex'),
    ]),
  );
}

export function parseTree(content: Buffer): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  let at = 0;
  while (at < content.length) {
    const space = content.indexOf(0x20, at);
    const nul = content.indexOf(0, space);
    entries.push({
      mode: content.toString('latin1', at, space).padStart(6, '0'),
      name: content.toString('utf8', space + 1, nul),
      sha: content.toString('hex', nul + 1, nul + 21),
    });
    at = nul + 21;
  }
  return entries;
}

export function encodeCommit(commit: Omit<CommitObject, 'sha'>): Buffer {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${personLine(commit.author)}`,
    `committer ${personLine(commit.committer)}`,
  ];
  return Buffer.from(`${lines.join('\n')}\n\n${commit.message}`);
}

export function parseCommit(sha: string, content: Buffer): CommitObject {
  const { headers, message } = splitHeaders(content);
  return {
    sha,
    tree: headers.find(([key]) => key === 'tree')?.[1] ?? '',
    parents: headers.filter(([key]) => key === 'parent').map(([, value]) => value),
    author: parsePerson(headers.find(([key]) => key === 'author')?.[1] ?? ''),
    committer: parsePerson(headers.find(([key]) => key === 'committer')?.[1] ?? ''),
    message,
  };
}

export function encodeTag(tag: Omit<TagObject, 'sha'>): Buffer {
  const tagger = tag.tagger === null ? '' : `tagger ${personLine(tag.tagger)}\n`;
  return Buffer.from(`object ${tag.object}\ntype ${tag.type}\ntag ${tag.tag}\n${tagger}\n${tag.message}`);
}

export function parseTag(sha: string, content: Buffer): TagObject {
  const { headers, message } = splitHeaders(content);
  const value = (name: string) => headers.find(([key]) => key === name)?.[1];
  const tagger = value('tagger');
  return {
    sha,
    object: value('object') ?? '',
    // Git writes one of its four object types here and checks that it did.
    type: (value('type') ?? 'commit') as ObjectType,
    tag: value('tag') ?? '',
    tagger: tagger === undefined ? null : parsePerson(tagger),
    message,
  };
}

function splitHeaders(content: Buffer): {
  readonly headers: readonly (readonly [string, string])[];
  readonly message: string;
} {
  const end = content.indexOf('\n\n');
  const head = content.toString('utf8', 0, end === -1 ? content.length : end);
  const headers = head.split('\n').map((line) => {
    const space = line.indexOf(' ');
    return [line.slice(0, space), line.slice(space + 1)] as const;
  });
  return { headers, message: end === -1 ? '' : content.toString('utf8', end + 2) };
}

function personLine(person: Person): string {
  const clean = (text: string) => text.replace(/[<>\n\0]/g, '');
  const seconds = Math.floor(person.date.getTime() / 1000);
  return `${clean(person.name)} <${clean(person.email)}> ${seconds} ${person.offset}`;
}

function parsePerson(line: string): Person {
  const match = /^(.*?) ?<(.*?)> (-?\d+) ([+-]\d{4})$/.exec(line);
  return {
    name: match?.[1] ?? '',
    email: match?.[2] ?? '',
    date: new Date(Number(match?.[3] ?? 0) * 1000),
    offset: match?.[4] ?? '+0000',
  };
}
