import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PGlite } from '@electric-sql/pglite';

/**
 * PostgreSQL's data folder as it is before its first start, as a tar. Making one takes seconds and most of a gigabyte,
 * so a process of its own makes it, once per installation of PGlite, and keeps it beside the installed packages. Null
 * where nothing can be kept there: PGlite then makes one itself.
 */
export async function initialCluster(): Promise<Blob | null> {
  const file = join(packages(), '.cache/siskin', `postgres-${version()}.tar`);
  const kept = await readFile(file).catch(() => null);
  if (kept !== null) return new Blob([kept]);
  try {
    await promisify(execFile)(process.execPath, [import.meta.filename, file]);
    return new Blob([await readFile(file)]);
  } catch {
    return null;
  }
}

async function writeInitialCluster(file: string): Promise<void> {
  await using pglite = await PGlite.create();
  const tar = await pglite.dumpDataDir('none');
  const fresh = `${file}.${process.pid}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    // Several processes may write at once; each reader finds a whole file or none.
    await writeFile(fresh, new Uint8Array(await tar.arrayBuffer()));
    await rename(fresh, file);
  } finally {
    await rm(fresh, { force: true });
  }
}

/** The `node_modules` folder that PGlite is installed in. */
function packages(): string {
  return fileURLToPath(new URL('../../../', import.meta.resolve('@electric-sql/pglite')));
}

function version(): string {
  // npm's own file, which always has a version.
  const manifest = JSON.parse(readFileSync(join(packages(), '@electric-sql/pglite/package.json'), 'utf8')) as {
    readonly version: string;
  };
  return manifest.version;
}

if (import.meta.main && process.argv[2] !== undefined) await writeInitialCluster(process.argv[2]);
