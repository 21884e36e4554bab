import { personOf } from '../domain/files.ts';
import { findCommit } from '../domain/revision.ts';
import { diff } from '../git/diff.ts';
import { encodeTag, isSha, type ObjectType, type Person, parseTag, type TagObject } from '../git/git-object.ts';
import { malformed, notFound, Refusal } from '../refusal.ts';
import { type Answer, actorOf, type Call, type RepositoryCall, type Route, repositoryRoute } from '../routes.ts';
import { optionalChoice, optionalDate, optionalList, optionalObject, textOf } from '../server/fields.ts';
import { page } from '../server/paging.ts';
import { nodeId } from '../shape/account.ts';
import { commitShape, gitCommitShape, personShape } from '../shape/commit.ts';
import { fileShape } from '../shape/file.ts';
import { repositoryUrl } from '../shape/repository.ts';
import type { JsonObject } from '../state.ts';

export const commitRoutes: readonly Route[] = [
  repositoryRoute('POST /repos/{owner}/{repo}/git/commits', { permissions: 'contents:write', handle: createCommit }),
  repositoryRoute('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
    permissions: 'contents:read',
    handle: getGitCommit,
  }),
  repositoryRoute('POST /repos/{owner}/{repo}/git/tags', { permissions: 'contents:write', handle: createTag }),
  repositoryRoute('GET /repos/{owner}/{repo}/git/tags/{tag_sha}', { permissions: 'contents:read', handle: getTag }),
  repositoryRoute('GET /repos/{owner}/{repo}/commits', { permissions: 'contents:read', handle: listCommits }),
  repositoryRoute('GET /repos/{owner}/{repo}/commits/{ref}', { permissions: 'contents:read', handle: getCommit }),
];

/** Author or committer as a body gives it; null when it does not. Throws 422 when name or address is missing. */
export function givenPerson(call: Call, field: string): Person | null {
  const given = optionalObject(call.body, field);
  if (given === null) {
    return null;
  }
  const date = optionalDate(given, 'date') ?? call.world.clock();
  return { name: textOf(given, 'name'), email: textOf(given, 'email'), date, offset: '+0000' };
}

async function createCommit(call: RepositoryCall): Promise<Answer> {
  const { world, repository } = call;
  const given = textOf(call.body, 'tree');
  const tree = isSha(given) ? await repository.git.inspect(given) : null;
  if (tree?.type !== 'tree') {
    throw new Refusal(422, 'Tree SHA does not exist');
  }
  const parents = (optionalList(call.body, 'parents') ?? []).map(String);
  for (const parent of parents) {
    if (!isSha(parent) || (await repository.git.inspect(parent))?.type !== 'commit') {
      throw new Refusal(422, 'Parent SHA does not exist or is not a commit object');
    }
  }
  const author = givenPerson(call, 'author') ?? personOf(actorOf(call), world.clock());
  const committer = givenPerson(call, 'committer') ?? author;
  const message = textOf(call.body, 'message');
  const sha = await repository.git.writeCommit({ tree: tree.sha, parents, author, committer, message });
  const commit = await repository.git.commit(sha);
  if (commit === null) {
    throw notFound();
  }
  return { status: 201, json: gitCommitShape(world, repository, commit) };
}

async function getGitCommit(call: RepositoryCall): Promise<Answer> {
  const sha = call.params['commit_sha'] ?? '';
  const commit = isSha(sha) ? await call.repository.git.commit(sha) : null;
  if (commit === null || commit.sha !== sha) {
    throw notFound();
  }
  return { status: 200, json: gitCommitShape(call.world, call.repository, commit) };
}

async function createTag(call: RepositoryCall): Promise<Answer> {
  const { repository, body } = call;
  const types = ['commit', 'tree', 'blob'] as const satisfies readonly ObjectType[];
  const type = optionalChoice(body, 'type', types);
  const object = textOf(body, 'object');
  if (type === null || !isSha(object) || (await repository.git.inspect(object))?.type !== type) {
    throw malformed(`"object" ${object} is not a ${type ?? 'known'} object.`);
  }
  const tagger = givenPerson(call, 'tagger') ?? personOf(actorOf(call), call.world.clock());
  const tag = { object, type, tag: textOf(body, 'tag'), tagger, message: textOf(body, 'message') };
  const sha = await repository.git.writeObject('tag', encodeTag(tag));
  return { status: 201, json: tagShape(call, { ...tag, sha }) };
}

async function getTag(call: RepositoryCall): Promise<Answer> {
  const sha = call.params['tag_sha'] ?? '';
  const object = isSha(sha) ? await call.repository.git.read(sha) : null;
  if (object?.type !== 'tag') {
    throw notFound();
  }
  return { status: 200, json: tagShape(call, parseTag(object.sha, object.content)) };
}

function tagShape(call: RepositoryCall, tag: TagObject): JsonObject {
  const api = `${repositoryUrl(call.world, call.repository)}/git`;
  return {
    node_id: nodeId('Tag', call.repository.id) + tag.sha.slice(0, 8),
    tag: tag.tag,
    sha: tag.sha,
    url: `${api}/tags/${tag.sha}`,
    message: tag.message,
    tagger: tag.tagger === null ? { name: '', email: '', date: '' } : personShape(tag.tagger),
    object: { type: tag.type, sha: tag.object, url: `${api}/${tag.type}s/${tag.object}` },
    verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
  };
}

async function listCommits(call: RepositoryCall): Promise<Answer> {
  const { world, repository, query } = call;
  const start = await findCommit(repository.git, query.get('sha') ?? repository.defaultBranch);
  if (start === null) {
    throw query.has('sha') ? notFound() : new Refusal(409, 'Git Repository is empty.');
  }
  const path = query.get('path');
  const since = query.get('since');
  const until = query.get('until');
  const output = await repository.git.ask([
    'rev-list',
    ...(since === null ? [] : [`--since=${since}`]),
    ...(until === null ? [] : [`--until=${until}`]),
    start.sha,
    ...(path === null ? [] : ['--', path]),
  ]);
  const { items, headers } = page(call, output.toString('utf8').split('\n').filter(Boolean));
  const commits = await Promise.all(items.map((sha) => repository.git.commit(sha)));
  const json = commits.filter((commit) => commit !== null).map((commit) => commitShape(world, repository, commit));
  return { status: 200, json, headers };
}

async function getCommit(call: RepositoryCall): Promise<Answer> {
  const { world, repository } = call;
  const name = call.params['ref'] ?? '';
  const commit = await findCommit(repository.git, name);
  if (commit === null) {
    throw new Refusal(422, `No commit found for SHA: ${name}`);
  }
  if (call.format === 'sha') {
    const headers = { 'content-type': 'application/vnd.github.sha; charset=utf-8' };
    return { status: 200, bytes: Buffer.from(commit.sha), headers };
  }
  const files = await diff(repository.git, commit.parents[0] ?? null, commit.sha);
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  const { items, headers } = page(call, files);
  return {
    status: 200,
    json: {
      ...commitShape(world, repository, commit),
      stats: { total: additions + deletions, additions, deletions },
      files: items.map((file) => fileShape(world, { repository, commit: commit.sha, file })),
    },
    headers,
  };
}
