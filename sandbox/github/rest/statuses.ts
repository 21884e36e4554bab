import { findCommit } from '../domain/revision.ts';
import { isSha } from '../git/git-object.ts';
import { invalid, malformed, Refusal } from '../refusal.ts';
import { type Answer, actorOf, byOf, type RepositoryCall, type Route, repositoryRoute } from '../routes.ts';
import { optionalChoice, optionalText } from '../server/fields.ts';
import { page } from '../server/paging.ts';
import { eventCommitShape } from '../shape/commit.ts';
import { statusShape } from '../shape/deployment.ts';
import { repositoryLiteShape, repositoryUrl } from '../shape/repository.ts';
import type { CommitStatus, Repository } from '../state.ts';

export const statusRoutes: readonly Route[] = [
  repositoryRoute('POST /repos/{owner}/{repo}/statuses/{sha}', { permissions: 'statuses:write', handle: createStatus }),
  repositoryRoute('GET /repos/{owner}/{repo}/commits/{ref}/statuses', {
    permissions: 'statuses:read',
    handle: listStatuses,
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/commits/{ref}/status', { permissions: 'statuses:read', handle: combined }),
];

const maxPerContext = 1000;

/** The newest status of each context on a commit. */
export function latestStatuses(repository: Repository, sha: string): readonly CommitStatus[] {
  const own = repository.statuses.filter((status) => status.sha === sha);
  return [...new Map(own.map((status) => [status.context, status])).values()];
}

async function createStatus(call: RepositoryCall): Promise<Answer> {
  const { world, repository, body } = call;
  const sha = call.params['sha'] ?? '';
  const commit = isSha(sha) ? await repository.git.commit(sha) : null;
  if (commit === null) {
    throw new Refusal(422, `No commit found for SHA: ${sha}`);
  }
  const state = optionalChoice(body, 'state', ['error', 'failure', 'pending', 'success']);
  if (state === null) {
    throw malformed('"state" wasn\'t supplied.');
  }
  const context = optionalText(body, 'context') ?? 'default';
  const description = optionalText(body, 'description');
  if (description !== null && description.length > 140) {
    throw invalid('Status', 'description', 'custom', 'description is too long (maximum is 140 characters)');
  }
  const own = repository.statuses.filter((status) => status.sha === sha && status.context === context);
  if (own.length >= maxPerContext) {
    throw invalid('Status', 'context', 'custom', 'This SHA and context has reached the maximum number of statuses.');
  }
  const status: CommitStatus = {
    id: world.newId(),
    sha,
    state,
    context,
    description,
    targetUrl: optionalText(body, 'target_url'),
    creator: actorOf(call),
    createdAt: world.clock(),
  };
  repository.statuses.push(status);
  const branches = (await repository.git.refs('refs/heads')).filter((ref) => ref.sha === sha);
  const shape = statusShape(world, repository, status);
  const by = byOf(call);
  world.sendWebhook({
    event: 'status',
    action: null,
    repository,
    sender: by.account,
    cause: by.cause,
    payload: {
      id: shape['id'],
      sha,
      name: `${repository.owner.login}/${repository.name}`,
      avatar_url: shape['avatar_url'],
      target_url: status.targetUrl,
      context,
      description,
      state,
      commit: eventCommitShape(world, repository, commit),
      branches: branches.map((ref) => ({
        name: ref.name.slice('refs/heads/'.length),
        commit: { sha: ref.sha, url: `${repositoryUrl(world, repository)}/commits/${ref.sha}` },
        protected: false,
      })),
      created_at: shape['created_at'],
      updated_at: shape['updated_at'],
    },
  });
  return { status: 201, json: statusShape(world, repository, status) };
}

async function listStatuses(call: RepositoryCall): Promise<Answer> {
  const sha = await shaOfRef(call);
  const found = call.repository.statuses.filter((status) => status.sha === sha).reverse();
  const { items, headers } = page(call, found);
  return { status: 200, json: items.map((status) => statusShape(call.world, call.repository, status)), headers };
}

async function combined(call: RepositoryCall): Promise<Answer> {
  const { world, repository } = call;
  const sha = await shaOfRef(call);
  const latest = latestStatuses(repository, sha);
  const worst = latest.some((status) => status.state === 'error' || status.state === 'failure')
    ? 'failure'
    : latest.length === 0 || latest.some((status) => status.state === 'pending')
      ? 'pending'
      : 'success';
  const { items, headers } = page(call, latest);
  const api = repositoryUrl(world, repository);
  return {
    status: 200,
    headers,
    json: {
      state: worst,
      statuses: items.map((status) => statusShape(world, repository, status)),
      sha,
      total_count: latest.length,
      repository: repositoryLiteShape(world, repository),
      commit_url: `${api}/commits/${sha}`,
      url: `${api}/commits/${sha}/status`,
    },
  };
}

async function shaOfRef(call: RepositoryCall): Promise<string> {
  const name = call.params['ref'] ?? '';
  const commit = await findCommit(call.repository.git, name);
  if (commit === null) {
    throw new Refusal(404, `No commit found for SHA: ${name}`);
  }
  return commit.sha;
}
