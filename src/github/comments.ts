import type { Repository } from '../intent.ts';
import type { AppIdentity } from '../observe.ts';
import { type Github, idOf, once, routeOf } from './connection.ts';
import { asking, askingFor } from './failure.ts';

/**
 * The newest comment that holds the marker and that this App wrote. Anybody can write the marker into a comment, so
 * the text alone proves nothing: the author must be our bot, or GitHub must say that it was posted through our App.
 */
export async function findComment(
  github: Github,
  repository: Repository,
  { app, number, marker }: { app: AppIdentity; number: number; marker: string },
): Promise<number | null> {
  const comments = await asking(`list the comments of #${number}`, () =>
    github.paginate('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      ...routeOf(repository),
      issue_number: number,
      per_page: 100,
    }),
  );
  const ours = comments.filter(
    (comment) =>
      comment.user?.type === 'Bot' &&
      (comment.performed_via_github_app?.id === app.id || comment.user.login === `${app.slug}[bot]`) &&
      comment.body?.includes(marker),
  );
  const newest = ours.at(-1);
  return newest === undefined ? null : idOf(newest.id);
}

/** Posts a comment and returns its id. */
export async function createComment(
  github: Github,
  repository: Repository,
  { number, body }: { number: number; body: string },
): Promise<number> {
  const { data } = await asking(`comment on #${number}`, () =>
    github.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      ...routeOf(repository),
      ...once,
      issue_number: number,
      body: clip(body),
    }),
  );
  return idOf(data.id);
}

/** Rewrites a comment; false when somebody deleted it. */
export async function updateComment(
  github: Github,
  repository: Repository,
  { commentId, body }: { commentId: number; body: string },
): Promise<boolean> {
  const answer = await askingFor(`edit comment ${commentId}`, () =>
    github.request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', {
      ...routeOf(repository),
      comment_id: commentId,
      body: clip(body),
    }),
  );
  return answer !== null;
}

/** Reacts to a comment. GitHub answers a reaction that is there already with the same one; a deleted comment needs none. */
export async function react(
  github: Github,
  repository: Repository,
  { commentId, content }: { commentId: number; content: 'eyes' | 'rocket' | '+1' | '-1' },
): Promise<void> {
  await askingFor(`react to comment ${commentId}`, () =>
    github.request('POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions', {
      ...routeOf(repository),
      comment_id: commentId,
      content,
    }),
  );
}

/** A body holds at most 65 536 characters: https://docs.github.com/rest/issues/comments#create-an-issue-comment */
function clip(body: string): string {
  const notice = '\n\n… (cut: GitHub shows no more)';
  return body.length <= 65_536 ? body : body.slice(0, 65_536 - notice.length) + notice;
}
