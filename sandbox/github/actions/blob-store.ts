import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import type { Mount } from '../routes.ts';
import type { World } from '../state.ts';
import type { ActionsState } from './actions-state.ts';
import type { Artifact } from './run-state.ts';
import type { UrlSigner } from './signed-url.ts';

/** Where an artifact's bytes are written to and read from; works only when signed. */
export function blobUrl(world: World, artifact: Artifact): string {
  return `${world.url}/_blobs/actions-results/${artifact.id}/artifact`;
}

/**
 * The part of Azure's Blob service that artifact clients speak: Put Block, Put Block List, Put Blob, and Get with ranges.
 * See https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api
 */
export function blobMount(state: ActionsState, signer: UrlSigner): Mount {
  return {
    matches: (pathname) => pathname.startsWith('/_blobs/'),
    handle: async (request, response) => {
      const url = new URL(request.url ?? '/', state.world.url);
      const artifact = state.findArtifact(Number(url.pathname.split('/')[3]));
      const writes = request.method === 'PUT';
      if (!signer.isSigned(url, writes ? 'write' : 'read')) {
        return refuse(response, 403, 'AuthenticationFailed');
      }
      if (artifact === null) {
        return refuse(response, 404, 'BlobNotFound');
      }
      if (request.method === 'GET' || request.method === 'HEAD') {
        return sendBlob(artifact, request, response);
      }
      if (!writes || artifact.digest !== null) {
        return refuse(response, writes ? 409 : 405, writes ? 'BlobImmutableDueToPolicy' : 'UnsupportedHttpVerb');
      }
      return writeBlob(artifact, { url, request, response });
    },
  };
}

/** Size and digest of the bytes that were uploaded, or null when there are none. */
export async function measureBlob(
  artifact: Artifact,
): Promise<{ readonly size: number; readonly digest: string } | null> {
  const found = await stat(artifact.file).catch(() => null);
  if (found === null) {
    return null;
  }
  const hash = createHash('sha256');
  await pipeline(createReadStream(artifact.file), hash);
  return { size: found.size, digest: `sha256:${hash.digest('hex')}` };
}

async function writeBlob(
  artifact: Artifact,
  exchange: { readonly url: URL; readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  const { url, request, response } = exchange;
  const part = url.searchParams.get('comp');
  if (part === 'block') {
    await receive(request, blockFile(artifact, url.searchParams.get('blockid') ?? ''));
  } else if (part === 'blocklist') {
    const missing = await joinBlocks(artifact, await text(request));
    if (missing) {
      return refuse(response, 400, 'InvalidBlockList');
    }
  } else if (part === null) {
    await receive(request, artifact.file);
  } else {
    return refuse(response, 400, 'InvalidQueryParameterValue');
  }
  response.writeHead(201, { ...blobHeaders(), etag: `"${randomUUID()}"`, 'x-ms-request-server-encrypted': 'true' });
  response.end();
}

async function joinBlocks(artifact: Artifact, list: string): Promise<boolean> {
  const ids = [...list.matchAll(/<(?:Latest|Uncommitted|Committed)>([^<]*)<\//g)].map((match) => match[1] ?? '');
  const files = ids.map((id) => blockFile(artifact, id));
  const found = await Promise.all(files.map((file) => stat(file).catch(() => null)));
  if (found.includes(null)) {
    return true;
  }
  const draft = `${artifact.file}.joining`;
  await mkdir(dirname(draft), { recursive: true });
  const target = createWriteStream(draft);
  for (const file of files) {
    await pipeline(createReadStream(file), target, { end: false });
  }
  target.end();
  await finished(target);
  await rename(draft, artifact.file);
  await rm(`${artifact.file}.blocks`, { recursive: true, force: true });
  return false;
}

async function sendBlob(artifact: Artifact, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const found = await stat(artifact.file).catch(() => null);
  if (found === null) {
    return refuse(response, 404, 'BlobNotFound');
  }
  const [, from, to] =
    /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? request.headers['x-ms-range']?.toString() ?? '') ?? [];
  const start = Number(from ?? 0);
  const end = Math.min(to === undefined || to === '' ? found.size - 1 : Number(to), found.size - 1);
  if (from !== undefined && start >= found.size) {
    return refuse(response, 416, 'InvalidRange');
  }
  const name = artifact.contentType === 'application/zip' ? `${artifact.name}.zip` : artifact.name;
  response.writeHead(from === undefined ? 200 : 206, {
    ...blobHeaders(),
    'content-type': artifact.contentType,
    'content-length': found.size === 0 ? 0 : end - start + 1,
    'content-disposition': `attachment; filename="${name.replace(/[^\w. -]/g, '_')}"; filename*=UTF-8''${encodeURIComponent(name)}`,
    'accept-ranges': 'bytes',
    'x-ms-blob-type': 'BlockBlob',
    ...(from === undefined ? {} : { 'content-range': `bytes ${start}-${end}/${found.size}` }),
  });
  if (request.method === 'HEAD' || found.size === 0) {
    response.end();
    return;
  }
  await pipeline(createReadStream(artifact.file, { start, end }), response);
}

async function receive(request: IncomingMessage, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  await pipeline(request, createWriteStream(draft));
  await rename(draft, file);
}

// Ids are base64 of anything; the file's name must not be.
function blockFile(artifact: Artifact, id: string): string {
  return join(`${artifact.file}.blocks`, createHash('sha256').update(id).digest('hex'));
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { ...blobHeaders(), 'content-type': 'application/xml', 'x-ms-error-code': code });
  response.end(`<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

function blobHeaders(): Readonly<Record<string, string>> {
  return { 'x-ms-version': '2024-11-04', 'x-ms-request-id': randomUUID(), 'last-modified': new Date().toUTCString() };
}
