import { readFileSync } from 'node:fs';

/** The version of Siskin that runs here. */
export function softwareVersion(): string {
  // package.json of this repository: written by us, and a wrong shape shows in the output.
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return manifest.version;
}
