import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AppError } from './error.ts';

/**
 * Packages that cannot be bundled: they carry native code or WebAssembly. Everything that needs one asks for it here,
 * when it needs it, so that a command or an action that does not never pays for loading it.
 */
export interface Natives {
  readonly '@duckdb/node-api': typeof import('@duckdb/node-api');
  readonly '@duckdb/node-bindings': typeof import('@duckdb/node-bindings');
  readonly 'onnxruntime-node': typeof import('onnxruntime-node');
  readonly '@tensorflow/tfjs-core': typeof import('@tensorflow/tfjs-core');
  readonly '@tensorflow/tfjs-layers': typeof import('@tensorflow/tfjs-layers');
  readonly '@tensorflow/tfjs-converter': typeof import('@tensorflow/tfjs-converter');
  readonly '@tensorflow/tfjs-backend-wasm': typeof import('@tensorflow/tfjs-backend-wasm');
  readonly '@tensorflow/tfjs-backend-cpu': typeof import('@tensorflow/tfjs-backend-cpu');
  /** Registers a backend of tfjs-core when it is imported; optional, see ADR 1. */
  readonly '@tensorflow/tfjs-node': typeof import('@tensorflow/tfjs-core');
}

/**
 * Imports a native package: from where Node finds it beside this source, else from the folder SISKIN_NATIVES (which the
 * actions set to a folder in the runner's tool cache). Throws `unavailable` when it is in neither place or does not load.
 */
export async function importNative<Name extends keyof Natives>(name: Name): Promise<Natives[Name]> {
  const location = locate(name);
  if (location === null) {
    throw new AppError(
      'unavailable',
      `expected the package ${name} to be installed, found none; run \`npm ci\` in the folder of Siskin`,
    );
  }
  try {
    // CommonJS packages arrive as the default export as well; the named ones are what the types describe.
    const module = (await import(pathToFileURL(location).href)) as Natives[Name] & { readonly default?: Natives[Name] };
    if (module.default === undefined) return module;
    // Of an addon Node names no export, and those of its object are not enumerable.
    const isNameless = Object.keys(module).every((key) => key === 'default' || key === 'module.exports');
    return isNameless ? module.default : { ...module.default, ...module };
  } catch (cause) {
    throw new AppError(
      'unavailable',
      `expected the package ${name} to load on ${process.platform}-${process.arch} with Node ${process.versions.node}, found that it does not; install it again`,
      { cause },
    );
  }
}

/** The folder of an installed native package, for the files beside its code (tfjs's .wasm); null when it is not there. */
export function nativeFolder(name: keyof Natives): string | null {
  const manifest = locate(`${name}/package.json`);
  return manifest === null ? null : dirname(manifest);
}

/** The file that an installed package starts with, for a process of its own; null when it is not there. */
export function locateNative(name: string): string | null {
  return locate(name);
}

function locate(name: string): string | null {
  for (const base of bases()) {
    try {
      return createRequire(join(base, 'siskin.js')).resolve(name);
    } catch {
      // Not in this place.
    }
  }
  return null;
}

function bases(): readonly string[] {
  const own = join(import.meta.dirname, '..');
  const cached = process.env['SISKIN_NATIVES'];
  return cached === undefined ? [own] : [own, cached];
}
