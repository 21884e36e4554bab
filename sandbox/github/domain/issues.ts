import { commentShape, issueShape } from '../shape/issue.ts';
import type { Account, App, Issue, IssueComment, JsonObject, Pull, Reaction, Repository, World } from '../state.ts';
import type { By } from './push.ts';

/** Adds an issue under the next number, and tells nobody. */
export function newIssue(
  world: World,
  repository: Repository,
  options: {
    readonly title: string;
    readonly body: string | null;
    readonly user: Account;
    readonly app: App | null;
    readonly pull: Pull | null;
  },
): Issue {
  const now = world.clock();
  const issue: Issue = {
    id: world.newId(),
    number: repository.issues.size + 1,
    repository,
    user: options.user,
    app: options.app,
    title: options.title,
    body: options.body,
    state: 'open',
    stateReason: null,
    locked: false,
    labels: new Map(),
    assignees: new Map(),
    reactions: [],
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    closedBy: null,
    pull: options.pull,
  };
  repository.issues.set(issue.number, issue);
  return issue;
}

/** Sends an `issues` webhook. */
export function sendIssue(
  world: World,
  issue: Issue,
  options: { readonly action: string; readonly by: By; readonly more?: JsonObject },
): void {
  world.sendWebhook({
    event: 'issues',
    action: options.action,
    repository: issue.repository,
    sender: options.by.account,
    cause: options.by.cause,
    payload: { issue: issueShape(world, issue), ...options.more },
  });
}

export function addComment(
  world: World,
  issue: Issue,
  options: { readonly body: string; readonly user: Account; readonly app: App | null; readonly by: By },
): IssueComment {
  const now = world.clock();
  const comment: IssueComment = {
    id: world.newId(),
    issue,
    user: options.user,
    app: options.app,
    body: options.body,
    reactions: [],
    createdAt: now,
    updatedAt: now,
  };
  issue.repository.comments.set(comment.id, comment);
  issue.updatedAt = now;
  sendComment(world, comment, { action: 'created', by: options.by });
  return comment;
}

export function editComment(
  world: World,
  comment: IssueComment,
  options: { readonly body: string; readonly by: By },
): void {
  const from = comment.body;
  comment.body = options.body;
  comment.updatedAt = world.clock();
  sendComment(world, comment, { action: 'edited', by: options.by, more: { changes: { body: { from } } } });
}

export function deleteComment(world: World, comment: IssueComment, by: By): void {
  comment.issue.repository.comments.delete(comment.id);
  sendComment(world, comment, { action: 'deleted', by });
}

/** The reaction, and whether it is new: one person reacts once with each content. GitHub sends no webhook for it. */
export function addReaction(
  world: World,
  reactions: Reaction[],
  options: { readonly user: Account; readonly content: string },
): { readonly reaction: Reaction; readonly isNew: boolean } {
  const known = reactions.find(
    (reaction) => reaction.user.id === options.user.id && reaction.content === options.content,
  );
  if (known !== undefined) {
    return { reaction: known, isNew: false };
  }
  const reaction: Reaction = { id: world.newId(), ...options, createdAt: world.clock() };
  reactions.push(reaction);
  return { reaction, isNew: true };
}

function sendComment(
  world: World,
  comment: IssueComment,
  options: { readonly action: 'created' | 'edited' | 'deleted'; readonly by: By; readonly more?: JsonObject },
): void {
  world.sendWebhook({
    event: 'issue_comment',
    action: options.action,
    repository: comment.issue.repository,
    sender: options.by.account,
    cause: options.by.cause,
    payload: { issue: issueShape(world, comment.issue), comment: commentShape(world, comment), ...options.more },
  });
}
