import { AppError } from '../error.ts';
import type { Repository } from '../intent.ts';
import type { AppIdentity } from '../observe.ts';
import { type Github, once, routeOf } from './connection.ts';
import { asking, askingFor } from './failure.ts';

/** What is to be proposed: files, by path, on a new branch from the tip of `base`. */
export interface Proposal {
  readonly branch: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Proposes files in a pull request from a branch of our own and returns its number. The branch appears together with
 * its commit, as one reference; so a branch that stands already is either ours and complete, and then only the pull
 * request may be missing, or somebody else's, and then nothing is done.
 */
export async function openPullRequest(
  github: Github,
  repository: Repository,
  { app, proposal }: { app: AppIdentity; proposal: Proposal },
): Promise<number | null> {
  const { branch, base } = proposal;
  refuseOthersBranches(branch);
  const tip = await readTip(github, repository, branch);
  if (tip === null) await createBranch(github, repository, proposal);
  else if (tip.author !== `${app.slug}[bot]` || (await hasPullRequest(github, repository, branch))) return null;
  const { data } = await asking(`open a pull request from ${branch}`, () =>
    github.request('POST /repos/{owner}/{repo}/pulls', {
      ...routeOf(repository),
      ...once,
      head: branch,
      base,
      title: proposal.title,
      body: proposal.body,
    }),
  );
  return data.number;
}

/** The right to write contents is there for branches of our own, which have a name that tells. AppError for any other. */
export function refuseOthersBranches(branch: string): void {
  if (/^siskin\/[a-z0-9][\w-]{0,100}$/.test(branch)) return;
  throw new AppError(
    'not-permitted',
    `expected a branch of our own, found ${JSON.stringify(branch.slice(0, 100))}; call it siskin/…`,
  );
}

async function readTip(
  github: Github,
  repository: Repository,
  branch: string,
): Promise<{ readonly author: string | null } | null> {
  const answer = await askingFor(`read the branch ${branch}`, () =>
    github.request('GET /repos/{owner}/{repo}/branches/{branch}', { ...routeOf(repository), branch }),
  );
  return answer === null ? null : { author: answer.data.commit.author?.login ?? null };
}

/** Also a closed one counts: a proposal that people declined is not made again. */
async function hasPullRequest(github: Github, repository: Repository, branch: string): Promise<boolean> {
  const { data } = await asking(`look for a pull request from ${branch}`, () =>
    github.request('GET /repos/{owner}/{repo}/pulls', {
      ...routeOf(repository),
      head: `${repository.owner}:${branch}`,
      state: 'all',
      per_page: 1,
    }),
  );
  return data.length > 0;
}

async function createBranch(github: Github, repository: Repository, proposal: Proposal): Promise<void> {
  const route = routeOf(repository);
  await asking(`create the branch ${proposal.branch}`, async () => {
    const base = await github.request('GET /repos/{owner}/{repo}/branches/{branch}', {
      ...route,
      branch: proposal.base,
    });
    const tree = await github.request('POST /repos/{owner}/{repo}/git/trees', {
      ...route,
      base_tree: base.data.commit.sha,
      tree: Object.entries(proposal.files).map(([path, content]) => ({
        path,
        mode: '100644' as const,
        type: 'blob' as const,
        content,
      })),
    });
    // Without an author GitHub signs the commit and names our bot: https://docs.github.com/rest/git/commits#create-a-commit
    const commit = await github.request('POST /repos/{owner}/{repo}/git/commits', {
      ...route,
      message: proposal.title,
      tree: tree.data.sha,
      parents: [base.data.commit.sha],
    });
    await github.request('POST /repos/{owner}/{repo}/git/refs', {
      ...route,
      ...once,
      ref: `refs/heads/${proposal.branch}`,
      sha: commit.data.sha,
    });
  });
}
