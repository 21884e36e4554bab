import { createHash } from 'node:crypto';
import type { JsonObject, Release, ReleaseAsset, World } from '../state.ts';
import { accountShape, nodeId } from './account.ts';
import { pageUrl, repositoryUrl } from './repository.ts';

/** A release as REST answers it. */
export function releaseShape(world: World, release: Release): JsonObject {
  const { repository } = release;
  const url = `${repositoryUrl(world, repository)}/releases/${release.id}`;
  const uploads = `${world.url}/api/uploads/repos/${repository.owner.login}/${repository.name}/releases/${release.id}`;
  const archive = release.draft ? null : `${repositoryUrl(world, repository)}`;
  return {
    url,
    assets_url: `${url}/assets`,
    upload_url: `${uploads}/assets{?name,label}`,
    html_url: `${pageUrl(world, repository)}/releases/tag/${tagPath(release)}`,
    id: release.id,
    node_id: nodeId('Release', release.id),
    tag_name: release.tagName,
    target_commitish: release.targetCommitish,
    name: release.name,
    draft: release.draft,
    author: accountShape(world, release.author),
    prerelease: release.prerelease,
    created_at: release.createdAt.toISOString(),
    published_at: release.publishedAt?.toISOString() ?? null,
    assets: [...release.assets.values()].map((asset) => assetShape(world, release, asset)),
    tarball_url: archive === null ? null : `${archive}/tarball/${tagPath(release)}`,
    zipball_url: archive === null ? null : `${archive}/zipball/${tagPath(release)}`,
    body: release.body,
  };
}

export function assetShape(world: World, release: Release, asset: ReleaseAsset): JsonObject {
  return {
    ...assetEventShape(world, release, asset),
    digest: `sha256:${createHash('sha256').update(asset.bytes).digest('hex')}`,
  };
}

/** The release as webhooks carry it: texts where REST has null, assets without digest. */
export function releaseEventShape(world: World, release: Release): JsonObject {
  return {
    ...releaseShape(world, release),
    name: release.name ?? '',
    body: release.body ?? '',
    assets: [...release.assets.values()].map((asset) => assetEventShape(world, release, asset)),
  };
}

function assetEventShape(world: World, release: Release, asset: ReleaseAsset): JsonObject {
  const { repository } = release;
  return {
    url: `${repositoryUrl(world, repository)}/releases/assets/${asset.id}`,
    browser_download_url: `${pageUrl(world, repository)}/releases/download/${tagPath(release)}/${encodeURIComponent(asset.name)}`,
    id: asset.id,
    node_id: nodeId('ReleaseAsset', asset.id),
    name: asset.name,
    label: asset.label,
    state: 'uploaded',
    content_type: asset.contentType,
    size: asset.bytes.length,
    download_count: asset.downloads,
    created_at: asset.createdAt.toISOString(),
    updated_at: asset.createdAt.toISOString(),
    uploader: accountShape(world, asset.uploader),
  };
}

function tagPath(release: Release): string {
  return release.tagName.split('/').map(encodeURIComponent).join('/');
}
