import { entryType, type Person, type TreeEntry } from '../git/git-object.ts';
import type { GitRepository } from '../git/git-repository.ts';
import { emailOf } from '../shape/commit.ts';
import type { Account } from '../state.ts';

/** A file to write: its blob and mode; null removes it. */
export type FileEdit = { readonly mode: string; readonly sha: string } | null;

/** Text and bytes become blobs; null stays null. */
export async function fileEdits(
  git: GitRepository,
  files: Readonly<Record<string, string | Uint8Array | null>>,
): Promise<ReadonlyMap<string, FileEdit>> {
  const edits = await Promise.all(
    Object.entries(files).map(async ([path, content]): Promise<readonly [string, FileEdit]> => {
      if (content === null) {
        return [path, null];
      }
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      const executable = bytes[0] === 0x23 && bytes[1] === 0x21;
      return [path, { mode: executable ? '100755' : '100644', sha: await git.writeObject('blob', bytes) }];
    }),
  );
  return new Map(edits);
}

/** The tree that results from edits by path. Folders without files vanish. Removing what is not there changes nothing. */
export async function editTree(
  git: GitRepository,
  base: string | null,
  edits: ReadonlyMap<string, FileEdit>,
): Promise<string> {
  const here = new Map<string, TreeEntry>();
  const known = base === null ? null : await git.tree(base);
  for (const entry of known?.entries ?? []) {
    here.set(entry.name, entry);
  }
  const below = new Map<string, Map<string, FileEdit>>();
  for (const [path, edit] of edits) {
    const slash = path.indexOf('/');
    if (slash !== -1) {
      const name = path.slice(0, slash);
      const inner = below.get(name) ?? new Map<string, FileEdit>();
      inner.set(path.slice(slash + 1), edit);
      below.set(name, inner);
    } else if (edit === null) {
      here.delete(path);
    } else {
      here.set(path, { name: path, ...edit });
    }
  }
  for (const [name, inner] of below) {
    const old = here.get(name);
    const sha = await editTree(git, old !== undefined && entryType(old.mode) === 'tree' ? old.sha : null, inner);
    const empty = (await git.tree(sha))?.entries.length === 0;
    if (empty) {
      here.delete(name);
    } else {
      here.set(name, { name, mode: '040000', sha });
    }
  }
  return git.writeTree([...here.values()]);
}

/** The entry at a path of a tree or commit, or null. */
export async function entryAt(git: GitRepository, revision: string, path: string): Promise<TreeEntry | null> {
  let tree = await git.tree(revision);
  let found: TreeEntry | null = null;
  for (const part of path.split('/')) {
    found = tree?.entries.find((entry) => entry.name === part) ?? null;
    if (found === null) {
      return null;
    }
    tree = entryType(found.mode) === 'tree' ? await git.tree(found.sha) : null;
  }
  return found;
}

/** An account as the author of a commit made now. */
export function personOf(account: Account, date: Date): Person {
  return { name: account.login, email: emailOf(account), date, offset: '+0000' };
}
