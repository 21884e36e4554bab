import { AppError } from '../error.ts';
import type { Repository } from '../intent.ts';
import type { AppIdentity } from '../observe.ts';
import type { ProposedRelease, ReleaseProposal } from '../ports/release-writer.ts';
import { digestMarker, releaseBranch } from '../registry/release-branch.ts';
import { type Github, once, routeOf } from './connection.ts';
import { asking, askingFor } from './failure.ts';

/** A pull request from the branch of a model's releases. */
interface Pull {
  readonly number: number;
  readonly isOpen: boolean;
  readonly isMerged: boolean;
  readonly title: string;
  readonly body: string;
}

/** What the branch holds beyond its base. */
interface Branch {
  readonly sha: string;
  readonly tree: string;
  /** The newest commit that it shares with the base. */
  readonly mergeBase: string;
  /** The first commit on it that is not ours. */
  readonly stranger: { readonly sha: string; readonly by: string } | null;
}

/**
 * Has the one release pull request of a model hold these files. A newer candidate becomes one more commit of the same
 * branch; only where the base has edited the same files since is the branch made anew on it. A commit of anybody else is
 * never written over: then all is left as it is, and who it was is told.
 */
export async function proposeRelease(
  github: Github,
  repository: Repository,
  { app, proposal }: { readonly app: AppIdentity; readonly proposal: ReleaseProposal },
): Promise<ProposedRelease> {
  const branch = releaseBranch(proposal.model);
  const pulls = await listPulls(github, repository, branch);
  const open = pulls.find(({ isOpen }) => isOpen) ?? null;
  const newest = pulls[0] ?? null;
  if (open === null && isDeclined(newest, proposal)) return { kind: 'declined', number: newest?.number ?? null };
  const found = await readBranch(github, repository, { branch, base: proposal.base, app });
  if (found?.stranger != null) {
    const { by, sha } = found.stranger;
    return { kind: 'held', number: open?.number ?? null, by, commit: sha };
  }
  const isMoved = await bringBranch(github, repository, { branch, found, proposal });
  if (open === null) return { kind: 'opened', number: await openPull(github, repository, { branch, proposal }) };
  const isSaid = open.title === proposal.title && open.body === proposal.body;
  if (!isSaid) await editPull(github, repository, { number: open.number, proposal });
  return { kind: isMoved || !isSaid ? 'updated' : 'unchanged', number: open.number };
}

function isDeclined(newest: Pull | null, { cause, digest }: ReleaseProposal): boolean {
  if (cause === 'asked') return false;
  if (cause === 'renewed') return true;
  return newest !== null && !newest.isMerged && newest.body.includes(digestMarker(digest));
}

/** Newest first. GitHub keeps closed ones, by which it is told whether people declined. */
async function listPulls(github: Github, repository: Repository, branch: string): Promise<readonly Pull[]> {
  const { data } = await asking(`look for a pull request from ${branch}`, () =>
    github.request('GET /repos/{owner}/{repo}/pulls', {
      ...routeOf(repository),
      head: `${repository.owner}:${branch}`,
      state: 'all',
      sort: 'created',
      direction: 'desc',
      per_page: 20,
    }),
  );
  return data.map((pull) => ({
    number: pull.number,
    isOpen: pull.state === 'open',
    isMerged: pull.merged_at !== null,
    title: pull.title,
    body: pull.body ?? '',
  }));
}

async function readBranch(
  github: Github,
  repository: Repository,
  {
    branch,
    base,
    app,
  }: { readonly branch: string; readonly base: { readonly ref: string }; readonly app: AppIdentity },
): Promise<Branch | null> {
  const tip = await askingFor(`read the branch ${branch}`, () =>
    github.request('GET /repos/{owner}/{repo}/branches/{branch}', { ...routeOf(repository), branch }),
  );
  if (tip === null) return null;
  const { sha, commit } = tip.data.commit;
  const { data } = await asking(`compare ${branch} with ${base.ref}`, () =>
    github.request('GET /repos/{owner}/{repo}/compare/{basehead}', {
      ...routeOf(repository),
      basehead: `${base.ref}...${sha}`,
      per_page: 250,
    }),
  );
  const own = `${app.slug}[bot]`;
  const strange = data.commits.find((one) => one.author?.login !== own && !isUpdateOfBranch(one));
  const isTooMany = data.total_commits > data.commits.length;
  const last = strange ?? (isTooMany ? data.commits.at(-1) : undefined);
  return {
    sha,
    tree: commit.tree.sha,
    mergeBase: data.merge_base_commit.sha,
    stranger: last === undefined ? null : { sha: last.sha, by: last.author?.login ?? 'somebody unknown to GitHub' },
  };
}

