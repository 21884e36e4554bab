import type { ListedFile } from '../github/pull-files.ts';
import type { TreeEntry } from '../ports.ts';
import { unknownBlob } from './read-blob.ts';

/** One path that differs between two commits. A renamed file is one path that went, and one that came from it. */
export interface ChangedPath {
  readonly path: string;
  /** What stood here, or under the old name of a renamed file. */
  readonly before: TreeEntry | null;
  readonly after: TreeEntry | null;
  /** What GitHub lists of it, when that is of the same blob. */
  readonly listed: ListedFile | null;
  /** False when only GitHub's list is known, which tells no sizes. */
  readonly isSized: boolean;
}

/**
 * What differs between two trees, told exactly however many files there are. GitHub's list, which ends at 3000 files and
 * is of the present head, adds its hunks where they are of the same blob; alone it serves when a tree is too large.
 */
export function changedPaths(options: {
  readonly before: readonly TreeEntry[] | null;
  readonly after: readonly TreeEntry[] | null;
  readonly listed: readonly ListedFile[];
}): readonly ChangedPath[] {
  const { before, after, listed } = options;
  const byPath = new Map(listed.map((file) => [file.path, file]));
  if (before === null || after === null) return [...byPath.values()].flatMap(fromList);
  const old = new Map(before.map((entry) => [entry.path, entry]));
  const now = new Map(after.map((entry) => [entry.path, entry]));
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((path) => old.get(path)?.sha !== now.get(path)?.sha)
    .map((path) => {
      const after = now.get(path) ?? null;
      const entry = byPath.get(path);
      const own = entry !== undefined && entry.sha === after?.sha ? entry : null;
      const renamed = own?.status === 'renamed' ? (old.get(own.previousPath ?? '') ?? null) : null;
      return { path, before: old.get(path) ?? renamed, after, listed: own, isSized: true };
    });
}

function fromList(file: ListedFile): readonly ChangedPath[] {
  const { path, previousPath, sha, status } = file;
  const gone = (old: string, blob: string): ChangedPath => ({
    path: old,
    before: { path: old, sha: blob, bytes: 0 },
    after: null,
    listed: null,
    isSized: false,
  });
  const blob = sha ?? unknownBlob(path);
  if (status === 'removed') return [gone(path, blob)];
  const after = { path, sha: blob, bytes: 0 };
  // The list does not name the old blob; one that is nowhere cannot be read, and counts as another content.
  const isNew = ['added', 'copied', 'renamed'].includes(status);
  const before = isNew ? null : { path, sha: unknownBlob(path), bytes: 0 };
  const came: ChangedPath = { path, before, after, listed: sha === null ? null : file, isSized: false };
  return status === 'renamed' && previousPath !== null ? [gone(previousPath, unknownBlob(previousPath)), came] : [came];
}
