import { openAsBlob } from 'node:fs';
import { AppError } from '../../error.ts';
import { type Github, idOf, once, routeOf } from '../../github/connection.ts';
import { asking } from '../../github/failure.ts';
import { bodyChunks } from '../../github/limited-body.ts';
import { slowly } from '../../github/slow-request.ts';
import type { Repository } from '../../intent.ts';
import { versionTag } from '../version-tag.ts';
import { type ArtifactStore, type StoredFile, type StoredModel, storedName } from './artifact-store.ts';

/** GitHub takes files below 2 GiB: https://docs.github.com/repositories/releasing-projects-on-github/about-releases#storage-and-bandwidth-quotas */
const assetBytesLimit = 2 ** 31 - 1;
/** And so many of one release, by the same page. */
const assetsLimit = 1000;

interface Asset {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly state: string;
  readonly digest: string | null;
}

interface Release {
  readonly id: number;
  readonly draft: boolean;
  readonly uploadUrl: string;
}

/**
 * The assets of a GitHub Release of the repository itself, one release per version under the version's tag. The release
 * is a draft until {@link publishRelease}, so that no tag exists for what nobody merged; therefore this needs a
 * connection that may write. An asset is called by its content, and GitHub itself says what arrived.
 */
export function githubReleaseStore(options: {
  readonly github: Github;
  readonly repository: Repository;
  /** Where pages of this GitHub are, without a slash at its end: `https://github.com`. */
  readonly pages: string;
}): ArtifactStore {
  const { github, repository, pages } = options;
  const folder = `${pages}/${repository.owner}/${repository.name}/releases/download`;
  const addressOf = (model: StoredModel) =>
    `${folder}/${encodeURIComponent(versionTag(model.model, model.version))}/${storedName(model)}`;

  return {
    async has(model) {
      const release = await findRelease(github, repository, versionTag(model.model, model.version));
      if (release === null) return null;
      const assets = await listAssets(github, repository, release.id);
      return model.files.every((file) => assets.some((asset) => isWhole(asset, file))) ? addressOf(model) : null;
    },

    async put(model, read) {
      refuseTooMuch(model);
      const tag = versionTag(model.model, model.version);
      const release =
        (await findRelease(github, repository, tag)) ?? (await createDraft(github, repository, { model, tag }));
      const assets = await listAssets(github, repository, release.id);
      for (const file of model.files) {
        const there = assets.find(({ name }) => name === storedName(file));
        if (there !== undefined && isWhole(there, file)) continue;
        // What a killed process left, or what has the name and not the content.
        if (there !== undefined) await deleteAsset(github, repository, { release, asset: there });
        await upload(github, { release, file, path: read(file) });
      }
      return addressOf(model);
    },

    async open(uri, file) {
      const tag = tagIn(uri, folder);
      const release = tag === null ? null : await findRelease(github, repository, tag);
      const assets = release === null ? [] : await listAssets(github, repository, release.id);
      const asset = assets.find(({ name }) => name === storedName(file));
      if (tag === null) {
        throw new AppError(
          'not-permitted',
          `expected an address below ${folder}/, found ${uri}; a release is kept in its own repository`,
        );
      }
      if (asset === undefined) throw gone(file, uri);
      const { data } = await asking(`download the asset ${asset.name} of ${tag}`, () =>
        github.request('GET /repos/{owner}/{repo}/releases/assets/{asset_id}', {
          ...routeOf(repository),
          asset_id: asset.id,
          headers: { accept: 'application/octet-stream' },
          request: { parseSuccessResponseBody: false, fetch: slowly },
        }),
      );
      return bodyChunks(data);
    },
  };
}

/** Publishes the draft of a version once its tag stands; a version without one, or with a published one, is left as it is. */
export async function publishRelease(github: Github, repository: Repository, tag: string): Promise<void> {
  const release = await findRelease(github, repository, tag);
  if (release === null || !release.draft) return;
  await asking(`publish the release ${tag}`, () =>
    github.request('PATCH /repos/{owner}/{repo}/releases/{release_id}', {
      ...routeOf(repository),
      release_id: release.id,
      tag_name: tag,
      draft: false,
      // Releases of the repository's own software stay the latest.
      make_latest: 'false',
    }),
  );
}

