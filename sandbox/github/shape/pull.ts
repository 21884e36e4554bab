import { diff } from '../git/diff.ts';
import type { Issue, JsonObject, Pull, PullEnd, Repository, World } from '../state.ts';
import { accountShape, nodeId } from './account.ts';
import { authorAssociation, commentsOf, issuePage, issueUrl, labelShape } from './issue.ts';
import { repositoryShape, repositoryUrl } from './repository.ts';

/** An issue that is a pull request. */
export type PullIssue = Issue & { readonly pull: Pull };

export function isPull(issue: Issue): issue is PullIssue {
  return issue.pull !== null;
}

/** What lists of pull requests hold (`pull-request-simple`). */
export function simplePullShape(world: World, issue: PullIssue): JsonObject {
  const { pull, repository } = issue;
  const api = `${repositoryUrl(world, repository)}/pulls/${issue.number}`;
  const asIssue = issueUrl(world, issue);
  const statuses = `${repositoryUrl(world, repository)}/statuses/${pull.head.sha}`;
  const page = issuePage(world, issue);
  const assignees = [...issue.assignees.values()].map((account) => accountShape(world, account));
  return {
    url: api,
    id: pull.id,
    node_id: nodeId('PullRequest', pull.id),
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: asIssue,
    number: issue.number,
    state: issue.state,
    locked: issue.locked,
    title: issue.title,
    user: accountShape(world, issue.user),
    body: issue.body,
    created_at: issue.createdAt.toISOString(),
    updated_at: issue.updatedAt.toISOString(),
    closed_at: issue.closedAt?.toISOString() ?? null,
    merged_at: pull.mergedAt?.toISOString() ?? null,
    merge_commit_sha: pull.mergeCommit,
    assignee: assignees[0] ?? null,
    assignees,
    requested_reviewers: [],
    requested_teams: [],
    labels: [...issue.labels.values()].map((label) => labelShape(world, repository, label)),
    milestone: null,
    draft: pull.draft,
    commits_url: `${api}/commits`,
    review_comments_url: `${api}/comments`,
    review_comment_url: `${repositoryUrl(world, repository)}/pulls/comments{/number}`,
    comments_url: `${asIssue}/comments`,
    statuses_url: statuses,
    head: endShape(world, pull.head),
    base: endShape(world, pull.base),
    _links: {
      self: { href: api },
      html: { href: page },
      issue: { href: asIssue },
      comments: { href: `${asIssue}/comments` },
      review_comments: { href: `${api}/comments` },
      review_comment: { href: `${repositoryUrl(world, repository)}/pulls/comments{/number}` },
      commits: { href: `${api}/commits` },
      statuses: { href: statuses },
    },
    author_association: authorAssociation(repository, issue.user),
    auto_merge: null,
    active_lock_reason: null,
  };
}

/** A whole pull request. Whether it can be merged is null until somebody asked for it by `mergeability`. */
export async function pullShape(world: World, issue: PullIssue): Promise<JsonObject> {
  const { pull } = issue;
  const known = pull.mergeability;
  const mergeable = known !== null && known.head === pull.head.sha && issue.state === 'open' ? known.mergeable : null;
  return {
    ...simplePullShape(world, issue),
    merged: pull.mergedAt !== null,
    mergeable,
    rebaseable: mergeable,
    mergeable_state: mergeable === null ? 'unknown' : mergeable ? (pull.draft ? 'draft' : 'clean') : 'dirty',
    merged_by: pull.mergedBy === null ? null : accountShape(world, pull.mergedBy),
    comments: commentsOf(issue).length,
    review_comments: pull.reviews.flatMap((review) => review.comments).length,
    maintainer_can_modify: pull.maintainerCanModify,
    ...(await size(issue)),
  };
}

function endShape(world: World, end: PullEnd): JsonObject {
  return {
    label: `${end.owner.login}:${end.ref}`,
    ref: end.ref,
    sha: end.sha,
    user: accountShape(world, end.owner),
    repo: end.repository === null ? null : repositoryShape(world, end.repository),
  };
}

const sizes = new WeakMap<Pull, { readonly key: string; readonly size: JsonObject }>();

async function size(issue: PullIssue): Promise<JsonObject> {
  const { pull, repository } = issue;
  const base = await comparisonBase(repository, pull);
  const key = `${base}..${pull.head.sha}`;
  const known = sizes.get(pull);
  if (known?.key === key) {
    return known.size;
  }
  const [files, count] = await Promise.all([
    diff(repository.git, base, pull.head.sha),
    repository.git.ask(['rev-list', '--count', pull.head.sha, ...(base === null ? [] : [`^${base}`])]),
  ]);
  const computed = {
    commits: Number(count.toString('utf8')),
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    changed_files: files.length,
  };
  sizes.set(pull, { key, size: computed });
  return computed;
}

/** What a pull request's changes are counted from: the commit where its branch left the base. Stays after the merge. */
export async function comparisonBase(repository: Repository, pull: Pull): Promise<string | null> {
  const tip = pull.mergedAt === null ? await repository.git.ref(`refs/heads/${pull.base.ref}`) : null;
  return repository.git.mergeBase(tip?.sha ?? pull.base.sha, pull.head.sha);
}
