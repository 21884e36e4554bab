import { addComment, deleteComment, editComment, newIssue, sendIssue } from '../domain/issues.ts';
import { finish, reopen } from '../domain/pull-sync.ts';
import { isAtLeast, roleOf } from '../domain/roles.ts';
import { invalid, notFound, Refusal } from '../refusal.ts';
import { type Answer, actorOf, appOf, byOf, type RepositoryCall, type Route, repositoryRoute } from '../routes.ts';
import { may, notAccessible } from '../server/authorize.ts';
import { optionalChoice, optionalList, optionalText, textOf } from '../server/fields.ts';
import { page } from '../server/paging.ts';
import { commentShape, commentsOf, issueShape } from '../shape/issue.ts';
import { isPull } from '../shape/pull.ts';
import type { Issue, IssueComment } from '../state.ts';
import { ensureLabel } from './labels.ts';
import { guardReopening } from './pulls.ts';

const issues = '/repos/{owner}/{repo}/issues' as const;
const issue = `${issues}/{issue_number}` as const;
const comment = `${issues}/comments/{comment_id}` as const;
const reads = 'issues:read pull_requests:read';
const writes = 'issues:write pull_requests:write';

export const issueRoutes: readonly Route[] = [
  repositoryRoute(`GET ${issues}`, { permissions: reads, handle: listIssues }),
  repositoryRoute(`POST ${issues}`, { permissions: 'issues:write', role: 'read', handle: createIssue }),
  repositoryRoute(`GET ${issue}`, { permissions: reads, handle: getIssue }),
  repositoryRoute(`PATCH ${issue}`, { permissions: writes, role: 'read', handle: updateIssue }),
  repositoryRoute(`GET ${issue}/comments`, { permissions: reads, handle: listComments }),
  repositoryRoute(`POST ${issue}/comments`, { permissions: writes, role: 'read', handle: createComment }),
  repositoryRoute(`GET ${issues}/comments`, { permissions: reads, handle: listAllComments }),
  repositoryRoute(`GET ${comment}`, { permissions: reads, handle: getComment }),
  repositoryRoute(`PATCH ${comment}`, { permissions: writes, role: 'read', handle: updateComment }),
  repositoryRoute(`DELETE ${comment}`, { permissions: writes, role: 'read', handle: removeComment }),
];

/** What GitHub accepts as a body; its error says characters. */
const maxBodyCharacters = 65_536;

/**
 * The issue or pull request of a call. An App that may touch only one of both kinds gets 403 for the other, as on GitHub,
 * where the issues API serves both.
 */
export function issueOf(call: RepositoryCall): Issue {
  const found = call.repository.issues.get(Number(call.params['issue_number']));
  if (found === undefined) {
    throw notFound();
  }
  guardKind(call, found);
  return found;
}

export function commentOf(call: RepositoryCall): IssueComment {
  const found = call.repository.comments.get(Number(call.params['comment_id']));
  if (found === undefined) {
    throw notFound();
  }
  guardKind(call, found.issue);
  return found;
}

function guardKind(call: RepositoryCall, issue: Issue): void {
  if (call.identity.kind !== 'installation' && call.identity.kind !== 'job') {
    return;
  }
  const level = call.method === 'GET' ? 'read' : 'write';
  const accepted = [`issues:${level}`, ...(issue.pull === null ? [] : [`pull_requests:${level}`])];
  const { repository } = call;
  const isPublicRead = level === 'read' && !repository.private;
  if (!isPublicRead && !accepted.some((permission) => may(call.identity, { repository, permission, role: 'read' }))) {
    throw notAccessible(accepted);
  }
}

function bounded(body: string): string {
  if (body.length > maxBodyCharacters) {
    const message = `body is too long (maximum is ${maxBodyCharacters} characters)`;
    throw invalid('IssueComment', 'body', 'custom', message);
  }
  return body;
}

function listIssues(call: RepositoryCall): Answer {
  const state = call.query.get('state') ?? 'open';
  const labels = call.query.get('labels')?.split(',') ?? [];
  const since = call.query.get('since');
  const creator = call.query.get('creator');
  const found = [...call.repository.issues.values()]
    .filter((found) => state === 'all' || found.state === state)
    .filter((found) => labels.every((label) => found.labels.has(label.toLowerCase())))
    .filter((found) => since === null || found.updatedAt >= new Date(since))
    .filter((found) => creator === null || found.user.login === creator)
    .sort((left, right) => right.number - left.number);
  const { items, headers } = page(call, call.query.get('direction') === 'asc' ? found.reverse() : found);
  return { status: 200, json: items.map((item) => issueShape(call.world, item)), headers };
}