/** A draft has no tag yet, so that it is in no list by tag: it is looked for by the name that its tag will have. */
async function findRelease(github: Github, repository: Repository, tag: string): Promise<Release | null> {
  const all = await asking('list the releases', () =>
    github.paginate('GET /repos/{owner}/{repo}/releases', { ...routeOf(repository), per_page: 100 }),
  );
  const named = all.filter(({ tag_name }) => tag_name === tag);
  // Of two that were created at once every process takes the same: a published one, else the oldest.
  const found = named.find(({ draft }) => !draft) ?? named.sort((a, b) => idOf(a.id) - idOf(b.id))[0];
  return found === undefined
    ? null
    : { id: idOf(found.id), draft: found.draft, uploadUrl: found.upload_url.replace(/\{.*$/, '') };
}

async function createDraft(
  github: Github,
  repository: Repository,
  { model, tag }: { readonly model: StoredModel; readonly tag: string },
): Promise<Release> {
  const { data } = await asking(`create the draft release ${tag}`, () =>
    github.request('POST /repos/{owner}/{repo}/releases', {
      ...routeOf(repository),
      ...once,
      tag_name: tag,
      name: `${model.model} ${model.version}`,
      body: `The bytes of \`${model.model}\` ${model.version}, ${model.digest}. \`models/${model.model}/release.yml\` says what they were made from.`,
      draft: true,
    }),
  );
  return { id: idOf(data.id), draft: true, uploadUrl: data.upload_url.replace(/\{.*$/, '') };
}

async function listAssets(github: Github, repository: Repository, releaseId: number): Promise<readonly Asset[]> {
  const assets = await asking(`list the assets of release ${releaseId}`, () =>
    github.paginate('GET /repos/{owner}/{repo}/releases/{release_id}/assets', {
      ...routeOf(repository),
      release_id: releaseId,
      per_page: 100,
    }),
  );
  return assets.map((asset) => ({
    id: idOf(asset.id),
    name: asset.name,
    size: asset.size,
    state: asset.state,
    digest: digestIn(asset),
  }));
}

/** GitHub computes it since June 2025; older servers of enterprises do not tell it. */
function digestIn(asset: object): string | null {
  const digest: unknown = Reflect.get(asset, 'digest');
  return typeof digest === 'string' ? digest : null;
}

function isWhole(asset: Asset, file: StoredFile): boolean {
  const isSame = asset.digest === null || asset.digest === file.digest;
  return asset.name === storedName(file) && asset.state === 'uploaded' && asset.size === file.bytes && isSame;
}

async function deleteAsset(
  github: Github,
  repository: Repository,
  { release, asset }: { readonly release: Release; readonly asset: Asset },
): Promise<void> {
  if (!release.draft) {
    throw new AppError(
      'conflict',
      `expected ${asset.name} of a published release to be whole, found ${asset.size} bytes of ${asset.digest ?? 'an unknown digest'}; versions are immutable: release the model under a new one`,
    );
  }
  await asking(`delete the broken asset ${asset.name}`, () =>
    github.request('DELETE /repos/{owner}/{repo}/releases/assets/{asset_id}', {
      ...routeOf(repository),
      asset_id: asset.id,
    }),
  );
}

async function upload(
  github: Github,
  { release, file, path }: { readonly release: Release; readonly file: StoredFile; readonly path: string },
): Promise<void> {
  // A blob of a file is read while it is sent, and says its length, which GitHub wants to know.
  const body = await openAsBlob(path);
  const { data } = await asking(`store ${storedName(file)}`, () =>
    github.request({
      method: 'POST',
      url: `${release.uploadUrl}?name=${encodeURIComponent(storedName(file))}&label=${encodeURIComponent(file.path.slice(-200))}`,
      headers: { 'content-type': 'application/octet-stream' },
      data: body,
      request: { retries: 0, fetch: slowly },
    }),
  );
  const digest = digestIn(Object(data));
  const bytes: unknown = Reflect.get(Object(data), 'size');
  if (bytes === file.bytes && (digest === null || digest === file.digest)) return;
  throw new AppError(
    'unavailable',
    `expected GitHub to keep ${file.bytes} bytes of ${file.digest}, found ${String(bytes)} of ${digest}; it is tried again`,
  );
}

function refuseTooMuch({ model, files }: StoredModel): void {
  const large = files.find(({ bytes }) => (bytes ?? 0) > assetBytesLimit);
  if (large !== undefined) {
    throw new AppError(
      'too-large',
      `expected files of at most ${assetBytesLimit} bytes, found ${large.bytes} in ${JSON.stringify(large.path)} of ${model}; name another store in \`release.store\` of the policy`,
    );
  }
  const empty = files.find(({ bytes }) => bytes === 0);
  if (empty !== undefined) {
    throw new AppError(
      'unsupported',
      `expected files that hold bytes, found ${JSON.stringify(empty.path)} of ${model} empty, which GitHub does not store; leave it out of the model`,
    );
  }
  if (files.length > assetsLimit) {
    throw new AppError(
      'too-large',
      `expected at most ${assetsLimit} files of one model, found ${files.length} in ${model}; name another store in \`release.store\` of the policy`,
    );
  }
}

function gone(file: StoredFile, uri: string): AppError {
  return new AppError(
    'not-found',
    `expected the bytes of ${JSON.stringify(file.path)} at ${uri}, found none; the release or its asset was deleted: release the model again under a new version`,
  );
}

/** The tag of an address that this store gave; null for any other address. */
function tagIn(uri: string, folder: string): string | null {
  if (uri.slice(0, folder.length).toLowerCase() !== folder.toLowerCase()) return null;
  const [, tag] = /^\/([^/]+)\/[^/]+$/.exec(uri.slice(folder.length)) ?? [];
  try {
    return tag === undefined ? null : decodeURIComponent(tag);
  } catch {
    return null;
  }
}
