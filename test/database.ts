import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { DatabasePlace } from '../src/store/place.ts';

/** An empty database: PGlite in memory, or a new one on the PostgreSQL server that SISKIN_TEST_DATABASE_URL names. */
export function emptyDatabase(): DatabasePlace {
  const server = process.env['SISKIN_TEST_DATABASE_URL'];
  if (server === undefined) return { kind: 'memory' };
  const name = `siskin_${randomUUID().replaceAll('-', '')}`;
  execFileSync('psql', ['--quiet', server, '-c', `create database ${name}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { kind: 'postgres', url: url.href };
}
