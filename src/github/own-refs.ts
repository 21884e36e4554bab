import { AppError } from '../error.ts';
import type { Repository } from '../intent.ts';
import type { AppIdentity } from '../observe.ts';
import { refuseOthersBranches } from './branch-pull-request.ts';
import { type Github, once, routeOf } from './connection.ts';
import { asking, askingFor } from './failure.ts';

/** A tag or branch, and the commit that it stands on. */
interface Named {
  readonly name: string;
  readonly sha: string;
}

/** The names of the tags that begin so. */
export async function listTagNames(github: Github, repository: Repository, prefix: string): Promise<readonly string[]> {
  const { data: refs } = await asking(`list the tags ${prefix}…`, () =>
    github.request('GET /repos/{owner}/{repo}/git/matching-refs/{ref}', {
      ...routeOf(repository),
      ref: `tags/${prefix}`,
    }),
  );
  return refs.map(({ ref }) => ref.replace(/^refs\/tags\//, ''));
}

/** The commits that tags are of, in their order; those that are gone are left out. */
export async function readTags(
  github: Github,
  repository: Repository,
  names: readonly string[],
): Promise<readonly Named[]> {
  const read: Named[] = [];
  // One after the other: GitHub asks not to be called by one client in parallel.
  for (const name of names) {
    const sha = await commitOf(github, repository, name);
    if (sha !== null) read.push({ name, sha });
  }
  return read;
}

async function commitOf(github: Github, repository: Repository, name: string): Promise<string | null> {
  const route = routeOf(repository);
  const answer = await askingFor(`read the tag ${name}`, () =>
    github.request('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...route, ref: `tags/${name}` }),
  );
  if (answer === null) return null;
  const { object } = answer.data;
  if (object.type !== 'tag') return object.sha;
  const { data } = await asking(`read the tag ${name}`, () =>
    github.request('GET /repos/{owner}/{repo}/git/tags/{tag_sha}', { ...route, tag_sha: object.sha }),
  );
  return data.object.sha;
}

/** Creates an annotated tag; one of this name on the same commit is left as it is, one elsewhere is a `conflict`. */
export async function createTag(
  github: Github,
  repository: Repository,
  { app, tag }: { readonly app: AppIdentity; readonly tag: Named & { readonly message: string; readonly at: string } },
): Promise<void> {
  const { name, sha, message, at } = tag;
  const present = await commitOf(github, repository, name);
  if (present === sha) return;
  if (present !== null) {
    throw new AppError(
      'conflict',
      `expected to set the tag ${name}, found it on ${present}; somebody else was quicker`,
    );
  }
  const login = `${app.slug}[bot]`;
  await asking(`create the tag ${name}`, async () => {
    const made = await github.request('POST /repos/{owner}/{repo}/git/tags', {
      ...routeOf(repository),
      tag: name,
      message,
      object: sha,
      type: 'commit',
      tagger: { name: login, email: `${app.id}+${login}@users.noreply.github.com`, date: at },
    });
    await github.request('POST /repos/{owner}/{repo}/git/refs', {
      ...routeOf(repository),
      ...once,
      ref: `refs/tags/${name}`,
      sha: made.data.sha,
    });
  });
}

/**
 * Puts files on a branch of our own that begins with nothing, and returns its newest commit. Files that are there
 * already make no commit. AppError `conflict` when somebody wrote it meanwhile.
 */
export async function saveFiles(
  github: Github,
  repository: Repository,
  options: { readonly branch: string; readonly message: string; readonly files: Readonly<Record<string, string>> },
): Promise<string> {
  const { branch, message, files } = options;
  refuseOthersBranches(branch);
  const route = routeOf(repository);
  const tip = await tipOf(github, repository, branch);
  return await asking(`write to the branch ${branch}`, async () => {
    const base = tip === null ? {} : { base_tree: tip.tree };
    const tree = await github.request('POST /repos/{owner}/{repo}/git/trees', {
      ...route,
      ...base,
      tree: blobs(files),
    });
    if (tip !== null && tree.data.sha === tip.tree) return tip.sha;
    const commit = await github.request('POST /repos/{owner}/{repo}/git/commits', {
      ...route,
      message,
      tree: tree.data.sha,
      parents: tip === null ? [] : [tip.sha],
    });
    const { sha } = commit.data;
    if (tip === null) {
      const ref = `refs/heads/${branch}`;
      await github.request('POST /repos/{owner}/{repo}/git/refs', { ...route, ...once, ref, sha });
    } else {
      // Not by force: what another replica wrote meanwhile stays, and this is tried again on top of it.
      const ref = `heads/${branch}`;
      await github.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', { ...route, ref, sha, force: false });
    }
    return sha;
  });
}

/** The newest commit of the default branch, and a file of it. */
export async function readDefaultTip(
  github: Github,
  repository: Repository,
): Promise<{ readonly branch: string; readonly sha: string }> {
  const route = routeOf(repository);
  return await asking('read the default branch', async () => {
    const { data } = await github.request('GET /repos/{owner}/{repo}', route);
    const branch = data.default_branch;
    const tip = await github.request('GET /repos/{owner}/{repo}/branches/{branch}', { ...route, branch });
    return { branch, sha: tip.data.commit.sha };
  });
}

/**
 * Proposes files on a branch of our own and returns the number of its pull request. A branch that stands on an older base
 * is made anew on this one as long as its pull request is open, so that it never conflicts.
 */
export async function proposeFiles(
  github: Github,
  repository: Repository,
  options: {
    readonly app: AppIdentity;
    readonly branch: string;
    readonly base: { readonly branch: string; readonly sha: string };
    readonly title: string;
    readonly body: string;
    readonly files: Readonly<Record<string, string>>;
  },
): Promise<number> {
  const { app, branch, base, title, body } = options;
  refuseOthersBranches(branch);
  const [tip, pull] = await Promise.all([tipOf(github, repository, branch), newestPull(github, repository, branch)]);
  if (pull !== null && pull.state !== 'open') return pull.number;
  if (tip !== null && tip.author !== `${app.slug}[bot]`) {
    throw new AppError(
      'conflict',
      `expected ${branch} to be ours, found a commit of ${tip.author ?? 'somebody else'}; delete that branch`,
    );
  }
  if (tip === null || !tip.parents.includes(base.sha)) await pointAt(github, repository, { ...options, tip });
  if (pull !== null) return pull.number;
  const { data } = await asking(`open a pull request from ${branch}`, () =>
    github.request('POST /repos/{owner}/{repo}/pulls', {
      ...routeOf(repository),
      ...once,
      head: branch,
      base: base.branch,
      title,
      body,
    }),
  );
  return data.number;
}

async function pointAt(
  github: Github,
  repository: Repository,
  options: {
    readonly branch: string;
    readonly base: { readonly sha: string };
    readonly title: string;
    readonly files: Readonly<Record<string, string>>;
    readonly tip: object | null;
  },
): Promise<void> {
  const { branch, base, title, files, tip } = options;
  const route = routeOf(repository);
  await asking(`write to the branch ${branch}`, async () => {
    const tree = await github.request('POST /repos/{owner}/{repo}/git/trees', {
      ...route,
      base_tree: base.sha,
      tree: blobs(files),
    });
    // Without an author GitHub signs the commit and names our bot: https://docs.github.com/rest/git/commits#create-a-commit
    const commit = await github.request('POST /repos/{owner}/{repo}/git/commits', {
      ...route,
      message: title,
      tree: tree.data.sha,
      parents: [base.sha],
    });
    const { sha } = commit.data;
    if (tip === null) {
      await github.request('POST /repos/{owner}/{repo}/git/refs', {
        ...route,
        ...once,
        ref: `refs/heads/${branch}`,
        sha,
      });
    } else {
      const ref = `heads/${branch}`;
      await github.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', { ...route, ref, sha, force: true });
    }
  });
}

async function newestPull(github: Github, repository: Repository, branch: string) {
  const { data } = await asking(`look for a pull request from ${branch}`, () =>
    github.request('GET /repos/{owner}/{repo}/pulls', {
      ...routeOf(repository),
      head: `${repository.owner}:${branch}`,
      state: 'all',
      per_page: 1,
    }),
  );
  return data[0] ?? null;
}

interface Tip {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: string | null;
}

async function tipOf(github: Github, repository: Repository, branch: string): Promise<Tip | null> {
  const answer = await askingFor(`read the branch ${branch}`, () =>
    github.request('GET /repos/{owner}/{repo}/branches/{branch}', { ...routeOf(repository), branch }),
  );
  if (answer === null) return null;
  const { commit } = answer.data;
  return {
    sha: commit.sha,
    tree: commit.commit.tree.sha,
    parents: commit.parents.map((parent) => parent.sha),
    author: commit.author !== null && 'login' in commit.author ? (commit.author.login ?? null) : null,
  };
}

function blobs(files: Readonly<Record<string, string>>) {
  return Object.entries(files).map(([path, content]) => ({
    path,
    mode: '100644' as const,
    type: 'blob' as const,
    content,
  }));
}
