import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type DatabasePlace, placeFrom } from '../src/store/place.ts';

/** The database that the App would use in this folder: the environment's, or what `.env` says there. */
export function placeIn(folder: string): DatabasePlace {
  const env = join(folder, '.env');
  // As the App does when it starts; what the environment says already stays.
  if (existsSync(env)) process.loadEnvFile(env);
  const place = placeFrom(process.env);
  return place.kind === 'folder' ? { kind: 'folder', path: resolve(folder, place.path) } : place;
}

/** The database in words, without the password that its address may hold. */
export function shownPlace(place: DatabasePlace): string {
  switch (place.kind) {
    case 'memory':
      return 'the database in memory';
    case 'folder':
      return place.path;
    case 'postgres': {
      const { host, pathname } = new URL(place.url);
      return `${host}${pathname}`;
    }
    default:
      return place satisfies never;
  }
}
