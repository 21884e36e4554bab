import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { digestOf } from '../../digest.ts';
import { readLimited } from '../../github/limited-body.ts';
import type { Repository } from '../../intent.ts';
import { type ArtifactStore, verified } from './artifact-store.ts';
import * as folder from './folder.ts';
import { type KeptFiles, keptFilesStore } from './kept-files.ts';

/** What the operator writes of a remote of DVC 3 that is a folder; one in a bucket has the keys of `s3`. */
export const Connection = folder.Connection;

/**
 * The store of one repository in a remote of DVC: bytes where DVC itself looks for them (`files/md5/…`), and beside them, under
 * `siskin/<owner>/<name>/<model>/<version>/`, a `.dvc` file for each that `dvc pull` understands wherever it is committed.
 */
export function dvcStore(
  remote: KeptFiles,
  { address, repository }: { readonly address: string; readonly repository: Pick<Repository, 'owner' | 'name'> },
): ArtifactStore {
  const own = `siskin/${repository.owner.toLowerCase()}/${repository.name.toLowerCase()}`;
  return keptFilesStore({ files: dvcFiles(remote, own), address: `dvc+${address}/${own}` });
}

const Pointer = z.object({ outs: z.tuple([z.looseObject({ md5: z.string().regex(/^[0-9a-f]{32}$/) })]) });

function dvcFiles(remote: KeptFiles, own: string): KeptFiles {
  /** DVC 3 names content by its MD5: https://dvc.org/doc/user-guide/project-structure/internal-files. */
  const placeOf = (md5: string) => `files/md5/${md5.slice(0, 2)}/${md5.slice(2)}`;

  async function md5Of(name: string): Promise<string | null> {
    const bytes = await remote.read(`${own}/${name}.dvc`);
    if (bytes === null) return null;
    const text = Buffer.from(await readLimited(ReadableStream.from(bytes), 100_000, 'a .dvc file')).toString();
    const parsed = Pointer.safeParse(jsonIn(text));
    return parsed.success ? parsed.data.outs[0].md5 : null;
  }

  return {
    async has(name, file) {
      const md5 = await md5Of(name);
      return md5 !== null && (await remote.has(placeOf(md5), file));
    },
    async write(name, file, path) {
      const hash = createHash('md5');
      for await (const chunk of createReadStream(path)) hash.update(chunk);
      const md5 = hash.digest('hex');
      if (!(await remote.has(placeOf(md5), file))) await remote.write(placeOf(md5), file, path);
      // JSON is YAML, and DVC reads it as such.
      const text = `${JSON.stringify({ outs: [{ md5, size: file.bytes ?? (await stat(path)).size, hash: 'md5', path: file.path }] })}\n`;
      const scratch = await mkdtemp(join(tmpdir(), 'siskin-dvc-'));
      try {
        writeFileSync(join(scratch, 'pointer'), text);
        const pointer = { path: 'pointer', digest: digestOf(text), bytes: Buffer.byteLength(text) };
        await remote.write(`${own}/${name}.dvc`, pointer, join(scratch, 'pointer'));
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    },
    async read(name) {
      const md5 = await md5Of(name);
      return md5 === null ? null : await remote.read(placeOf(md5));
    },
  };
}

/** Files below a folder of this machine: written beside, hashed, then renamed. */
export function folderFiles(root: string): KeptFiles {
  return {
    async has(name, { bytes }) {
      const found = await stat(join(root, name)).catch(() => null);
      return found?.isFile() === true && (bytes === null || found.size === bytes);
    },
    async write(name, file, path) {
      const target = join(root, name);
      const part = `${target}.${process.pid}.part`;
      await mkdir(dirname(target), { recursive: true });
      try {
        await pipeline(verified(createReadStream(path), file), createWriteStream(part, { flush: true }));
        await rename(part, target);
      } finally {
        await rm(part, { force: true });
      }
    },
    async read(name) {
      const found = await stat(join(root, name)).catch(() => null);
      return found?.isFile() === true ? createReadStream(join(root, name)) : null;
    },
  };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
