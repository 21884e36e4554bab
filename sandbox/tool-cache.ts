import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { nativesFolder } from '../actions/natives.ts';

const root = join(import.meta.dirname, '..');

/**
 * Fills a runner's tool cache as an image of a self-hosted runner would be built: with the native packages that the
 * built actions ask for. They are this project's own, which its lock pins to the same versions.
 */
export function fillToolCache(toolCache: string): void {
  for (const name of readdirSync(join(root, 'actions'))) {
    const lock = join(root, 'actions', name, 'dist/natives/package-lock.json');
    if (!existsSync(lock)) continue;
    const folder = nativesFolder({ toolCache, lockText: readFileSync(lock, 'utf8') });
    if (existsSync(folder)) continue;
    mkdirSync(folder, { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
  }
}