/** GitHub's own button "Update branch" merges the base; it writes nothing that was not in one of both. */
function isUpdateOfBranch(commit: {
  readonly parents: readonly object[];
  readonly committer: { readonly login?: string } | null;
}): boolean {
  return commit.parents.length === 2 && commit.committer?.login === 'web-flow';
}

/** True when the branch was moved. */
async function bringBranch(
  github: Github,
  repository: Repository,
  options: { readonly branch: string; readonly found: Branch | null; readonly proposal: ReleaseProposal },
): Promise<boolean> {
  const { branch, found, proposal } = options;
  const { base, files } = proposal;
  const route = routeOf(repository);
  const isStale = found !== null && (await isEditedSince(github, repository, { found, proposal }));
  const parent = found === null || isStale ? base.sha : found.sha;
  return await asking(`write to the branch ${branch}`, async () => {
    const tree = await github.request('POST /repos/{owner}/{repo}/git/trees', {
      ...route,
      base_tree: parent,
      tree: Object.entries(files).map(([path, content]) => ({ path, mode: '100644', type: 'blob', content })),
    });
    if (found !== null && !isStale && tree.data.sha === found.tree) return false;
    // Without an author GitHub signs the commit and names our bot: https://docs.github.com/rest/git/commits#create-a-commit
    const commit = await github.request('POST /repos/{owner}/{repo}/git/commits', {
      ...route,
      message: proposal.title,
      tree: tree.data.sha,
      parents: [parent],
    });
    const { sha } = commit.data;
    if (found === null) {
      await github.request('POST /repos/{owner}/{repo}/git/refs', {
        ...route,
        ...once,
        ref: `refs/heads/${branch}`,
        sha,
      });
    } else {
      // Without force a commit that somebody pushed meanwhile is refused, and then found by the next attempt.
      await github.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', {
        ...route,
        ref: `heads/${branch}`,
        sha,
        force: isStale,
      });
    }
    return true;
  }).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'github-refused') {
      throw new AppError(
        'conflict',
        `expected ${branch} to stand at ${found?.sha ?? 'nothing'}, found that it moved; it is looked at again`,
        {
          cause: error,
        },
      );
    }
    throw error;
  });
}

/** Whether the base has edited the same files since the branch left it, so that both could not be merged. */
async function isEditedSince(
  github: Github,
  repository: Repository,
  { found, proposal }: { readonly found: Branch; readonly proposal: ReleaseProposal },
): Promise<boolean> {
  if (found.mergeBase === proposal.base.sha) return false;
  for (const path of Object.keys(proposal.files)) {
    const [then, now] = await Promise.all([
      blobAt(github, repository, { path, ref: found.mergeBase }),
      blobAt(github, repository, { path, ref: proposal.base.sha }),
    ]);
    if (then !== now) return true;
  }
  return false;
}

async function blobAt(
  github: Github,
  repository: Repository,
  { path, ref }: { readonly path: string; readonly ref: string },
): Promise<string | null> {
  const answer = await askingFor(`read ${path} at ${ref}`, () =>
    github.request('GET /repos/{owner}/{repo}/contents/{path}', { ...routeOf(repository), path, ref }),
  );
  return answer === null || Array.isArray(answer.data) ? null : answer.data.sha;
}

async function openPull(
  github: Github,
  repository: Repository,
  { branch, proposal }: { readonly branch: string; readonly proposal: ReleaseProposal },
): Promise<number> {
  const { data } = await asking(`open a pull request from ${branch}`, () =>
    github.request('POST /repos/{owner}/{repo}/pulls', {
      ...routeOf(repository),
      ...once,
      head: branch,
      base: proposal.base.ref,
      title: proposal.title,
      body: proposal.body,
    }),
  );
  return data.number;
}

async function editPull(
  github: Github,
  repository: Repository,
  { number, proposal }: { readonly number: number; readonly proposal: ReleaseProposal },
): Promise<void> {
  await asking(`edit pull request #${number}`, () =>
    github.request('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', {
      ...routeOf(repository),
      pull_number: number,
      title: proposal.title,
      body: proposal.body,
    }),
  );
}
