import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that keeps artifacts and model versions as MLflow's REST API documents them. */
export async function mlflowServer(): Promise<
  AsyncDisposable & {
    readonly url: string;
    readonly versions: readonly { readonly name: string; readonly source: string }[];
  }
> {
  const artifacts = new Map<string, Buffer>();
  const models = new Set<string>();
  const versions: { name: string; source: string; version: string }[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    const body = Buffer.concat(await request.toArray());
    const path = decodeURIComponent(url.pathname.replace('/api/2.0/', ''));
    const answer = (status: number, value: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    const at = 'mlflow-artifacts/artifacts';
    if (path === at) {
      const folder = `${url.searchParams.get('path')}/`;
      const files = [...artifacts].filter(
        ([name]) => name.startsWith(folder) && !name.slice(folder.length).includes('/'),
      );
      // MLflow names files of a listing relative to its folder, and writes sizes as text.
      return answer(200, {
        files: files.map(([name, bytes]) => ({
          path: name.slice(folder.length),
          is_dir: false,
          file_size: String(bytes.length),
        })),
      });
    }
    if (path.startsWith(`${at}/`)) {
      const name = path.slice(at.length + 1);
      if (request.method === 'PUT') {
        artifacts.set(name, body);
        return answer(200, {});
      }
      const found = artifacts.get(name);
      return found === undefined
        ? answer(404, { error_code: 'RESOURCE_DOES_NOT_EXIST' })
        : response.writeHead(200).end(found);
    }
    const posted = body.length === 0 ? {} : JSON.parse(body.toString());
    if (path === 'mlflow/registered-models/create') {
      if (models.has(posted.name))
        return answer(400, {
          error_code: 'RESOURCE_ALREADY_EXISTS',
          message: `Registered Model (name=${posted.name}) already exists.`,
        });
      models.add(posted.name);
      return answer(200, { registered_model: { name: posted.name } });
    }
    if (path === 'mlflow/model-versions/search') {
      const name = /name='([^']*)'/.exec(url.searchParams.get('filter') ?? '')?.[1];
      return answer(200, { model_versions: versions.filter((one) => one.name === name) });
    }
    if (path === 'mlflow/model-versions/create') {
      versions.push({ name: posted.name, source: posted.source, version: String(versions.length + 1) });
      return answer(200, { model_version: versions.at(-1) });
    }
    return answer(404, { error_code: 'ENDPOINT_NOT_FOUND' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    versions,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
