import { AppError } from '../../error.ts';
import { type ArtifactStore, type StoredFile, type StoredModel, storedName } from './artifact-store.ts';

/** Where files are kept under names, by a server that takes a file whole or not at all. */
export interface KeptFiles {
  /** Whether the whole file stands there under this name. */
  has(name: string, file: StoredFile): Promise<boolean>;
  /** Keeps the file that lies at this path of this disk. */
  write(name: string, file: StoredFile, path: string): Promise<void>;
  /** Its bytes as they come; null when there is none of this name. */
  read(name: string): Promise<AsyncIterable<Uint8Array> | null>;
}

/**
 * A store of files under `<folder>/<model>/<version>/sha256-…`. `address` is what stands before that name in the address of a
 * model, without a slash at its end.
 */
export function keptFilesStore(options: { readonly files: KeptFiles; readonly address: string }): ArtifactStore {
  const { files, address } = options;
  const folderOf = ({ model, version }: StoredModel) => `${model}/${version}`;
  const addressOf = (model: StoredModel) => `${address}/${folderOf(model)}/${storedName(model)}`;

  return {
    async has(model) {
      for (const file of model.files) {
        if (!(await files.has(`${folderOf(model)}/${storedName(file)}`, file))) return null;
      }
      return addressOf(model);
    },

    async put(model, read) {
      for (const file of model.files) {
        const name = `${folderOf(model)}/${storedName(file)}`;
        if (!(await files.has(name, file))) await files.write(name, file, read(file));
      }
      return addressOf(model);
    },

    async open(uri, file) {
      const name = nameIn(uri, address);
      const bytes = await files.read(`${name.slice(0, name.lastIndexOf('/'))}/${storedName(file)}`);
      if (bytes === null) throw gone(file, uri);
      return bytes;
    },
  };
}

/** The name of what an address of a store means. Throws `not-permitted`: an address comes from a file that people edit. */
function nameIn(uri: string, address: string): string {
  const name = uri.startsWith(`${address}/`) ? uri.slice(address.length + 1) : '';
  if (/^[\w.-]+\/[\w.+-]+\/sha256-[0-9a-f]{64}$/.test(name) && !/(?:^|\/)\.\.?(?:\/|$)/.test(name)) return name;
  throw new AppError(
    'not-permitted',
    `expected an address below ${address}/, found ${uri}; name what the store itself gave`,
  );
}

/** That the bytes of a file are not there any more. */
export function gone(file: StoredFile, uri: string): AppError {
  return new AppError(
    'not-found',
    `expected the bytes of ${JSON.stringify(file.path)} at ${uri}, found none; put them back, or release the model again`,
  );
}
