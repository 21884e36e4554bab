import type { CommitObject, Person } from '../git/git-object.ts';
import { type Account, findAccount, type JsonObject, type Repository, type World } from '../state.ts';
import { accountShape, nodeId } from './account.ts';
import { pageUrl, repositoryUrl } from './repository.ts';

const noreply = 'users.noreply.github.com';

/** The address under which GitHub knows this account's commits. */
export function emailOf(account: Account): string {
  return `${account.id}+${account.login}@${noreply}`;
}

/** The account of a commit's author, known by the address; null for strangers. */
export function accountOfEmail(world: World, email: string): Account | null {
  const match = new RegExp(`^(?:\\d+\\+)?([^@]+)@${noreply.replaceAll('.', '\\.')}$`).exec(email);
  return match?.[1] === undefined ? null : (findAccount(world, match[1]) ?? null);
}

export function personShape(person: Person): JsonObject {
  return { name: person.name, email: person.email, date: isoSeconds(person.date) };
}

/** Seconds are all that git stores. */
export function isoSeconds(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, 'Z');
}

const verification = {
  verified: false,
  reason: 'unsigned',
  signature: null,
  payload: null,
  verified_at: null,
} as const;

/** A commit as the git database tells it (`git-commit`). */
export function gitCommitShape(world: World, repository: Repository, commit: CommitObject): JsonObject {
  const api = repositoryUrl(world, repository);
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', repository.id) + commit.sha.slice(0, 8),
    url: `${api}/git/commits/${commit.sha}`,
    html_url: `${pageUrl(world, repository)}/commit/${commit.sha}`,
    author: personShape(commit.author),
    committer: personShape(commit.committer),
    tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
    message: commit.message.replace(/\n+$/, ''),
    parents: parentShapes(world, repository, { commit, of: 'git/commits' }),
    verification,
  };
}

/** A commit as lists, comparisons and branches tell it (`commit`). */
export function commitShape(
  world: World,
  repository: Repository,
  commit: CommitObject,
): JsonObject & { readonly commit: JsonObject } {
  const api = repositoryUrl(world, repository);
  const author = accountOfEmail(world, commit.author.email);
  const committer = accountOfEmail(world, commit.committer.email);
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', repository.id) + commit.sha.slice(0, 8),
    commit: {
      author: personShape(commit.author),
      committer: personShape(commit.committer),
      message: commit.message.replace(/\n+$/, ''),
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      url: `${api}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification,
    },
    url: `${api}/commits/${commit.sha}`,
    html_url: `${pageUrl(world, repository)}/commit/${commit.sha}`,
    comments_url: `${api}/commits/${commit.sha}/comments`,
    author: author === null ? null : accountShape(world, author),
    committer: committer === null ? null : accountShape(world, committer),
    parents: parentShapes(world, repository, { commit, of: 'commits' }),
  };
}

/** The commit as a `status` webhook carries it, which does not tell when a signature was verified. */
export function eventCommitShape(world: World, repository: Repository, commit: CommitObject): JsonObject {
  const { commit: inner, ...shape } = commitShape(world, repository, commit);
  const { verified_at: _, ...unsigned } = verification;
  return { ...shape, commit: { ...inner, verification: unsigned } };
}

/** The head commit inside check suites and workflow runs (`simple-commit`). */
export function simpleCommitShape(commit: CommitObject): JsonObject {
  return {
    id: commit.sha,
    tree_id: commit.tree,
    message: commit.message.replace(/\n+$/, ''),
    timestamp: isoSeconds(commit.committer.date),
    author: { name: commit.author.name, email: commit.author.email },
    committer: { name: commit.committer.name, email: commit.committer.email },
  };
}

function parentShapes(
  world: World,
  repository: Repository,
  options: { readonly commit: CommitObject; readonly of: string },
): readonly JsonObject[] {
  return options.commit.parents.map((sha) => ({
    sha,
    url: `${repositoryUrl(world, repository)}/${options.of}/${sha}`,
    html_url: `${pageUrl(world, repository)}/commit/${sha}`,
  }));
}
