import { addReaction } from '../domain/issues.ts';
import { malformed, notFound, Refusal } from '../refusal.ts';
import { type Answer, actorOf, type RepositoryCall, type Route, repositoryRoute } from '../routes.ts';
import { optionalChoice } from '../server/fields.ts';
import { page } from '../server/paging.ts';
import { reactionContents, reactionShape } from '../shape/issue.ts';
import type { Reaction } from '../state.ts';
import { commentOf, issueOf } from './issues.ts';

const ofComment = '/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions' as const;
const ofIssue = '/repos/{owner}/{repo}/issues/{issue_number}/reactions' as const;
const reads = 'issues:read pull_requests:read';
const writes = 'issues:write pull_requests:write';

export const reactionRoutes: readonly Route[] = [ofComment, ofIssue].flatMap((path) => {
  const reactionsOf = (call: RepositoryCall) =>
    path === ofComment ? commentOf(call).reactions : issueOf(call).reactions;
  return [
    repositoryRoute(`GET ${path}`, { permissions: reads, handle: (call) => list(call, reactionsOf(call)) }),
    repositoryRoute(`POST ${path}`, {
      permissions: writes,
      role: 'read',
      handle: (call) => create(call, reactionsOf(call)),
    }),
    repositoryRoute(`DELETE ${path}/{reaction_id}`, {
      permissions: writes,
      role: 'read',
      handle: (call) => remove(call, reactionsOf(call)),
    }),
  ];
});

function list(call: RepositoryCall, reactions: readonly Reaction[]): Answer {
  const content = call.query.get('content');
  const { items, headers } = page(
    call,
    reactions.filter((reaction) => content === null || reaction.content === content),
  );
  return { status: 200, json: items.map((reaction) => reactionShape(call.world, reaction)), headers };
}

function create(call: RepositoryCall, reactions: Reaction[]): Answer {
  const content = optionalChoice(call.body, 'content', reactionContents);
  if (content === null) {
    throw malformed('"content" wasn\'t supplied.');
  }
  const { reaction, isNew } = addReaction(call.world, reactions, { user: actorOf(call), content });
  return { status: isNew ? 201 : 200, json: reactionShape(call.world, reaction) };
}

function remove(call: RepositoryCall, reactions: Reaction[]): Answer {
  const index = reactions.findIndex((reaction) => reaction.id === Number(call.params['reaction_id']));
  const reaction = reactions[index];
  if (reaction === undefined) {
    throw notFound();
  }
  if (reaction.user.id !== actorOf(call).id) {
    throw new Refusal(403, 'Forbidden');
  }
  reactions.splice(index, 1);
  return { status: 204 };
}
