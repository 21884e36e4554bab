import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import { AppError } from '../../error.ts';
import { digestOfFile } from '../../file-digest.ts';
import { type ArtifactStore, type StoredFile, type StoredModel, storedName, verified } from './artifact-store.ts';

/** What the operator writes of a folder that this machine can reach. */
export const Connection = z.object({
  path: z
    .string()
    .max(1000)
    .regex(/^\/[^\p{Cc}]*$/u, 'an absolute path, e.g. `/srv/models`')
    .describe('The folder. Each repository has one of its own below it.'),
});

/**
 * A plain folder, e.g. on a shared disk: `<root>/<model>/<version>/sha256-…`. A file gets its name only once it is
 * whole, hashed and on the disk, so that a name proves its content unless somebody edits it.
 */
export function folderStore(root: string): ArtifactStore {
  const home = resolve(root);
  const folderOf = ({ model, version }: StoredModel) => join(home, model, version);
  const addressOf = (model: StoredModel) => pathToFileURL(join(folderOf(model), storedName(model))).href;

  async function holds(model: StoredModel, file: StoredFile): Promise<boolean> {
    const path = join(folderOf(model), storedName(file));
    const found = await stat(path).catch(() => null);
    return found?.isFile() === true && digestOfFile(path) === file.digest;
  }

  return {
    async has(model) {
      for (const file of model.files) if (!(await holds(model, file))) return null;
      return addressOf(model);
    },

    async put(model, read) {
      const folder = folderOf(model);
      await mkdir(folder, { recursive: true });
      for (const file of model.files) {
        if (await holds(model, file)) continue;
        const part = join(folder, `.${storedName(file)}.part`);
        try {
          await pipeline(verified(createReadStream(read(file)), file), createWriteStream(part, { flush: true }));
          await rename(part, join(folder, storedName(file)));
        } finally {
          await rm(part, { force: true });
        }
      }
      await syncFolder(folder);
      return addressOf(model);
    },

    async open(uri, file) {
      const path = join(dirname(inside(uri, home)), storedName(file));
      const found = await stat(path).catch(() => null);
      if (found?.isFile() !== true) {
        throw new AppError(
          'not-found',
          `expected the bytes of ${JSON.stringify(file.path)} at ${uri}, found none; put them back, or release the model again`,
        );
      }
      return createReadStream(path);
    },
  };
}

/** An address comes from a file that people edit: one that leaves the store's own folder is refused. */
function inside(uri: string, home: string): string {
  const path = pathOf(uri);
  if (path?.startsWith(home + sep)) return path;
  throw new AppError(
    'not-permitted',
    `expected an address below ${pathToFileURL(home)}, found ${uri}; name what the store itself gave`,
  );
}

function pathOf(uri: string): string | null {
  try {
    return resolve(fileURLToPath(uri));
  } catch {
    return null;
  }
}

/** A name is kept once its folder is. Not every file system lets a folder be synchronised. */
async function syncFolder(folder: string): Promise<void> {
  for (const path of [folder, dirname(folder)]) {
    const handle = await open(path, 'r').catch(() => null);
    await handle?.sync().catch(() => {});
    await handle?.close();
  }
}
