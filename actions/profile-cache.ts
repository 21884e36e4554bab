import { join, resolve } from 'node:path';
import { folderCache, memoryCache, type ProfileCache } from '../src/data/profile-cache.ts';
import { profileSchema } from '../src/data/profile-document.ts';

/** Where profiles of unchanged files are kept between runs: in the folder that SISKIN_CACHE names, else nowhere. */
export function profileCache(): ProfileCache {
  const folder = process.env['SISKIN_CACHE'];
  if (folder === undefined || folder === '' || folder === 'off') return memoryCache();
  return folderCache(join(resolve(folder), profileSchema.replace('/', '-')));
}
