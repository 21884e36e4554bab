import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import manifest from '../../package.json' with { type: 'json' };
import { nativeFolder } from '../natives.ts';

/** What measured a result: whoever wants the same numbers to the last digit takes the same versions. */
export const Software = z.strictObject({
  siskin: z.string().max(60),
  node: z.string().max(60),
  /** Operating system and processor, e.g. `linux-x64`. */
  platform: z.string().max(60),
  /** The versions of the packages that read data and run models, by name; those that are not installed are absent. */
  packages: z.record(z.string().max(100), z.string().max(60)).refine((packages) => Object.keys(packages).length <= 20),
});
export type Software = z.infer<typeof Software>;

const measuring = ['@duckdb/node-api', 'onnxruntime-node', '@tensorflow/tfjs-core'] as const;

/** The software that runs now. */
export function runningSoftware(): Software {
  const packages = measuring.flatMap((name) => {
    const folder = nativeFolder(name);
    return folder === null ? [] : [[name, versionIn(folder)] as const];
  });
  return {
    siskin: manifest.version,
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    packages: Object.fromEntries(packages),
  };
}

function versionIn(folder: string): string {
  // npm installed this file; a package without a version cannot be installed.
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly version: string };
  return version;
}
