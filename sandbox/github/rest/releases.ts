import { moveRef, zeroSha } from '../domain/push.ts';
import { findCommit } from '../domain/revision.ts';
import { invalid, malformed, notFound } from '../refusal.ts';
import { type Answer, actorOf, byOf, type RepositoryCall, type Route, repositoryRoute } from '../routes.ts';
import { may } from '../server/authorize.ts';
import { flagOf, optionalText, textOf } from '../server/fields.ts';
import { page } from '../server/paging.ts';
import { assetShape, releaseEventShape, releaseShape } from '../shape/release.ts';
import type { Release, ReleaseAsset } from '../state.ts';

const releases = '/repos/{owner}/{repo}/releases' as const;
const release = `${releases}/{release_id}` as const;
const asset = `${releases}/assets/{asset_id}` as const;

export const releaseRoutes: readonly Route[] = [
  repositoryRoute(`GET ${releases}`, { permissions: 'contents:read', handle: list }),
  repositoryRoute(`POST ${releases}`, { permissions: 'contents:write', handle: create }),
  repositoryRoute(`GET ${releases}/latest`, { permissions: 'contents:read', handle: getLatest }),
  repositoryRoute(`GET ${releases}/tags/{tag}`, { permissions: 'contents:read', handle: getByTag }),
  repositoryRoute(`GET ${release}`, { permissions: 'contents:read', handle: get }),
  repositoryRoute(`PATCH ${release}`, { permissions: 'contents:write', handle: update }),
  repositoryRoute(`DELETE ${release}`, { permissions: 'contents:write', handle: remove }),
  repositoryRoute(`GET ${release}/assets`, { permissions: 'contents:read', handle: listAssets }),
  repositoryRoute(`POST ${release}/assets`, { permissions: 'contents:write', takes: 'bytes', handle: upload }),
  repositoryRoute(`GET ${asset}`, { permissions: 'contents:read', handle: getAsset }),
  repositoryRoute(`PATCH ${asset}`, { permissions: 'contents:write', handle: updateAsset }),
  repositoryRoute(`DELETE ${asset}`, { permissions: 'contents:write', handle: removeAsset }),
];

function list(call: RepositoryCall): Answer {
  const all = [...call.repository.releases.values()].reverse().filter((item) => isShown(call, item));
  const { items, headers } = page(call, all);
  return { status: 200, json: items.map((item) => releaseShape(call.world, item)), headers };
}

async function create(call: RepositoryCall): Promise<Answer> {
  const { world, repository, body } = call;
  const tagName = textOf(body, 'tag_name');
  if ([...repository.releases.values()].some((other) => other.tagName === tagName && !other.draft)) {
    throw invalid('Release', 'tag_name', 'already_exists');
  }
  const draft = flagOf(body, 'draft');
  const created: Release = {
    id: world.newId(),
    repository,
    author: actorOf(call),
    tagName,
    targetCommitish: optionalText(body, 'target_commitish') ?? repository.defaultBranch,
    name: optionalText(body, 'name'),
    body: optionalText(body, 'body'),
    draft,
    prerelease: flagOf(body, 'prerelease'),
    createdAt: world.clock(),
    publishedAt: null,
    assets: new Map(),
  };
  if (!draft) {
    await ensureTag(call, created);
  }
  repository.releases.set(created.id, created);
  send(call, created, { action: 'created' });
  if (!draft) {
    publish(call, created);
  }
  return { status: 201, json: releaseShape(world, created) };
}

/** A published release has a tag; GitHub makes it at the target when it is not there. */
async function ensureTag(call: RepositoryCall, of: Release): Promise<void> {
  const { world, repository } = call;
  const ref = `refs/tags/${of.tagName}`;
  if ((await repository.git.ref(ref)) !== null) {
    return;
  }
  const target = await findCommit(repository.git, of.targetCommitish);
  if (target === null) {
    throw invalid('Release', 'target_commitish', 'invalid');
  }
  if (!(await moveRef(world, repository, { ref, sha: target.sha, expected: zeroSha, by: byOf(call) }))) {
    throw invalid('Release', 'tag_name', 'invalid');
  }
}

function publish(call: RepositoryCall, of: Release): void {
  of.publishedAt = call.world.clock();
  send(call, of, { action: 'published' });
  send(call, of, { action: of.prerelease ? 'prereleased' : 'released' });
}

function send(
  call: RepositoryCall,
  of: Release,
  options: { readonly action: string; readonly changes?: { readonly [field: string]: { readonly from: string } } },
): void {
  const by = byOf(call);
  call.world.sendWebhook({
    event: 'release',
    action: options.action,
    repository: call.repository,
    sender: by.account,
    cause: by.cause,
    payload: {
      release: releaseEventShape(call.world, of),
      ...(options.changes === undefined ? {} : { changes: options.changes }),
    },
  });
}

