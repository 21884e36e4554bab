import type { GitRepository } from './git-repository.ts';

/** One file of a difference, with what GitHub tells of it. */
export interface FileChange {
  readonly path: string;
  /** Set when renamed or copied. */
  readonly previousPath: string | null;
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed';
  /** The blob after the change, or before it when removed. */
  readonly sha: string;
  readonly additions: number;
  readonly deletions: number;
  /** Hunks without file headers; null for binary files and where git shows none. */
  readonly patch: string | null;
}

const letters: Readonly<Record<string, FileChange['status']>> = {
  A: 'added',
  D: 'removed',
  M: 'modified',
  R: 'renamed',
  C: 'copied',
  T: 'changed',
};
/** GitHub leaves longer patches out. */
const maxPatchBytes = 1_000_000;
const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const cache = new WeakMap<GitRepository, Map<string, Promise<readonly FileChange[]>>>();

/** The files that differ between two trees or commits, renames found. `before` null stands for the empty tree. */
export function diff(git: GitRepository, before: string | null, after: string): Promise<readonly FileChange[]> {
  const known = cache.get(git) ?? new Map<string, Promise<readonly FileChange[]>>();
  cache.set(git, known);
  const key = `${before}..${after}`;
  const found = known.get(key) ?? compute(git, before ?? emptyTree, after);
  known.set(key, found);
  return found;
}

async function compute(git: GitRepository, before: string, after: string): Promise<readonly FileChange[]> {
  if (before === emptyTree) {
    await git.writeTree([]);
  }
  const command = ['diff-tree', '-r', '-M', '--no-ext-diff', '--no-color'];
  const [list, patches] = await Promise.all([
    git.ask([...command, '--raw', '--numstat', '--abbrev=40', '-z', before, after]),
    git.ask([...command, '-p', before, after]),
  ]);
  const { records, counts } = parseList(list.toString('utf8').split('\0'));
  const sections = splitPatches(patches.toString('utf8'));
  let section = 0;
  return records.map((record, index) => {
    const { additions, deletions } = counts[index] ?? { additions: 0, deletions: 0 };
    const patch = record.status === 'changed' ? null : (sections[section] ?? null);
    // A file that became a symlink, or the reverse, is shown as one removal and one addition.
    section += record.status === 'changed' ? 2 : 1;
    return { ...record, additions, deletions, patch };
  });
}

/** With -z, git writes all raw records (`:modes shas letter`, paths) and then all counts, each ended by NUL. */
function parseList(fields: readonly string[]): {
  readonly records: readonly Omit<FileChange, 'additions' | 'deletions' | 'patch'>[];
  readonly counts: readonly { readonly additions: number; readonly deletions: number }[];
} {
  const records: Omit<FileChange, 'additions' | 'deletions' | 'patch'>[] = [];
  const counts: { readonly additions: number; readonly deletions: number }[] = [];
  let at = 0;
  while (at < fields.length && fields[at] !== '') {
    const field = fields[at] ?? '';
    if (field.startsWith(':')) {
      const [, , before = '', after = '', letter = 'M'] = field.slice(1).split(' ');
      const status = letters[letter.charAt(0)] ?? 'modified';
      const moved = status === 'renamed' || status === 'copied';
      records.push({
        path: fields[at + (moved ? 2 : 1)] ?? '',
        previousPath: moved ? (fields[at + 1] ?? '') : null,
        status,
        sha: status === 'removed' ? before : after,
      });
      at += moved ? 3 : 2;
    } else {
      const [additions, deletions, path] = field.split('\t');
      // Binary files are counted as '-'; a renamed file's two paths follow an empty one.
      counts.push({ additions: Number(additions) || 0, deletions: Number(deletions) || 0 });
      at += path === '' ? 3 : 1;
    }
  }
  return { records, counts };
}

function splitPatches(text: string): readonly (string | null)[] {
  return text
    .split(/^(?=diff --git )/m)
    .filter((section) => section.startsWith('diff --git '))
    .map((section) => {
      const start = section.search(/^@@ /m);
      const patch = start === -1 ? null : section.slice(start).replace(/\n$/, '');
      return patch === null || patch.length > maxPatchBytes ? null : patch;
    });
}
