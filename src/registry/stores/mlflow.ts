import { openAsBlob } from 'node:fs';
import { z } from 'zod';
import { AppError } from '../../error.ts';
import { bodyChunks } from '../../github/limited-body.ts';
import type { Repository } from '../../intent.ts';
import { Address } from '../../rollout/connections/address.ts';
import { type Ask, answerTo, askJson } from '../../rollout/connections/ask.ts';
import { Authorization, authorization } from '../../rollout/connections/authorization.ts';
import type { Opening } from '../../rollout/connections/opening.ts';
import type { ArtifactStore, StoredModel } from './artifact-store.ts';
import { type KeptFiles, keptFilesStore } from './kept-files.ts';
import { transferMs } from './transfer.ts';

/** What the operator writes of an MLflow tracking server that keeps artifacts itself (`mlflow server --serve-artifacts`, its default). */
export const Connection = z.object({
  url: Address,
  prefix: z
    .string()
    .regex(/^[\w.-]+(?:\/[\w.-]+)*$/, 'a path without slashes at its ends')
    .default('siskin')
    .describe('The folder of the artifacts. Each repository has one of its own below it.'),
  ...Authorization.shape,
});

const Listing = z.looseObject({
  files: z.array(z.looseObject({ path: z.string(), file_size: z.coerce.number().nullish() })).default([]),
});
const Versions = z.looseObject({
  model_versions: z.array(z.looseObject({ version: z.string(), source: z.string().nullish() })).default([]),
});

/**
 * The store of one repository on an MLflow server: artifacts under content names, and a version of the registered model
 * `<owner>.<name>.<model>` that points at them, with version and digest as tags. https://mlflow.org/docs/latest/api_reference/rest-api.html.
 */
export function mlflowStore(
  settings: z.output<typeof Connection>,
  { place, repository }: { readonly place: Opening; readonly repository: Pick<Repository, 'owner' | 'name'> },
): ArtifactStore {
  const owner = `${repository.owner.toLowerCase()}/${repository.name.toLowerCase()}`;
  const folder = `${settings.prefix}/${owner}`;
  const api = mlflowApi(settings, place);
  const store = keptFilesStore({ files: artifactFiles(api, folder), address: `mlflow-artifacts:/${folder}` });
  return {
    ...store,
    async put(model, read) {
      const uri = await store.put(model, read);
      await register(api, { name: `${owner.replace('/', '.')}.${model.model}`, model, uri });
      return uri;
    },
  };
}

interface MlflowApi {
  answer(path: string, ask: Pick<Ask, 'method' | 'body'>): Promise<Response>;
  json(path: string, ask: { readonly post?: unknown }): Promise<unknown>;
}

function mlflowApi(settings: z.output<typeof Connection>, place: Opening): MlflowApi {
  const common = () => ({ name: place.name, headers: authorization(settings, place) });
  const at = (path: string) => `${settings.url}/api/2.0/${path}`;
  return {
    answer: async (path, ask) =>
      answerTo({ ...common(), ...ask, url: at(path), timeoutMs: transferMs, accepts: [404] }),
    json: async (path, { post }) => {
      const { name, headers } = common();
      if (post === undefined) return await askJson({ name, headers, url: at(path) });
      const body = JSON.stringify(post);
      return await askJson({
        name,
        url: at(path),
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body,
      });
    },
  };
}

function artifactFiles(api: MlflowApi, folder: string): KeptFiles {
  const path = (name: string) =>
    `mlflow-artifacts/artifacts/${`${folder}/${name}`.split('/').map(encodeURIComponent).join('/')}`;
  return {
    async has(name, file) {
      const at = name.lastIndexOf('/');
      const query = new URLSearchParams({ path: `${folder}/${name.slice(0, at)}` });
      const { files } = Listing.parse(await api.json(`mlflow-artifacts/artifacts?${query}`, {}));
      const found = files.find((one) => one.path.split('/').at(-1) === name.slice(at + 1));
      return found !== undefined && (file.bytes === null || found.file_size === file.bytes);
    },
    async write(name, _file, from) {
      const answer = await api.answer(path(name), { method: 'PUT', body: await openAsBlob(from) });
      if (answer.status === 404) {
        throw new AppError(
          'unsupported',
          'expected an MLflow server that keeps artifacts itself, found one that does not; start it with `--serve-artifacts`',
        );
      }
    },
    async read(name) {
      const answer = await api.answer(path(name), {});
      return answer.status === 404 ? null : bodyChunks(answer.body);
    },
  };
}

/** Makes the version known in the model registry, once. */
async function register(
  api: MlflowApi,
  { name, model, uri }: { readonly name: string; readonly model: StoredModel; readonly uri: string },
): Promise<void> {
  try {
    await api.json('mlflow/registered-models/create', { post: { name, description: 'Released by pull request.' } });
  } catch (error) {
    // 400 RESOURCE_ALREADY_EXISTS.
    if (!(error instanceof AppError && /ALREADY_EXISTS|already exists/i.test(error.message))) throw error;
  }
  const query = new URLSearchParams({ filter: `name='${name}'`, max_results: '1000' });
  const { model_versions: versions } = Versions.parse(await api.json(`mlflow/model-versions/search?${query}`, {}));
  if (versions.some(({ source }) => source === uri)) return;
  const tags = [
    { key: 'siskin.version', value: model.version },
    { key: 'siskin.digest', value: model.digest },
  ];
  await api.json('mlflow/model-versions/create', { post: { name, source: uri, tags } });
}
