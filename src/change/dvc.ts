import { parse } from 'yaml';
import { canonicalJson } from '../digest.ts';

/** The content of a file or folder that DVC keeps outside git. */
export interface DvcContent {
  /** `md5:…` (a folder's ends in `.dir`), or `etag:…` and `checksum:…` for storage that names content so. */
  readonly digest: string;
  /** `md5` for DVC 3, `md5-dos2unix` for DVC 2, which hashed texts without their carriage returns. */
  readonly scheme: string;
  readonly bytes: number | null;
  readonly files: number | null;
}

/** A stage of `dvc.lock`, as far as it can cause a training. */
export interface DvcStage {
  /** One text for command, parameters and dependencies: a lock of which only `outs` changed has the same. */
  readonly cause: string;
  readonly outs: ReadonlyMap<string, DvcContent>;
}

/** A `.dvc` file: what it tracks, by path relative to the root of the repository, and the revisions it imports. */
export interface DvcFile {
  readonly outs: ReadonlyMap<string, DvcContent>;
  /** `rev_lock` of imported dependencies; another revision is other data even before its hashes are known. */
  readonly revisions: readonly string[];
}

const longestFile = 1_000_000;

/** Reads a `.dvc` file (https://dvc.org/doc/user-guide/project-structure/dvc-files), or null when it is none. */
export function parseDvcFile(options: { readonly text: string; readonly path: string }): DvcFile | null {
  const document = readYaml(options.text);
  const outs = document === null ? null : list(document['outs']);
  if (document === null || outs === null) return null;
  const folder = join(folderOf(options.path), textOf(document['wdir']) ?? '');
  const revisions = (list(document['deps']) ?? []).flatMap(
    (dep) => textOf(mapping(mapping(dep)?.['repo'])?.['rev_lock']) ?? [],
  );
  return { outs: contents(outs, folder), revisions };
}

/** Reads a `dvc.lock` of schema 2.0, stage by stage, or null when it is none. */
export function parseDvcLock(options: {
  readonly text: string;
  readonly path: string;
}): ReadonlyMap<string, DvcStage> | null {
  const document = readYaml(options.text);
  const stages = mapping(document?.['stages']);
  if (document?.['schema'] !== '2.0' || stages === null) return null;
  const folder = folderOf(options.path);
  const result = new Map<string, DvcStage>();
  for (const [name, value] of Object.entries(stages)) {
    const stage = mapping(value);
    if (stage === null) continue;
    const deps = contents(list(stage['deps']) ?? [], folder);
    const cause = canonicalJson([
      stage['cmd'] ?? null,
      stage['params'] ?? null,
      [...deps].map(([path, { digest, scheme }]) => [path, digest, scheme]),
    ]);
    result.set(name, { cause, outs: contents(list(stage['outs']) ?? [], folder) });
  }
  return result;
}

/**
 * Whether two contents are the same as far as the pointers tell. When only the scheme of hashing differs (DVC 2 or 3)
 * and sizes agree, the pointer was migrated and the data is the same.
 */
export function isSameContent(before: DvcContent | null, after: DvcContent | null): boolean {
  if (before === null || after === null) return before === after;
  if (before.scheme !== after.scheme) {
    return before.bytes !== null && before.bytes === after.bytes && before.files === after.files;
  }
  return before.digest === after.digest;
}

function contents(entries: readonly unknown[], folder: string): ReadonlyMap<string, DvcContent> {
  const result = new Map<string, DvcContent>();
  for (const entry of entries) {
    const out = mapping(entry);
    const path = textOf(out?.['path']);
    if (out === null || path === null) continue;
    const content = contentOf(out);
    if (content !== null) result.set(join(folder, path), content);
  }
  return result;
}

function contentOf(out: Readonly<Record<string, unknown>>): DvcContent | null {
  const scheme = textOf(out['hash']) ?? 'md5-dos2unix';
  const bytes = countOf(out['size']);
  const files = countOf(out['nfiles']);
  for (const name of ['md5', 'etag', 'checksum'] as const) {
    const value = textOf(out[name]);
    // Only md5 exists in two schemes; other hashes come from the storage and need no `hash` key.
    if (value !== null) return { digest: `${name}:${value}`, scheme: name === 'md5' ? scheme : name, bytes, files };
  }
  // Storage with versions lists the files of a folder instead of one hash.
  const listed = list(out['files']);
  return listed === null ? null : { digest: `files:${canonicalJson(listed)}`, scheme: 'files', bytes, files };
}

function readYaml(text: string): Readonly<Record<string, unknown>> | null {
  if (text.length > longestFile) return null;
  try {
    return mapping(parse(text, { maxAliasCount: 0, uniqueKeys: false, logLevel: 'silent' }));
  } catch {
    // Any text can stand in a file of this name; what is no pointer is classified by its own blob.
    return null;
  }
}

function join(folder: string, path: string): string {
  const segments: string[] = [];
  for (const segment of `${folder}/${path}`.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return segments.join('/');
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

function mapping(value: unknown): Readonly<Record<string, unknown>> | null {
  // A mapping of a YAML document: texts as keys, anything as values.
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
}

function list(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= 4096 ? value : null;
}

function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
