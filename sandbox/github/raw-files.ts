import type { IncomingMessage, ServerResponse } from 'node:http';
import { entryAt } from './domain/files.ts';
import { findCommit } from './domain/revision.ts';
import type { Tokens } from './identity.ts';
import { notFound, Refusal } from './refusal.ts';
import type { Mount } from './routes.ts';
import { authenticate } from './server/authenticate.ts';
import { canSee } from './server/authorize.ts';
import { findRepository, type Repository, type World } from './state.ts';

const raw = /^\/raw\/([^/]+)\/([^/]+)\/([^/]+)\/(.+)$/;
const archive = /^\/([^/]+)\/([^/]+)\/legacy\.(tar\.gz|zip)\/([0-9a-f]{40})$/;
const download = /^\/([^/]+)\/([^/]+)\/releases\/download\/(.+)\/([^/]+)$/;

/** Bytes outside the API: files at `/raw/{owner}/{repo}/{ref}/{path}`, archives of commits, and assets of releases. */
export function rawFiles(world: World, tokens: Tokens): Mount {
  const repositoryOf = async (request: IncomingMessage, owner: string, name: string): Promise<Repository> => {
    const identity = await authenticate(world, tokens, request.headers.authorization);
    const repository = findRepository(world, owner, name);
    if (repository === undefined || !canSee(identity, repository)) {
      throw notFound();
    }
    return repository;
  };
  const bytesAt = async (request: IncomingMessage): Promise<Uint8Array> => {
    const { pathname } = new URL(request.url ?? '/', world.url);
    const file = raw.exec(pathname)?.map(decodeURIComponent);
    if (file !== undefined) {
      const [, owner = '', name = '', ref = '', path = ''] = file;
      const { git } = await repositoryOf(request, owner, name);
      const commit = await findCommit(git, ref);
      const entry = commit === null ? null : await entryAt(git, commit.tree, path);
      const blob = entry === null ? null : await git.read(entry.sha);
      return present(blob?.type === 'blob' ? blob.content : undefined);
    }
    const packed = archive.exec(pathname);
    if (packed !== null) {
      const [, owner = '', name = '', format = '', sha = ''] = packed;
      const { git } = await repositoryOf(request, owner, name);
      const folder = `${owner}-${name}-${sha.slice(0, 7)}`;
      return git.ask(['archive', `--format=${format}`, `--prefix=${folder}/`, sha]);
    }
    const [, owner = '', name = '', tag = '', assetName = ''] = download.exec(pathname)?.map(decodeURIComponent) ?? [];
    const repository = await repositoryOf(request, owner, name);
    const release = [...repository.releases.values()].find((item) => item.tagName === tag && !item.draft);
    const asset = [...(release?.assets.values() ?? [])].find((item) => item.name === assetName);
    return present(asset?.bytes);
  };
  return {
    matches: (pathname) => raw.test(pathname) || archive.test(pathname) || download.test(pathname),
    handle: async (request: IncomingMessage, response: ServerResponse) => {
      try {
        const bytes = await bytesAt(request);
        response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes.length });
        response.end(bytes);
      } catch (error) {
        const status = error instanceof Refusal ? error.status : error instanceof URIError ? 404 : 500;
        response.writeHead(status, { 'content-type': 'text/plain' }).end(`${status}\n`);
      }
    },
  };
}

function present(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined) {
    throw notFound();
  }
  return bytes;
}
