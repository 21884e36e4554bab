import { AppError } from '../error.ts';
import type { Repository } from '../intent.ts';
import type { TreeEntry } from '../ports.ts';
import { type Github, routeOf } from './connection.ts';
import { asking, askingFor } from './failure.ts';
import { readLimited } from './limited-body.ts';

/** The text of a file at a commit or branch; null when there is none, or a folder. */
export async function readFile(
  github: Github,
  repository: Repository,
  { path, ref }: { path: string; ref: string },
): Promise<string | null> {
  const what = `read ${path} at ${ref} of ${repository.owner}/${repository.name}`;
  const answer = await askingFor(what, () =>
    github.request('GET /repos/{owner}/{repo}/contents/{path}', {
      ...routeOf(repository),
      path,
      ref,
      // Raw reaches files of up to 100 MB: https://docs.github.com/rest/repos/contents#get-repository-content
      mediaType: { format: 'raw' },
      request: { parseSuccessResponseBody: false },
    }),
  );
  // A folder is answered as a list in JSON whatever was accepted.
  if (answer === null || /^application\/json\b/.test(String(answer.headers['content-type']))) return null;
  const bytes = await asking(what, () => readLimited(answer.data, fileBytesLimit, path));
  return new TextDecoder().decode(bytes);
}

/** The blobs of a commit's whole tree; null when GitHub truncated it (over 100 000 entries or 7 MB). */
export async function readTree(
  github: Github,
  repository: Repository,
  commit: string,
): Promise<readonly TreeEntry[] | null> {
  const { data } = await asking(`read the tree of ${commit}`, () =>
    github.request('GET /repos/{owner}/{repo}/git/trees/{tree_sha}', {
      ...routeOf(repository),
      tree_sha: commit,
      recursive: '1',
    }),
  );
  // https://docs.github.com/rest/git/trees#get-a-tree: `truncated` says that entries are missing.
  if (data.truncated) return null;
  return data.tree.flatMap((entry) =>
    entry.type === 'blob' && entry.path !== undefined && entry.sha !== undefined && entry.sha !== null
      ? [{ path: entry.path, sha: entry.sha, bytes: entry.size ?? 0 }]
      : [],
  );
}

/** The id of the tree of a commit. */
export async function readTreeId(github: Github, repository: Repository, commit: string): Promise<string> {
  const { data } = await asking(`read the commit ${commit}`, () =>
    github.request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
      ...routeOf(repository),
      commit_sha: commit,
    }),
  );
  return data.tree.sha;
}

/** The bytes of a blob; throws `too-large` beyond the limit without reading further. */
export async function readBlob(
  github: Github,
  repository: Repository,
  sha: string,
  limitBytes: number = blobBytesLimit,
): Promise<Uint8Array> {
  const what = `read blob ${sha}`;
  return await asking(what, async () => {
    const { data } = await github.request('GET /repos/{owner}/{repo}/git/blobs/{file_sha}', {
      ...routeOf(repository),
      file_sha: sha,
      mediaType: { format: 'raw' },
      request: { parseSuccessResponseBody: false },
    });
    return await readLimited(data, limitBytes, `blob ${sha}`);
  });
}

/** The commit that `base` names and the newest commit that it shares with `head`. */
export async function compare(
  github: Github,
  repository: Repository,
  { base, head }: { base: string; head: string },
): Promise<{ readonly base: string; readonly mergeBase: string }> {
  const { data } = await asking(`compare ${base} with ${head}`, () =>
    github.request('GET /repos/{owner}/{repo}/compare/{basehead}', {
      ...routeOf(repository),
      basehead: `${base}...${head}`,
      // The file list comes with page 1 only, and we read trees: https://docs.github.com/rest/commits/commits#compare-two-commits
      per_page: 1,
      page: 2,
    }),
  );
  return { base: data.base_commit.sha, mergeBase: data.merge_base_commit.sha };
}

/** The default branch and the commit at its tip. */
export async function readDefaultBranch(
  github: Github,
  repository: Repository,
): Promise<{ readonly name: string; readonly sha: string }> {
  const { data } = await asking(`read the repository ${repository.owner}/${repository.name}`, () =>
    github.request('GET /repos/{owner}/{repo}', routeOf(repository)),
  );
  const name = data.default_branch;
  const branch = await askingFor(`read the branch ${name}`, () =>
    github.request('GET /repos/{owner}/{repo}/branches/{branch}', { ...routeOf(repository), branch: name }),
  );
  if (branch === null) {
    throw new AppError('not-found', `expected a commit on ${name}, found an empty repository; push a first commit`);
  }
  return { name, sha: branch.data.commit.sha };
}

/** Policies, pointers and parameter files are far smaller. */
const fileBytesLimit = 5_000_000;
/** The most that GitHub serves of a blob: https://docs.github.com/rest/git/blobs#get-a-blob */
const blobBytesLimit = 100_000_000;
