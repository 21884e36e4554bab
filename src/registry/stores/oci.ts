import { openAsBlob } from 'node:fs';
import { z } from 'zod';
import { digestOf } from '../../digest.ts';
import { AppError } from '../../error.ts';
import { bodyChunks } from '../../github/limited-body.ts';
import type { Repository } from '../../intent.ts';
import { Address } from '../../rollout/connections/address.ts';
import { Authorization } from '../../rollout/connections/authorization.ts';
import type { Opening } from '../../rollout/connections/opening.ts';
import { type ArtifactStore, type StoredFile, type StoredModel, storedName } from './artifact-store.ts';
import { gone } from './kept-files.ts';
import { type RegistryClient, registryClient } from './registry-client.ts';

/** What the operator writes of a registry that keeps the distribution specification of OCI (1.1), e.g. of ghcr.io. */
export const Connection = z.object({
  url: Address,
  prefix: z
    .string()
    .regex(
      /^[a-z0-9]+(?:[._/-][a-z0-9]+)*$/,
      'a name of lower-case letters and digits, with `/`, `.`, `_` and `-` between',
    )
    .optional()
    .describe('What names of repositories in the registry begin with, e.g. `acme/models`.'),
  ...Authorization.shape,
});

/** What says that a manifest is a model of ours. */
const artifactType = 'application/vnd.siskin.model.v1';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
/** The content that the specification prescribes where there is no configuration. */
const empty = {
  mediaType: 'application/vnd.oci.empty.v1+json',
  digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
  size: 2,
} as const;

/**
 * The store of one repository in a registry: a repository of the registry per model, a tag per version, a layer per file. So other tools
 * (`oras pull`, `crane`) fetch a version, and a registry refuses bytes that have not the digest they are named by.
 */
export function ociStore(
  settings: z.output<typeof Connection>,
  { place, repository }: { readonly place: Opening; readonly repository: Pick<Repository, 'owner' | 'name'> },
): ArtifactStore {
  const client = registryClient(settings, place);
  const prefix = [settings.prefix, part(repository.owner), part(repository.name)].filter(Boolean).join('/');
  const address = `oci://${new URL(settings.url).host}/${prefix}`;
  const addressOf = (model: StoredModel) => `${address}/${model.model}:${tagOf(model)}/${storedName(model)}`;
  const nameOf = ({ model }: Pick<StoredModel, 'model'>) => `${prefix}/${model}`;

  return {
    async has(model) {
      const found = await readManifest(client, nameOf(model), tagOf(model));
      return found !== null && found === layersOf(model) && (await hasAll(client, nameOf(model), model))
        ? addressOf(model)
        : null;
    },

    async put(model, read) {
      const name = nameOf(model);
      const found = await readManifest(client, name, tagOf(model));
      if (found !== null && found !== layersOf(model)) throw taken(model, address);
      for (const file of model.files) {
        if (await client.hasBlob(name, file.digest)) continue;
        await client.putBlob(name, file.digest, await openAsBlob(read(file)));
      }
      if (!(await client.hasBlob(name, empty.digest))) await client.putBlob(name, empty.digest, new Blob(['{}']));
      await client.putManifest(name, { tag: tagOf(model), type: manifestType, text: manifestOf(model) });
      return addressOf(model);
    },

    async open(uri, file) {
      const model = uri.startsWith(`${address}/`)
        ? /^([a-z0-9][a-z0-9-]*):[\w.-]+\/sha256-[0-9a-f]{64}$/.exec(uri.slice(address.length + 1))?.[1]
        : undefined;
      if (model === undefined) {
        throw new AppError(
          'not-permitted',
          `expected an address below ${address}/, found ${uri}; name what the store itself gave`,
        );
      }
      const answer = await client.getBlob(nameOf({ model }), file.digest);
      if (answer === null) throw gone(file, uri);
      return bodyChunks(answer.body);
    },
  };
}

async function hasAll(client: RegistryClient, name: string, { files }: StoredModel): Promise<boolean> {
  for (const { digest } of files) if (!(await client.hasBlob(name, digest))) return false;
  return true;
}

/** The layers of a version in one line each; null when there is none of this tag. */
async function readManifest(client: RegistryClient, name: string, tag: string): Promise<string | null> {
  const manifest = await client.getManifest(name, { tag, type: manifestType });
  if (manifest === null) return null;
  const parsed = z.looseObject({ layers: z.array(z.looseObject({ digest: z.string() })) }).safeParse(manifest);
  return parsed.success ? parsed.data.layers.map(({ digest }) => digest).join('\n') : '';
}

function layersOf({ files }: StoredModel): string {
  return files.map(({ digest }) => digest).join('\n');
}

function manifestOf(model: StoredModel): string {
  const layer = ({ path, digest, bytes }: StoredFile) => ({
    mediaType: 'application/octet-stream',
    digest,
    size: bytes ?? 0,
    annotations: { 'org.opencontainers.image.title': path },
  });
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestType,
    artifactType,
    config: empty,
    layers: model.files.map(layer),
    annotations: { 'org.opencontainers.image.version': model.version },
  });
}

/** A tag has no plus sign, which a version may have before what names its build. */
function tagOf({ version }: StoredModel): string {
  return version.replaceAll('+', '_');
}

/** A name of GitHub in the grammar of registries. No two have the same: a store is of one repository. */
function part(name: string): string {
  const lower = name.toLowerCase();
  if (/^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/.test(lower)) return lower;
  return `x/${digestOf(lower).slice('sha256:'.length, 'sha256:'.length + 32)}`;
}

function taken({ model, version }: StoredModel, address: string): AppError {
  return new AppError(
    'conflict',
    `expected no other bytes as ${version} of ${address}/${model}, found some; versions are immutable: release the model under a new one`,
  );
}
