import { createReadStream, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
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

async function download(
  address: string,
  { token, timeoutMs }: { readonly token: string | null; readonly timeoutMs: number },
): Promise<AsyncIterable<Uint8Array>> {
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  let response: Response;
  try {
    response = await fetch(address, { headers, signal: AbortSignal.timeout(timeoutMs) });
  } catch (cause) {
    throw new AppError('unavailable', `expected to reach ${address}, found ${messageOf(cause)}; check the store`, {
      cause,
    });
  }
  if (response.status === 200 && response.body !== null) return response.body;
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
