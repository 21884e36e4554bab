import type { JsonObject, Review, ReviewComment, World } from '../state.ts';
import { accountShape, nodeId } from './account.ts';
import { authorAssociation, issuePage, reactionCounts } from './issue.ts';
import type { PullIssue } from './pull.ts';
import { repositoryUrl } from './repository.ts';

/** A review of a pull request (`pull-request-review`). */
export function reviewShape(world: World, of: { readonly issue: PullIssue; readonly review: Review }): JsonObject {
  const { issue, review } = of;
  const page = `${issuePage(world, issue)}#pullrequestreview-${review.id}`;
  const pull = `${repositoryUrl(world, issue.repository)}/pulls/${issue.number}`;
  return {
    id: review.id,
    node_id: nodeId('PullRequestReview', review.id),
    user: accountShape(world, review.user),
    body: review.body,
    state: review.state,
    html_url: page,
    pull_request_url: pull,
    _links: { html: { href: page }, pull_request: { href: pull } },
    submitted_at: review.submittedAt.toISOString(),
    commit_id: review.commit,
    author_association: authorAssociation(issue.repository, review.user),
  };
}

/** A comment beside a line of a pull request (`pull-request-review-comment`). */
export function reviewCommentShape(
  world: World,
  of: { readonly issue: PullIssue; readonly comment: ReviewComment },
): JsonObject {
  const { issue, comment } = of;
  const { review } = comment;
  const url = `${repositoryUrl(world, issue.repository)}/pulls/comments/${comment.id}`;
  const page = `${issuePage(world, issue)}#discussion_r${comment.id}`;
  const pull = `${repositoryUrl(world, issue.repository)}/pulls/${issue.number}`;
  // After a push the place in the new difference is not looked for: GitHub calls the comment outdated.
  const isCurrent = review.commit === issue.pull.head.sha;
  const place = isCurrent ? { position: comment.position, line: comment.line } : {};
  return {
    url,
    pull_request_review_id: review.id,
    id: comment.id,
    node_id: nodeId('PullRequestReviewComment', comment.id),
    diff_hunk: comment.hunk,
    path: comment.path,
    ...place,
    original_position: comment.position,
    commit_id: issue.pull.head.sha,
    original_commit_id: review.commit,
    user: accountShape(world, review.user),
    body: comment.body,
    created_at: comment.createdAt.toISOString(),
    updated_at: comment.updatedAt.toISOString(),
    html_url: page,
    pull_request_url: pull,
    author_association: authorAssociation(issue.repository, review.user),
    _links: { self: { href: url }, html: { href: page }, pull_request: { href: pull } },
    start_line: null,
    original_start_line: null,
    start_side: null,
    original_line: comment.line,
    side: 'RIGHT',
    subject_type: 'line',
    reactions: reactionCounts(`${url}/reactions`, []),
  };
}
