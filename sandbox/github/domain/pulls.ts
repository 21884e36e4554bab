import { conflictFree, rebase } from '../git/merge.ts';
import { isPull, type PullIssue } from '../shape/pull.ts';
import type { Account, App, Issue, Pull, Repository, World } from '../state.ts';
import { personOf } from './files.ts';
import { newIssue } from './issues.ts';
import { bringHead, finish, sendPull } from './pull-sync.ts';
import { type By, commitsBetween, moveRef } from './push.ts';

/** Opens a pull request of branches that exist; the caller has checked both. */
export async function openPull(
  world: World,
  repository: Repository,
  options: {
    readonly title: string;
    readonly body: string | null;
    readonly base: { readonly ref: string; readonly sha: string };
    readonly head: { readonly repository: Repository; readonly ref: string; readonly sha: string };
    readonly draft: boolean;
    readonly maintainerCanModify: boolean;
    readonly user: Account;
    readonly app: App | null;
    readonly by: By;
  },
): Promise<PullIssue> {
  const pull: Pull = {
    id: world.newId(),
    draft: options.draft,
    base: { ...options.base, repository, owner: repository.owner },
    head: { ...options.head, owner: options.head.repository.owner },
    mergedAt: null,
    mergedBy: null,
    mergeCommit: null,
    mergeability: null,
    maintainerCanModify: options.maintainerCanModify,
    reviews: [],
  };
  const issue: Issue = newIssue(world, repository, { ...options, pull });
  if (!isPull(issue)) {
    throw new Error('expected a pull request, found an issue; give newIssue its pull');
  }
  await bringHead(issue);
  await sendPull(world, issue, { action: 'opened', by: options.by });
  return issue;
}

/** Whether the head merges cleanly into the base branch as both are now; leaves the test merge in `refs/pull/N/merge`. */
export async function mergeability(world: World, issue: PullIssue): Promise<boolean> {
  const { pull, repository } = issue;
  const { git } = repository;
  const base = (await git.ref(`refs/heads/${pull.base.ref}`))?.sha;
  if (base === undefined || issue.state === 'closed') {
    return false;
  }
  const known = pull.mergeability;
  if (known !== null && known.base === base && known.head === pull.head.sha) {
    return known.mergeable;
  }
  const tree = await conflictFree(git, base, pull.head.sha);
  if (tree !== null) {
    const author = personOf(issue.user, world.clock());
    const message = `Merge ${pull.head.sha} into ${base}`;
    const parents = [base, pull.head.sha];
    const sha = await git.writeCommit({ tree, parents, author, committer: author, message });
    await git.updateRef(`refs/pull/${issue.number}/merge`, sha);
    // It may have been merged while git was asked.
    pull.mergeCommit = pull.mergedAt === null ? sha : pull.mergeCommit;
  }
  pull.mergeability = { base, head: pull.head.sha, mergeable: tree !== null };
  return tree !== null;
}

export type MergeMethod = 'merge' | 'squash' | 'rebase';

/** Merges; the new tip of the base, or null when it conflicts or the base moved meanwhile. */
export async function mergePull(
  world: World,
  issue: PullIssue,
  options: {
    readonly method: MergeMethod;
    readonly title: string | null;
    readonly message: string | null;
    readonly by: By;
  },
): Promise<string | null> {
  const { pull, repository } = issue;
  const { git } = repository;
  const base = (await git.ref(`refs/heads/${pull.base.ref}`))?.sha;
  if (base === undefined) {
    return null;
  }
  const sha = await mergeCommit(world, issue, { ...options, base });
  if (sha === null) {
    return null;
  }
  // Closed first: the push below must not find it open and close it a second time.
  issue.state = 'closed';
  const moved = await moveRef(world, repository, {
    ref: `refs/heads/${pull.base.ref}`,
    sha,
    expected: base,
    by: options.by,
  });
  if (!moved) {
    issue.state = 'open';
    return null;
  }
  await finish(world, issue, { by: options.by, merge: sha });
  return sha;
}

async function mergeCommit(
  world: World,
  issue: PullIssue,
  options: {
    readonly method: MergeMethod;
    readonly title: string | null;
    readonly message: string | null;
    readonly by: By;
    readonly base: string;
  },
): Promise<string | null> {
  const { pull, repository } = issue;
  const { git } = repository;
  const committer = personOf(options.by.account, world.clock());
  if (options.method === 'rebase') {
    return rebase(git, { onto: options.base, head: pull.head.sha, committer });
  }
  const tree = await conflictFree(git, options.base, pull.head.sha);
  if (tree === null) {
    return null;
  }
  if (options.method === 'merge') {
    const title = options.title ?? `Merge pull request #${issue.number} from ${pull.head.owner.login}/${pull.head.ref}`;
    const message = `${title}\n\n${options.message ?? issue.title}`;
    const parents = [options.base, pull.head.sha];
    return git.writeCommit({ tree, parents, author: committer, committer, message });
  }
  const from = (await git.mergeBase(options.base, pull.head.sha)) ?? options.base;
  const commits = await commitsBetween(git, from, pull.head.sha);
  const only = commits.length === 1 ? commits[0]?.message.split('\n')[0] : undefined;
  const title = options.title ?? `${only ?? issue.title} (#${issue.number})`;
  const body =
    options.message ?? (only === undefined ? commits.map((commit) => `* ${commit.message}`).join('\n\n') : '');
  const author = personOf(issue.user, world.clock());
  const message = body === '' ? title : `${title}\n\n${body}`;
  return git.writeCommit({ tree, parents: [options.base], author, committer, message });
}
