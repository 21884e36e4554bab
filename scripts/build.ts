import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';

const root = join(import.meta.dirname, '..');
const natives = [
  '@duckdb/node-api',
  '@duckdb/node-bindings',
  'onnxruntime-node',
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-layers',
  '@tensorflow/tfjs-converter',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-backend-cpu',
];

/** Bundles every action to `actions/<name>/dist`: JavaScript without dependencies, and the lock of the natives it installs. */
export async function buildActions(): Promise<void> {
  const names = readdirSync(join(root, 'actions')).filter((name) =>
    existsSync(join(root, 'actions', name, 'index.ts')),
  );
  for (const name of names) {
    const folder = join(root, 'actions', name, 'dist');
    // Built aside and put in place whole: a runner that copies the action meanwhile must not find half of it.
    const fresh = join(root, 'node_modules', `.siskin-build-${process.pid}-${name}`);
    rmSync(fresh, { recursive: true, force: true });
    await build({
      input: join(root, 'actions', name, 'index.ts'),
      platform: 'node',
      external: natives,
      logLevel: 'warn',
      output: {
        dir: fresh,
        format: 'esm',
        entryFileNames: 'index.mjs',
        chunkFileNames: '[name]-[hash].mjs',
        minify: 'dce-only',
      },
    });
    writeNativesLock(join(fresh, 'natives'));
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  }
}

interface Lock {
  readonly lockfileVersion: number;
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly version?: string;
        readonly dependencies?: Readonly<Record<string, string>>;
        readonly optionalDependencies?: Readonly<Record<string, string>>;
      }
    >
  >;
}

/** Cuts the part that the natives need out of the project's own lock, so that a runner installs exactly what was tested. */
function writeNativesLock(folder: string): void {
  // npm writes this file; its shape is lockfile version 3.
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const kept: Record<string, unknown> = {};
  const wanted = natives.map((name) => `node_modules/${name}`);
  for (let key = wanted.pop(); key !== undefined; key = wanted.pop()) {
    const entry = lock.packages[key];
    if (entry === undefined || key in kept) continue;
    kept[key] = { ...entry, dev: undefined, peer: undefined };
    for (const name of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }))
      wanted.push(resolveFrom(lock, key, name));
  }
  const dependencies = Object.fromEntries(
    natives.map((name) => [name, lock.packages[`node_modules/${name}`]?.version ?? '']),
  );
  const manifest = {
    name: 'siskin-natives',
    version: '0.0.0',
    private: true,
    dependencies,
    allowScripts: { 'onnxruntime-node': false },
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  const sorted = Object.fromEntries(Object.entries(kept).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({
      name: manifest.name,
      version: manifest.version,
      lockfileVersion: lock.lockfileVersion,
      requires: true,
      packages: { '': manifest, ...sorted },
    }),
  );
}

function resolveFrom(lock: Lock, from: string, name: string): string {
  for (let base = from; ; base = base.slice(0, Math.max(base.lastIndexOf('/node_modules/'), 0))) {
    const key = base === '' ? `node_modules/${name}` : `${base}/node_modules/${name}`;
    if (base === '' || key in lock.packages) return key;
  }
}

if (import.meta.main) await buildActions();
