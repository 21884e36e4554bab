import type { Person } from './git-object.ts';
import type { GitRepository } from './git-repository.ts';

/** The tree of a merge, or null when it conflicts. */
export async function conflictFree(git: GitRepository, ours: string, theirs: string): Promise<string | null> {
  const result = await git.run(['merge-tree', '--write-tree', '--allow-unrelated-histories', ours, theirs]);
  if (result.status > 1) {
    throw new Error(`git merge-tree answered ${result.status}: ${result.stderr.trim()}`);
  }
  return result.status === 0 ? (result.stdout.toString('utf8').split('\n')[0] ?? null) : null;
}

/** Replays the commits of `head` that `onto` lacks; the new tip, or null when one conflicts. Authors stay. */
export async function rebase(
  git: GitRepository,
  options: { readonly onto: string; readonly head: string; readonly committer: Person },
): Promise<string | null> {
  const range = ['rev-list', '--reverse', '--topo-order', '--no-merges', options.head, `^${options.onto}`];
  const shas = (await git.ask(range)).toString('utf8').split('\n').filter(Boolean);
  let tip = options.onto;
  for (const sha of shas) {
    const commit = await git.commit(sha);
    const current = await git.commit(tip);
    if (commit === null || current === null) {
      return null;
    }
    // merge-tree finds its base by history, so the tip is given the picked commit's parent as its own.
    const { committer } = options;
    const parents = commit.parents.slice(0, 1);
    const stand = { tree: current.tree, parents, author: committer, committer, message: 'stand-in' };
    const tree = await conflictFree(git, await git.writeCommit(stand), sha);
    if (tree === null) {
      return null;
    }
    tip = await git.writeCommit({ ...commit, tree, parents: [tip], committer });
  }
  return tip;
}
