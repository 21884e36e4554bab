import {
  addReview,
  type CommentPlace,
  deleteReviewComment,
  editReviewComment,
  findReviewComment,
  locate,
} from '../domain/reviews.ts';
import { isAtLeast, roleOf } from '../domain/roles.ts';
import { invalid, notFound, Refusal } from '../refusal.ts';
import { type Answer, actorOf, byOf, type RepositoryCall, type Route, repositoryRoute } from '../routes.ts';
import { isObject, optionalChoice, optionalList, optionalText, optionalWhole, textOf } from '../server/fields.ts';
import { page } from '../server/paging.ts';
import { isPull, type PullIssue } from '../shape/pull.ts';
import { reviewCommentShape, reviewShape } from '../shape/review.ts';
import type { Review, ReviewComment } from '../state.ts';

const pulls = '/repos/{owner}/{repo}/pulls' as const;
const pull = `${pulls}/{pull_number}` as const;
const comment = `${pulls}/comments/{comment_id}` as const;

/** Reviews that are submitted at once, and their comments beside lines. */
export const reviewRoutes: readonly Route[] = [
  repositoryRoute(`GET ${pull}/reviews`, { permissions: 'pull_requests:read', handle: listReviews }),
  repositoryRoute(`POST ${pull}/reviews`, { permissions: 'pull_requests:write', role: 'read', handle: createReview }),
  repositoryRoute(`GET ${pull}/comments`, { permissions: 'pull_requests:read', handle: listComments }),
  repositoryRoute(`GET ${comment}`, { permissions: 'pull_requests:read', handle: getComment }),
  repositoryRoute(`PATCH ${comment}`, { permissions: 'pull_requests:write', role: 'read', handle: updateComment }),
  repositoryRoute(`DELETE ${comment}`, { permissions: 'pull_requests:write', role: 'read', handle: removeComment }),
];

const states = { APPROVE: 'APPROVED', REQUEST_CHANGES: 'CHANGES_REQUESTED', COMMENT: 'COMMENTED' } as const;

function pullOf(call: RepositoryCall): PullIssue {
  const issue = call.repository.issues.get(Number(call.params['pull_number']));
  if (issue === undefined || !isPull(issue)) {
    throw notFound();
  }
  return issue;
}

function listReviews(call: RepositoryCall): Answer {
  const issue = pullOf(call);
  const { items, headers } = page(call, issue.pull.reviews);
  return { status: 200, json: items.map((review) => reviewShape(call.world, { issue, review })), headers };
}

async function createReview(call: RepositoryCall): Promise<Answer> {
  const { world, body } = call;
  const issue = pullOf(call);
  const event = optionalChoice(body, 'event', ['APPROVE', 'REQUEST_CHANGES', 'COMMENT']);
  if (event === null) {
    throw new Refusal(501, 'the local GitHub does not keep pending reviews; give the review an event');
  }
  const user = actorOf(call);
  if (event !== 'COMMENT' && issue.user === user) {
    throw new Refusal(422, 'Unprocessable Entity', { details: { errors: ['Can not review your own pull request'] } });
  }
  const comments = await Promise.all((optionalList(body, 'comments') ?? []).map((wanted) => placed(issue, wanted)));
  const text = optionalText(body, 'body') ?? '';
  if (text === '' && comments.length === 0 && event !== 'APPROVE') {
    throw invalid('PullRequestReview', 'body', 'missing_field');
  }
  const review: Review = addReview(world, issue, {
    body: text,
    state: states[event],
    commit: optionalText(body, 'commit_id') ?? issue.pull.head.sha,
    user,
    by: byOf(call),
    comments,
  });
  return { status: 200, json: reviewShape(world, { issue, review }) };
}

async function placed(
  issue: PullIssue,
  wanted: unknown,
): Promise<Pick<ReviewComment, 'path' | 'position' | 'line' | 'hunk' | 'body'>> {
  if (!isObject(wanted)) {
    throw invalid('PullRequestReviewComment', 'comments', 'invalid');
  }
  const place: CommentPlace = { path: textOf(wanted, 'path'), position: optionalWhole(wanted, 'position') ?? 0 };
  const found = await locate(issue, place);
  if (found === null) {
    const errors = ['Path could not be resolved', 'Position could not be resolved'];
    throw new Refusal(422, 'Unprocessable Entity', { details: { errors } });
  }
  return { ...place, ...found, body: textOf(wanted, 'body') };
}

function listComments(call: RepositoryCall): Answer {
  const issue = pullOf(call);
  const all = issue.pull.reviews.flatMap((review) => review.comments);
  const { items, headers } = page(call, all);
  return { status: 200, json: items.map((item) => reviewCommentShape(call.world, { issue, comment: item })), headers };
}

function commentOf(call: RepositoryCall): { readonly issue: PullIssue; readonly comment: ReviewComment } {
  const found = findReviewComment(call.repository, Number(call.params['comment_id']));
  if (found === null) {
    throw notFound();
  }
  return found;
}

function getComment(call: RepositoryCall): Answer {
  return { status: 200, json: reviewCommentShape(call.world, commentOf(call)) };
}

function updateComment(call: RepositoryCall): Answer {
  const found = commentOf(call);
  requireAuthorOrWriter(call, found.comment);
  editReviewComment(call.world, found.issue, {
    comment: found.comment,
    body: textOf(call.body, 'body'),
    by: byOf(call),
  });
  return { status: 200, json: reviewCommentShape(call.world, found) };
}

function removeComment(call: RepositoryCall): Answer {
  const found = commentOf(call);
  requireAuthorOrWriter(call, found.comment);
  deleteReviewComment(call.world, found.issue, { comment: found.comment, by: byOf(call) });
  return { status: 204 };
}

/** People change their own words, or need a role; Apps with the permission may change anybody's. */
function requireAuthorOrWriter({ identity, repository }: RepositoryCall, { review }: ReviewComment): void {
  if (
    identity.kind === 'user' &&
    identity.account !== review.user &&
    !isAtLeast(roleOf(repository, identity.account), 'write')
  ) {
    throw new Refusal(403, 'Must have write access to Repository.');
  }
}