function getLatest(call: RepositoryCall): Answer {
  const found = [...call.repository.releases.values()].reverse().find((item) => !item.draft && !item.prerelease);
  return { status: 200, json: releaseShape(call.world, required(found)) };
}

function getByTag(call: RepositoryCall): Answer {
  const found = [...call.repository.releases.values()].find(
    (item) => item.tagName === call.params['tag'] && !item.draft,
  );
  return { status: 200, json: releaseShape(call.world, required(found)) };
}

function get(call: RepositoryCall): Answer {
  return { status: 200, json: releaseShape(call.world, releaseOf(call)) };
}

async function update(call: RepositoryCall): Promise<Answer> {
  const { body } = call;
  const found = releaseOf(call);
  const name = optionalText(body, 'name') ?? found.name;
  const text = optionalText(body, 'body') ?? found.body;
  const changes = {
    ...(name === found.name ? {} : { name: { from: found.name ?? '' } }),
    ...(text === found.body ? {} : { body: { from: found.body ?? '' } }),
  };
  found.tagName = optionalText(body, 'tag_name') ?? found.tagName;
  found.targetCommitish = optionalText(body, 'target_commitish') ?? found.targetCommitish;
  found.name = name;
  found.body = text;
  found.prerelease = flagOf(body, 'prerelease', found.prerelease);
  const publishes = found.draft && !flagOf(body, 'draft', found.draft);
  if (publishes) {
    found.draft = false;
    await ensureTag(call, found);
    publish(call, found);
  } else {
    send(call, found, { action: 'edited', changes });
  }
  return { status: 200, json: releaseShape(call.world, found) };
}

function remove(call: RepositoryCall): Answer {
  const found = releaseOf(call);
  call.repository.releases.delete(found.id);
  send(call, found, { action: 'deleted' });
  return { status: 204 };
}

function listAssets(call: RepositoryCall): Answer {
  const found = releaseOf(call);
  const { items, headers } = page(call, [...found.assets.values()]);
  return { status: 200, json: items.map((item) => assetShape(call.world, found, item)), headers };
}

function upload(call: RepositoryCall): Answer {
  const found = releaseOf(call);
  const given = call.query.get('name');
  if (given === null || given === '') {
    throw malformed('"name" wasn\'t supplied.');
  }
  // GitHub rewrites what it does not like in a file name instead of refusing it.
  const name = given.replace(/[^\w.+-]+/g, '.').replace(/^\.+|\.+$/g, '');
  if ([...found.assets.values()].some((other) => other.name === name)) {
    throw invalid('ReleaseAsset', 'name', 'already_exists');
  }
  const added: ReleaseAsset = {
    id: call.world.newId(),
    name,
    label: call.query.get('label'),
    contentType: call.headers['content-type'] ?? 'application/octet-stream',
    bytes: call.rawBody,
    uploader: actorOf(call),
    createdAt: call.world.clock(),
    downloads: 0,
  };
  found.assets.set(added.id, added);
  return { status: 201, json: assetShape(call.world, found, added) };
}

function getAsset(call: RepositoryCall): Answer {
  const { owner, asset: found } = assetOf(call);
  if (call.headers.accept?.includes('application/octet-stream')) {
    found.downloads += 1;
    return {
      status: 200,
      bytes: found.bytes,
      headers: { 'content-type': found.contentType, 'content-disposition': `attachment; filename=${found.name}` },
    };
  }
  return { status: 200, json: assetShape(call.world, owner, found) };
}

function updateAsset(call: RepositoryCall): Answer {
  const { owner, asset: found } = assetOf(call);
  found.name = optionalText(call.body, 'name') ?? found.name;
  found.label = optionalText(call.body, 'label') ?? found.label;
  return { status: 200, json: assetShape(call.world, owner, found) };
}

function removeAsset(call: RepositoryCall): Answer {
  const { owner, asset: found } = assetOf(call);
  owner.assets.delete(found.id);
  return { status: 204 };
}

function releaseOf(call: RepositoryCall): Release {
  const found = required(call.repository.releases.get(Number(call.params['release_id'])));
  return required(isShown(call, found) ? found : undefined);
}

/** Drafts are shown to those who may push: https://docs.github.com/rest/releases/releases#list-releases */
function isShown({ identity, repository }: RepositoryCall, { draft }: Release): boolean {
  return !draft || may(identity, { repository, permission: 'contents:write', role: 'write' });
}

function assetOf(call: RepositoryCall): { readonly owner: Release; readonly asset: ReleaseAsset } {
  const id = Number(call.params['asset_id']);
  const owner = required([...call.repository.releases.values()].find((item) => item.assets.has(id)));
  return { owner: required(isShown(call, owner) ? owner : undefined), asset: required(owner.assets.get(id)) };
}

function required<T>(found: T | undefined): T {
  if (found === undefined) {
    throw notFound();
  }
  return found;
}
