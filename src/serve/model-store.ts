import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, stat, utimes } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../error.ts';
import { fileWithin } from '../evaluate/runtime/model-files.ts';
import { makeFolder } from '../make-folder.ts';
import type { ServedModel } from '../ports/serving.ts';
import { verified } from '../registry/stores/artifact-store.ts';
import type { ArtifactPlaces } from './artifact-places.ts';
import { localModel } from './model-digest.ts';
import { readIndex } from './model-index.ts';

/** The server's own copies of models, by digest: a restart needs no other machine. */
export interface ModelStore {
  /** The folder with the model, fetched and hashed where it is not here yet. AppError when it cannot be had or is another. */
  fetch(model: ServedModel): Promise<string>;
  /** Copies a model of this disk and returns its digest. */
  adopt(path: string): Promise<string>;
  /** Forgets a copy, e.g. one that was found to be damaged. */
  discard(digest: string): void;
  /** Removes what nobody serves at that moment, but for the newest few: a rollback may ask for one of them. */
  sweep(needed: () => readonly string[]): Promise<void>;
}

const keptUnused = 10;

/** Opens the copies in a folder. */
export function openModelStore(folder: string, places: ArtifactPlaces): ModelStore {
  makeFolder(folder);
  const fetching = new Map<string, Promise<string>>();
  const pathOf = (digest: string): string => join(folder, digest.replace(':', '-'));
  return {
    async fetch(model) {
      const path = pathOf(model.digest);
      if (existsSync(path)) {
        // By this a sweep knows what was asked for last.
        await utimes(path, new Date(), new Date()).catch(() => {});
        return path;
      }
      const under = fetching.get(model.digest) ?? fetchInto(model, { path, places });
      fetching.set(model.digest, under);
      return await under.finally(() => fetching.delete(model.digest));
    },
    async adopt(path) {
      const { digest, files, folder: from } = localModel(path);
      const target = pathOf(digest);
      if (existsSync(target)) return digest;
      const part = `${target}.part`;
      rmSync(part, { recursive: true, force: true });
      for (const file of files) {
        const copy = join(part, relative(from, file));
        makeFolder(dirname(copy));
        await copyFile(file, copy);
      }
      await settle(part, target);
      return digest;
    },
    discard(digest) {
      rmSync(pathOf(digest), { recursive: true, force: true });
    },
    async sweep(needed) {
      const isUsed = (path: string): boolean => needed().some((digest) => pathOf(digest) === path);
      const paths = (await readdir(folder)).map((name) => join(folder, name)).filter((path) => !isUsed(path));
      // Another sweep or a fetch may take one away meanwhile.
      const aged = await Promise.all(
        paths.map(async (path) => ({ path, at: (await stat(path).catch(() => null))?.mtimeMs ?? 0 })),
      );
      const isPart = (path: string): boolean => path.endsWith('.part');
      for (const { path } of aged
        .filter(({ path }) => !isPart(path))
        .sort((a, b) => b.at - a.at)
        .slice(keptUnused)) {
        // Nothing may come between these two: it may be asked for again meanwhile.
        if (!isUsed(path)) rmSync(path, { recursive: true, force: true });
      }
    },
  };
}

/** The copy gets its name once it is whole, hashed and on the disk, so that a name proves what is in it. */
async function fetchInto(
  model: ServedModel,
  { path, places }: { readonly path: string; readonly places: ArtifactPlaces },
): Promise<string> {
  const part = `${path}.part`;
  rmSync(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true });
  try {
    const whole = join(part, 'model.onnx');
    await write(places.open(model.uri), { path: whole, digest: model.digest });
    const files = await readIndex(whole);
    if (files !== null) {
      rmSync(whole);
      for (const { path: name, digest } of files) {
        const target = join(part, name);
        makeFolder(dirname(target));
        await write(places.open(model.uri, digest), { path: target, digest });
        fileWithin(part, name, 'the file of an index');
      }
    }
    await settle(part, path);
    return path;
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw error;
  }
}

async function settle(part: string, path: string): Promise<void> {
  renameSync(part, path);
  const handle = await open(dirname(path), 'r');
  await handle.sync().finally(() => handle.close());
}

async function write(
  bytes: Promise<AsyncIterable<Uint8Array>>,
  { path, digest }: { readonly path: string; readonly digest: string },
): Promise<void> {
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw new AppError('bad-input', 'expected a digest of SHA-256, found another text; release the model again');
  }
  // The pattern above is the type's.
  const file = { path: 'model', digest: digest as `sha256:${string}`, bytes: null };
  await pipeline(verified(await bytes, file), createWriteStream(path, { flush: true, flags: 'wx' }));
}
