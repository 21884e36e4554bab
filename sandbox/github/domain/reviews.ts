import { diff } from '../git/diff.ts';
import { comparisonBase, type PullIssue, simplePullShape } from '../shape/pull.ts';
import { reviewCommentShape, reviewShape } from '../shape/review.ts';
import type { Account, JsonObject, Repository, Review, ReviewComment, World } from '../state.ts';
import type { By } from './push.ts';

/** Where a comment beside a line stands, as it was asked for and as GitHub finds it. */
export interface CommentPlace {
  readonly path: string;
  /** Counted from 1 below the first hunk's header; headers of later hunks count as lines. */
  readonly position: number;
}

/** The lines of a file's patch up to a position, with the number of the new file's line; null when there is no such place. */
export async function locate(
  issue: PullIssue,
  place: CommentPlace,
): Promise<{ readonly line: number; readonly hunk: string } | null> {
  const { repository, pull } = issue;
  const files = await diff(repository.git, await comparisonBase(repository, pull), pull.head.sha);
  const lines = files.find((file) => file.path === place.path)?.patch?.split('\n') ?? [];
  if (place.position < 1 || place.position >= lines.length) {
    return null;
  }
  let line = 0;
  let start = 0;
  for (const [index, text] of lines.slice(0, place.position + 1).entries()) {
    const header = /^@@ -\d+(?:,\d+)? \+(\d+)/.exec(text);
    if (header !== null) {
      line = Number(header[1]) - 1;
      start = index;
    } else if (!text.startsWith('-') && !text.startsWith('\\')) {
      line += 1;
    }
  }
  return { line, hunk: lines.slice(start, place.position + 1).join('\n') };
}

/** Adds a review that is submitted at once, with its comments. */
export function addReview(
  world: World,
  issue: PullIssue,
  options: {
    readonly body: string;
    readonly state: Review['state'];
    readonly commit: string;
    readonly user: Account;
    readonly by: By;
    readonly comments: readonly Pick<ReviewComment, 'path' | 'position' | 'line' | 'hunk' | 'body'>[];
  },
): Review {
  const { by, comments, ...rest } = options;
  const now = world.clock();
  const review: Review = { ...rest, id: world.newId(), submittedAt: now, comments: [] };
  issue.pull.reviews.push(review);
  issue.updatedAt = now;
  // REST writes the state in capitals, webhooks do not.
  const payload = { review: { ...reviewShape(world, { issue, review }), state: review.state.toLowerCase() } };
  tell(world, issue, { event: 'pull_request_review', action: 'submitted', by, payload });
  for (const comment of comments) {
    const added: ReviewComment = { ...comment, id: world.newId(), review, createdAt: now, updatedAt: now };
    review.comments.push(added);
    tellComment(world, issue, { comment: added, action: 'created', by });
  }
  return review;
}

/** The comment of this id with its pull request, or null. */
export function findReviewComment(
  repository: Repository,
  id: number,
): { readonly issue: PullIssue; readonly comment: ReviewComment } | null {
  for (const issue of repository.issues.values()) {
    for (const review of issue.pull?.reviews ?? []) {
      const comment = review.comments.find((candidate) => candidate.id === id);
      // A review belongs to a pull request.
      if (comment !== undefined) return { issue: issue as PullIssue, comment };
    }
  }
  return null;
}

export function editReviewComment(
  world: World,
  issue: PullIssue,
  options: { readonly comment: ReviewComment; readonly body: string; readonly by: By },
): void {
  const { comment, body, by } = options;
  const from = comment.body;
  comment.body = body;
  comment.updatedAt = world.clock();
  tellComment(world, issue, { comment, action: 'edited', by, more: { changes: { body: { from } } } });
}

/** A review without words of its own goes with its last comment. */
export function deleteReviewComment(
  world: World,
  issue: PullIssue,
  options: { readonly comment: ReviewComment; readonly by: By },
): void {
  const { comment, by } = options;
  const { review } = comment;
  review.comments.splice(review.comments.indexOf(comment), 1);
  if (review.comments.length === 0 && review.body === '') {
    issue.pull.reviews.splice(issue.pull.reviews.indexOf(review), 1);
  }
  tellComment(world, issue, { comment, action: 'deleted', by });
}

function tellComment(
  world: World,
  issue: PullIssue,
  options: { readonly comment: ReviewComment; readonly action: string; readonly by: By; readonly more?: JsonObject },
): void {
  const { comment, action, by, more } = options;
  const payload = { comment: reviewCommentShape(world, { issue, comment }), ...more };
  tell(world, issue, { event: 'pull_request_review_comment', action, by, payload });
}

function tell(
  world: World,
  issue: PullIssue,
  options: { readonly event: string; readonly action: string; readonly by: By; readonly payload: JsonObject },
): void {
  const { event, action, by, payload } = options;
  world.sendWebhook({
    event,
    action,
    repository: issue.repository,
    sender: by.account,
    cause: by.cause,
    payload: { pull_request: simplePullShape(world, issue), ...payload },
  });
}
