import type { CommitObject } from '../git/git-object.ts';
import type { GitRepository } from '../git/git-repository.ts';

/** The commit that a caller names: a branch, a tag, a full or short ref name, or a SHA of at least seven digits. */
export async function findCommit(git: GitRepository, name: string): Promise<CommitObject | null> {
  if (/^[0-9a-f]{7,40}$/i.test(name)) {
    const commit = await git.commit(name.toLowerCase());
    if (commit !== null) {
      return commit;
    }
  }
  for (const ref of [`refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`, name]) {
    const found = await git.ref(ref);
    if (found !== null) {
      return git.commit(found.sha);
    }
  }
  return name === 'HEAD' ? git.commit('HEAD') : null;
}