function createIssue(call: RepositoryCall): Answer {
  const { world, repository } = call;
  const text = optionalText(call.body, 'body');
  const created = newIssue(world, repository, {
    title: textOf(call.body, 'title'),
    body: text === null ? null : bounded(text),
    user: actorOf(call),
    app: appOf(call),
    pull: null,
  });
  for (const name of optionalList(call.body, 'labels') ?? []) {
    const label = ensureLabel(world, repository, String(name));
    created.labels.set(label.name.toLowerCase(), label);
  }
  sendIssue(world, created, { action: 'opened', by: byOf(call) });
  return { status: 201, json: issueShape(world, created) };
}

function getIssue(call: RepositoryCall): Answer {
  return { status: 200, json: issueShape(call.world, issueOf(call)) };
}

async function updateIssue(call: RepositoryCall): Promise<Answer> {
  const { world, repository, body } = call;
  const found = issueOf(call);
  const by = byOf(call);
  requireOwnerOr(call, { owner: found.user.id, role: 'triage' });
  const title = optionalText(body, 'title') ?? found.title;
  const text = 'body' in body ? optionalText(body, 'body') : found.body;
  const changes = {
    ...(title === found.title ? {} : { title: { from: found.title } }),
    ...(text === found.body ? {} : { body: { from: found.body ?? '' } }),
  };
  found.title = title;
  found.body = text === null ? null : bounded(text);
  found.updatedAt = world.clock();
  const labels = optionalList(body, 'labels');
  if (labels !== null) {
    found.labels.clear();
    for (const name of labels) {
      const label = ensureLabel(world, repository, String(name));
      found.labels.set(label.name.toLowerCase(), label);
    }
  }
  if (Object.keys(changes).length > 0 && found.pull === null) {
    sendIssue(world, found, { action: 'edited', by, more: { changes } });
  }
  const state = optionalChoice(body, 'state', ['open', 'closed']) ?? found.state;
  if (state !== found.state && isPull(found)) {
    if (state === 'open') {
      await guardReopening(found);
    }
    await (state === 'open' ? reopen(world, found, by) : finish(world, found, { by, merge: null }));
  } else if (state !== found.state) {
    found.state = state;
    const reasons = ['completed', 'not_planned', 'reopened'] as const;
    const reason = optionalChoice(body, 'state_reason', reasons);
    found.stateReason = state === 'closed' ? (reason ?? 'completed') : 'reopened';
    found.closedAt = state === 'closed' ? world.clock() : null;
    found.closedBy = state === 'closed' ? by.account : null;
    sendIssue(world, found, { action: state === 'closed' ? 'closed' : 'reopened', by });
  }
  return { status: 200, json: issueShape(world, found) };
}

function listComments(call: RepositoryCall): Answer {
  const since = call.query.get('since');
  const all = commentsOf(issueOf(call)).filter((found) => since === null || found.updatedAt >= new Date(since));
  const { items, headers } = page(call, all);
  return { status: 200, json: items.map((item) => commentShape(call.world, item)), headers };
}

function listAllComments(call: RepositoryCall): Answer {
  const since = call.query.get('since');
  const all = [...call.repository.comments.values()].filter(
    (found) => since === null || found.updatedAt >= new Date(since),
  );
  const { items, headers } = page(call, call.query.get('direction') === 'desc' ? all.reverse() : all);
  return { status: 200, json: items.map((item) => commentShape(call.world, item)), headers };
}

function createComment(call: RepositoryCall): Answer {
  const found = issueOf(call);
  const body = bounded(textOf(call.body, 'body'));
  if (body === '') {
    throw invalid('IssueComment', 'body', 'missing_field');
  }
  const created = addComment(call.world, found, { body, user: actorOf(call), app: appOf(call), by: byOf(call) });
  return { status: 201, json: commentShape(call.world, created) };
}

function getComment(call: RepositoryCall): Answer {
  return { status: 200, json: commentShape(call.world, commentOf(call)) };
}

function updateComment(call: RepositoryCall): Answer {
  const found = commentOf(call);
  requireOwnerOr(call, { owner: found.user.id, role: 'write' });
  editComment(call.world, found, { body: bounded(textOf(call.body, 'body')), by: byOf(call) });
  return { status: 200, json: commentShape(call.world, found) };
}

function removeComment(call: RepositoryCall): Answer {
  const found = commentOf(call);
  requireOwnerOr(call, { owner: found.user.id, role: 'write' });
  deleteComment(call.world, found, byOf(call));
  return { status: 204 };
}

/** People change their own words, or need a role; Apps with the permission may change anybody's. */
function requireOwnerOr(
  call: RepositoryCall,
  who: { readonly owner: number; readonly role: 'triage' | 'write' },
): void {
  const { identity, repository } = call;
  if (
    identity.kind === 'user' &&
    identity.account.id !== who.owner &&
    !isAtLeast(roleOf(repository, identity.account), who.role)
  ) {
    throw new Refusal(403, `Must have ${who.role} access to Repository.`);
  }
}
