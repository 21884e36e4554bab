import type { Account, Issue, IssueComment, JsonObject, Label, Reaction, Repository, World } from '../state.ts';
import { accountShape, appShape, nodeId } from './account.ts';
import { pageUrl, repositoryUrl } from './repository.ts';

/** The eight reactions that GitHub knows. */
export const reactionContents = ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes'] as const;

/** How GitHub names somebody's relation to a repository, as the world may know it: a private membership is not told. */
export function authorAssociation(repository: Repository, account: Account): string {
  if (repository.owner.id === account.id) {
    return 'OWNER';
  }
  if (repository.owner.organization?.members.get(account.id) === 'public') {
    return 'MEMBER';
  }
  const role = repository.roles.get(account.id);
  if (role !== undefined && role !== 'none') {
    return 'COLLABORATOR';
  }
  const merged = [...repository.issues.values()].some((issue) => issue.pull?.mergedAt && issue.user.id === account.id);
  return merged ? 'CONTRIBUTOR' : 'NONE';
}

export function labelShape(world: World, repository: Repository, label: Label): JsonObject {
  return {
    id: label.id,
    node_id: nodeId('Label', label.id),
    url: `${repositoryUrl(world, repository)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    description: label.description,
    color: label.color,
    default: false,
  };
}

export function reactionShape(world: World, reaction: Reaction): JsonObject {
  return {
    id: reaction.id,
    node_id: nodeId('Reaction', reaction.id),
    user: accountShape(world, reaction.user),
    content: reaction.content,
    created_at: reaction.createdAt.toISOString(),
  };
}

/** The counts of reactions under a comment or an issue. */
export function reactionCounts(url: string, reactions: readonly Reaction[]): JsonObject {
  const counts = reactionContents.map((content) => [
    content,
    reactions.filter((reaction) => reaction.content === content).length,
  ]);
  return { url, total_count: reactions.length, ...Object.fromEntries(counts) };
}

/** `…/issues/7`, also for pull requests. */
export function issueUrl(world: World, issue: Issue): string {
  return `${repositoryUrl(world, issue.repository)}/issues/${issue.number}`;
}

/** The page of an issue or a pull request. */
export function issuePage(world: World, issue: Issue): string {
  return `${pageUrl(world, issue.repository)}/${issue.pull === null ? 'issues' : 'pull'}/${issue.number}`;
}

/** An issue, or a pull request seen as one. */
export function issueShape(world: World, issue: Issue): JsonObject {
  const { repository } = issue;
  const api = issueUrl(world, issue);
  const assignees = [...issue.assignees.values()].map((account) => accountShape(world, account));
  return {
    url: api,
    repository_url: repositoryUrl(world, repository),
    labels_url: `${api}/labels{/name}`,
    comments_url: `${api}/comments`,
    events_url: `${api}/events`,
    html_url: issuePage(world, issue),
    id: issue.id,
    node_id: nodeId('Issue', issue.id),
    number: issue.number,
    title: issue.title,
    user: accountShape(world, issue.user),
    labels: [...issue.labels.values()].map((label) => labelShape(world, repository, label)),
    state: issue.state,
    locked: issue.locked,
    assignee: assignees[0] ?? null,
    assignees,
    milestone: null,
    comments: commentsOf(issue).length,
    created_at: issue.createdAt.toISOString(),
    updated_at: issue.updatedAt.toISOString(),
    closed_at: issue.closedAt?.toISOString() ?? null,
    author_association: authorAssociation(repository, issue.user),
    active_lock_reason: null,
    body: issue.body,
    reactions: reactionCounts(`${api}/reactions`, issue.reactions),
    timeline_url: `${api}/timeline`,
    performed_via_github_app: issue.app === null ? null : appShape(world, issue.app),
    state_reason: issue.stateReason,
    ...(issue.pull === null
      ? {}
      : {
          draft: issue.pull.draft,
          pull_request: {
            url: `${repositoryUrl(world, repository)}/pulls/${issue.number}`,
            html_url: issuePage(world, issue),
            diff_url: `${issuePage(world, issue)}.diff`,
            patch_url: `${issuePage(world, issue)}.patch`,
            merged_at: issue.pull.mergedAt?.toISOString() ?? null,
          },
        }),
  };
}

/** The comments of one issue or pull request, oldest first. */
export function commentsOf(issue: Issue): readonly IssueComment[] {
  return [...issue.repository.comments.values()].filter((comment) => comment.issue === issue);
}

export function commentShape(world: World, comment: IssueComment): JsonObject {
  const url = `${repositoryUrl(world, comment.issue.repository)}/issues/comments/${comment.id}`;
  return {
    url,
    html_url: `${issuePage(world, comment.issue)}#issuecomment-${comment.id}`,
    issue_url: issueUrl(world, comment.issue),
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    user: accountShape(world, comment.user),
    created_at: comment.createdAt.toISOString(),
    updated_at: comment.updatedAt.toISOString(),
    author_association: authorAssociation(comment.issue.repository, comment.user),
    body: comment.body,
    reactions: reactionCounts(`${url}/reactions`, comment.reactions),
    performed_via_github_app: comment.app === null ? null : appShape(world, comment.app),
  };
}
