import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where the terminal keeps things between runs: $SISKIN_CACHE, else the user's folder for such things. Null for `off`. */
export function cacheFolder(folder: string): string | null {
  const named = process.env['SISKIN_CACHE'];
  if (named === 'off') return null;
  return named === undefined || named === '' ? userCache() : resolve(folder, named);
}

function userCache(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'siskin');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'siskin');
  if (process.platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'siskin');
  return join(homedir(), '.cache', 'siskin');
}
