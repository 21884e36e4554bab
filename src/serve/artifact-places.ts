import { createReadStream, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { AppError, messageOf } from '../error.ts';

/** Where this server may fetch models: a `uri` comes from a file that people edit, so it reaches nothing besides. */
export interface ArtifactPlaces {
  /** The bytes at a `uri`, or of the file with this digest beside it. AppError when it is not permitted or not there. */
  open(uri: string, digest?: string): Promise<AsyncIterable<Uint8Array>>;
}

/** The places: folders of this machine, and addresses that begin with `http:` or `https:`. */
export function artifactPlaces(options: {
  readonly places: readonly string[];
  /** Sent to addresses as a bearer token. */
  readonly token: string | null;
  readonly timeoutMs: number;
}): ArtifactPlaces {
  const { places, token, timeoutMs } = options;
  const addresses = places.filter((place) => /^https?:\/\//i.test(place)).map(withSlash);
  const folders = places.filter((place) => !/^https?:\/\//i.test(place)).map((place) => resolve(place));
  return {
    async open(uri, digest) {
      if (uri.startsWith('file:')) return openFile(uri, { digest, folders });
      const address = digest === undefined ? uri : new URL(storedName(digest), uri).href;
      // What is written in a uri and where it leads must begin alike: `..` is resolved before it is compared.
      const isKnown = URL.canParse(address) && addresses.some((known) => new URL(address).href.startsWith(known));
      if (!isKnown) throw refused(uri, [...addresses, ...folders]);
      const asset = token === null ? null : githubAsset(address);
      if (asset !== null) return await downloadAsset(asset, { address, token, timeoutMs });
      return await download(address, { token, timeoutMs });
    },
  };
}

function openFile(
  uri: string,
  { digest, folders }: { readonly digest: string | undefined; readonly folders: readonly string[] },
): AsyncIterable<Uint8Array> {
  const path = pathOf(uri);
  const named = path === null || digest === undefined ? path : join(dirname(path), storedName(digest));
  const isInside = (found: string): boolean =>
    folders.some((folder) => found.startsWith(folder.endsWith(sep) ? folder : folder + sep));
  if (named === null || !isInside(named)) throw refused(uri, folders);
  if (statSync(named, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new AppError('not-found', `expected a model at ${uri}, found no file; check the store, or release it again`);
  }
  const real = realpathSync(named);
  if (!folders.some((folder) => real.startsWith(realpathSync(folder) + sep))) throw refused(uri, folders);
  return createReadStream(real);
}

interface Asset {
  /** The address of the REST API, without a slash at its end. */
  readonly api: string;
  readonly repository: string;
  readonly tag: string;
  readonly name: string;
}

/** The page of a release's asset, which takes no token; of a private repository only the API gives the bytes. */
function githubAsset(address: string): Asset | null {
  const { origin, pathname } = new URL(address);
  const [, repository, tag, name] = /^\/([^/]+\/[^/]+)\/releases\/download\/([^/]+)\/([^/]+)$/.exec(pathname) ?? [];
  if (repository === undefined || tag === undefined || name === undefined) return null;
  return {
    api: origin === 'https://github.com' ? 'https://api.github.com' : `${origin}/api/v3`,
    repository,
    tag,
    name,
  };
}

const Release = z.looseObject({
  assets: z.array(z.looseObject({ name: z.string(), url: z.string() })).max(10_000),
});

async function downloadAsset(
  { api, repository, tag, name }: Asset,
  options: { readonly address: string; readonly token: string | null; readonly timeoutMs: number },
): Promise<AsyncIterable<Uint8Array>> {
  const { address, token, timeoutMs } = options;
  const found = await ask(`${api}/repos/${repository}/releases/tags/${tag}`, {
    accept: 'application/vnd.github+json',
    token,
    timeoutMs: 30_000,
  });
  const release = Release.safeParse(await found.json().catch(() => null));
  const asset = release.data?.assets.find((one) => one.name === decodeURIComponent(name));
  // The token is sent to nobody but the API that it is for.
  if (asset === undefined || !asset.url.startsWith(`${api}/`)) {
    throw new AppError('not-found', `expected a model at ${address}, found no such asset; release it again`);
  }
  return bodyOf(await ask(asset.url, { accept: 'application/octet-stream', token, timeoutMs }));
}

async function download(
  address: string,
  { token, timeoutMs }: { readonly token: string | null; readonly timeoutMs: number },
): Promise<AsyncIterable<Uint8Array>> {
  return bodyOf(await ask(address, { accept: '*/*', token, timeoutMs }));
}

async function* bodyOf({ body }: Response): AsyncGenerator<Uint8Array> {
  for await (const chunk of body ?? []) yield chunk;
}

/** Redirects are followed, to storage elsewhere; fetch sends no token there, and what comes is hashed in any case. */
async function ask(
  address: string,
  { accept, token, timeoutMs }: { readonly accept: string; readonly token: string | null; readonly timeoutMs: number },
): Promise<Response> {
  const headers = { accept, ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
  let response: Response;
  try {
    response = await fetch(address, { headers, signal: AbortSignal.timeout(timeoutMs) });
  } catch (cause) {
    throw new AppError('unavailable', `expected to reach ${address}, found ${messageOf(cause)}; check the store`, {
      cause,
    });
  }
  if (response.status === 200) return response;
  await response.body?.cancel();
  const code = [401, 403].includes(response.status)
    ? 'not-permitted'
    : response.status === 404
      ? 'not-found'
      : 'unavailable';
  throw new AppError(code, `expected a model at ${address}, found status ${response.status}; check the store`);
}

function refused(uri: string, places: readonly string[]): AppError {
  const known = places.length === 0 ? 'none: start the server with `--artifacts`' : places.join(', ');
  return new AppError(
    'not-permitted',
    `expected an address of a model below a place that this server knows (${known}), found ${uri.slice(0, 300)}; add the place with \`--artifacts\`, or release to one of them`,
  );
}

/** As stores of releases name a file: by its content. */
function storedName(digest: string): string {
  return digest.replace(':', '-');
}

function pathOf(uri: string): string | null {
  try {
    return resolve(fileURLToPath(uri));
  } catch {
    return null;
  }
}

function withSlash(address: string): string {
  return new URL(address.endsWith('/') ? address : `${address}/`).href;
}
