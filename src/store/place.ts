import type { Database } from './database.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';
import { refuseUnsupported } from './supported.ts';

/** Where SQL lives: in memory and in a folder through PGlite, or on a PostgreSQL server. */
export type DatabasePlace =
  | { readonly kind: 'memory' }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: string };

/** What the environment says: `DATABASE_URL`, else the folder `SISKIN_DATA`, else a folder in the present one. */
export function placeFrom(env: Readonly<Record<string, string | undefined>>): DatabasePlace {
  const url = env['DATABASE_URL'];
  return url ? { kind: 'postgres', url } : { kind: 'folder', path: env['SISKIN_DATA'] || 'data-siskin' };
}

/** Opens it, and refuses one that Siskin cannot work with. AppError in either case. */
export async function openDatabase(place: DatabasePlace): Promise<Database> {
  const database = await open(place);
  try {
    await refuseUnsupported(database);
    return database;
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  }
}

async function open(place: DatabasePlace): Promise<Database> {
  switch (place.kind) {
    case 'memory':
      return await openPglite(null);
    case 'folder':
      return await openPglite(place.path);
    case 'postgres':
      return await openPostgres(place.url);
    default:
      return place satisfies never;
  }
}
